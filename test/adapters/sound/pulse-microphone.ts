/** What tests of real microphones share. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { arecord } from '../../../src/adapters/sound/arecord';
import { DeviceMicrophone } from '../../../src/adapters/sound/device-microphone';
import { pvRecorder, pvRecorderDevices } from '../../../src/adapters/sound/pvrecorder';
import type { RecorderProgram } from '../../../src/adapters/sound/recorder-process';
import { SystemClock } from '../../../src/adapters/system-clock';
import { fixtureFile } from '../../../src/audio/fixture-file';
import type { LinkEvent } from '../../../src/events';
import type { MicrophoneWorld } from '../../contract/microphone';
import type { Pulse } from './pulse';

/** Real microphones: what they record, what they say of it, and a voice that they hear. */
export class PulseWorld implements MicrophoneWorld {
  readonly clock = new SystemClock();
  readonly events: LinkEvent[] = [];
  readonly ports = { clock: this.clock, events: { emit: (e: LinkEvent) => this.events.push(e) } };
  readonly microphone: DeviceMicrophone;
  readonly missing: DeviceMicrophone;
  private readonly pulse: Pulse;

  constructor(pulse: Pulse, { program, missing }: TestRecorder) {
    this.pulse = pulse;
    this.microphone = new DeviceMicrophone({ ...this.ports, program: program() });
    this.missing = new DeviceMicrophone({ ...this.ports, program: missing() });
  }

  say(fixture: string): Promise<void> {
    return this.pulse.say(fixtureFile(fixture));
  }

  pass(ms: number): Promise<void> {
    return sleep(ms);
  }

  holdings(): number {
    const devices = this.microphone.openDevices() + this.missing.openDevices();
    return devices + this.clock.pendingTimers();
  }

  async end(): Promise<void> {
    this.microphone.close();
    this.missing.close();
    while (this.holdings() > 0) await sleep(5);
  }
}

/** A way to record. */
export interface TestRecorder {
  readonly adapter: string;
  readonly program: () => RecorderProgram;
  /** The same of a device that is not there. */
  readonly missing: () => RecorderProgram;
  /** The same of the microphone by its name. */
  readonly named: () => RecorderProgram;
}

const RECORDERS: readonly TestRecorder[] = [
  {
    adapter: 'arecord',
    program: () => arecord(),
    missing: () => arecord('hw:31'),
    named: () => arecord('pulse:mic'),
  },
  {
    adapter: 'pvrecorder',
    program: () => pvRecorder(),
    missing: () => pvRecorder('No such device'),
    named: () => pvRecorder('VirtualMicrophone'),
  },
];

/** A suite for each of our ways to record; without those that are not installed. */
export function describeEachRecorder(suite: (recorder: TestRecorder) => void): void {
  for (const recorder of RECORDERS) {
    const isOurs = recorder.adapter === 'arecord';
    const condition = isOurs ? '' : ' [skipped where @picovoice/pvrecorder-node cannot be loaded]';
    describe(`${recorder.adapter}${condition}`, () => {
      before(async function () {
        if (!isOurs && (await pvRecorderDevices()) === undefined) this.skip();
      });
      suite(recorder);
    });
  }
}

/** The processes that a process of ours has started, and that are not gone. Linux only. */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** Nothing is read, and no timer fires, for so long; and no processor is busy with it. */
export function stall(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
