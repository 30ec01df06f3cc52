/** A speaker of the real world, in the world of the contract: what it plays is recorded. */
import { setTimeout as sleep } from 'node:timers/promises';

import { openSpeaker } from '../../../src/adapters/sound/speaker-devices';
import { SystemClock } from '../../../src/adapters/system-clock';
import { BYTES_PER_MS } from '../../../src/constants';
import type { LinkEvent } from '../../../src/events';
import type { SpeakerWorld } from '../../contract/speaker';
import type { Pulse } from './pulse';

/** From playing to what the monitor passes on, generously. */
const MONITOR_LAG_MS = 500;

export interface PulseSpeakerWorld extends SpeakerWorld {
  /** All that was told the event sink. */
  readonly events: readonly LinkEvent[];
}

/** Opens the device of a spec; the daemon is started anew where the last world has killed it. */
export async function pulseSpeakerWorld(pulse: Pulse, spec: string): Promise<PulseSpeakerWorld> {
  if (!pulse.isRunning) await pulse.restart();
  const clock = new SystemClock();
  const events: LinkEvent[] = [];
  const sink = { emit: (event: LinkEvent) => void events.push(event) };
  const speaker = await openSpeaker(spec, { clock, events: sink });
  const recording = await pulse.record();
  return {
    clock,
    events,
    speaker,
    end: () => recording.stop().then(() => undefined),
    heard: () => {
      const enough = recording.heard().length + MONITOR_LAG_MS * BYTES_PER_MS;
      return recording.until((pcm) => pcm.length >= enough);
    },
    holdings: () => speaker.openDevices() + clock.pendingTimers(),
    pass: (ms) => sleep(ms).then(() => undefined),
    tearOut: () => pulse.kill(),
  };
}
