import { expect } from 'chai';

import { arecord } from '../../../src/adapters/sound/arecord';
import type { DeviceMicrophone } from '../../../src/adapters/sound/device-microphone';
import {
  deviceNamed,
  listMicrophones,
  openMicrophone,
} from '../../../src/adapters/sound/microphone-devices';
import { pvRecorder, pvRecorderDevices } from '../../../src/adapters/sound/pvrecorder';
import { SystemClock } from '../../../src/adapters/system-clock';
import type { LinkEvent } from '../../../src/events';
import { changeEnv } from './environment';
import { describeWithPulse } from './pulse';

class Bench {
  readonly clock = new SystemClock();
  readonly chosen: LinkEvent[] = [];
  private readonly ports = {
    clock: this.clock,
    events: { emit: (event: LinkEvent) => this.chosen.push(event) },
  };

  open(spec: string): Promise<DeviceMicrophone> {
    return openMicrophone(spec, this.ports);
  }

  /** The code and the message by which a spec is refused. */
  async refusal(spec: string): Promise<{ readonly code: string; readonly message: string }> {
    return this.open(spec).then(
      () => expect.fail(`'${spec}' is taken`),
      (error: NodeJS.ErrnoException) => ({ code: error.code ?? '', message: error.message }),
    );
  }
}

function chosen(adapter: string, why: string): LinkEvent[] {
  return [{ type: 'device.chosen', device: 'microphone', adapter, why }] as LinkEvent[];
}

describe('openMicrophone', () => {
  it('refuses a spec that names no adapter, and says what it takes', async () => {
    for (const spec of ['', 'Auto', 'auto:hw:0', 'aplay', 'wav:x', 'null', 'arecord hw:0']) {
      const { code, message } = await new Bench().refusal(spec);
      expect(code).to.equal('ERR_DEVICE_SPEC');
      expect(message).to.equal(
        `microphone '${spec}': use auto, pvrecorder[:NAME] or arecord[:NAME]`,
      );
    }
  });

  it('refuses names that no device can have, on one line', async () => {
    const names = ['', 'a\nb', 'a\0b', 'x'.repeat(201)];
    for (const spec of names.flatMap((name) => [`arecord:${name}`, `pvrecorder:${name}`])) {
      const { code, message } = await new Bench().refusal(spec);
      expect(code).to.equal('ERR_DEVICE_SPEC');
      expect(message).to.match(/^microphone '[^\n\0]{1,210}': a NAME has 1 to 200 characters/);
    }
  });

  it('says what to install where what is asked for is not here', async () => {
    const leave = changeEnv({ PATH: '/nowhere' });
    try {
      const { code, message } = await new Bench().refusal('arecord:hw:0');
      expect(code).to.equal('ERR_DEVICE_NOT_INSTALLED');
      expect(message).to.equal(
        "microphone 'arecord:hw:0': arecord is not here; install alsa-utils, or use auto",
      );
    } finally {
      leave();
    }
  });
});

describe('deviceNamed', () => {
  const devices = ['USB PnP Sound Device, Mono', 'USB Camera, Stereo', 'Camera', 'Camera'];

  it('takes an exact name before one that is longer', () => {
    expect(deviceNamed('Camera', devices)).to.equal('Camera');
  });

  it('takes a part of a name, in capitals or not, where it is in one alone', () => {
    expect(deviceNamed('usb pnp', devices)).to.equal('USB PnP Sound Device, Mono');
  });

  it('lists those among which it cannot choose', () => {
    expect(() => deviceNamed('usb', devices)).to.throw(
      "microphone 'pvrecorder:usb': more than one device has that in its name; " +
        "use one of 'USB PnP Sound Device, Mono', 'USB Camera, Stereo'",
    );
  });

  it('lists all where none has the name, and says where there are none', () => {
    expect(() => deviceNamed('webcam', devices)).to.throw("use one of 'USB PnP");
    expect(() => deviceNamed('webcam', [])).to.throw('there is no device at all');
  });
});

describe('what the end of a recorder means', () => {
  const end = { complaint: '', exitCode: 1, hasRecorded: false };

  for (const [complaint, failure] of [
    ['arecord: main:831: audio open error: No such file or directory', 'device_missing'],
    ['arecord: main:831: audio open error: Connection refused', 'device_missing'],
    ['arecord: main:831: audio open error: Device or resource busy', 'device_busy'],
    ['arecord: set_params:1371: Sample format non available', 'device_error'],
  ] as const) {
    it(`is ${failure} where arecord says${complaint.slice(complaint.lastIndexOf(':'))}`, () => {
      expect(arecord().failureOf({ ...end, complaint })).to.equal(failure);
    });
  }

  it('is device_lost once arecord has recorded, and device_error where it crashed', () => {
    const recorded = { ...end, complaint: 'No such device', hasRecorded: true };
    expect(arecord().failureOf(recorded)).to.equal('device_lost');
    expect(arecord().failureOf({ ...recorded, exitCode: undefined })).to.equal('device_error');
  });

  it('is what the child of pvrecorder says by its exit code', () => {
    const { failureOf } = pvRecorder();
    const busy = { ...end, complaint: 'ALSA lib pcm_hw.c: Device or resource busy' };
    expect(failureOf({ ...end, exitCode: 65 })).to.equal('device_missing');
    expect(failureOf({ ...busy, exitCode: 66 })).to.equal('device_busy');
    expect(failureOf({ ...end, exitCode: 67, hasRecorded: true })).to.equal('device_lost');
    expect(failureOf({ ...end, exitCode: 67 })).to.equal('device_error');
    expect(failureOf({ ...end, exitCode: undefined })).to.equal('device_error');
    expect(failureOf({ ...end, exitCode: 64 })).to.equal('device_error');
  });
});

describeWithPulse('the choice of a microphone on PulseAudio', () => {
  it('takes an adapter that is asked for', async () => {
    const bench = new Bench();
    await bench.open('arecord');
    await bench.open('arecord:pulse:mic');
    expect(bench.chosen).to.deep.equal([
      ...chosen('arecord', 'asked_for'),
      ...chosen('arecord', 'asked_for'),
    ]);
  });

  it('finds the best that works, holds nothing for it [needs pvrecorder]', async function () {
    if ((await pvRecorderDevices()) === undefined) this.skip();
    const bench = new Bench();
    const microphone = await bench.open('auto');
    expect(bench.chosen).to.deep.equal(chosen('pvrecorder', 'first_that_works'));
    expect(microphone.openDevices() + bench.clock.pendingTimers()).to.equal(0);
  });

  it('takes the best that is installed where nothing works [needs pvrecorder]', async function () {
    if ((await pvRecorderDevices()) === undefined) this.skip();
    const leave = changeEnv({ PULSE_SERVER: 'unix:/nowhere' });
    try {
      const bench = new Bench();
      const microphone = await bench.open('auto');
      expect(bench.chosen).to.deep.equal(chosen('pvrecorder', 'nothing_works'));
      expect(microphone.openDevices() + bench.clock.pendingTimers()).to.equal(0);
    } finally {
      leave();
    }
  });

  it('knows devices of pvrecorder by a part of their name [needs pvrecorder]', async function () {
    if ((await pvRecorderDevices()) === undefined) this.skip();
    const bench = new Bench();
    await bench.open('pvrecorder:virtualmicrophone');
    expect(bench.chosen).to.deep.equal(chosen('pvrecorder', 'asked_for'));
    const { code, message } = await bench.refusal('pvrecorder:Monitor');
    expect(code).to.equal('ERR_DEVICE_SPEC');
    expect(message).to.include(
      "use one of 'Monitor of VirtualSpeaker', 'Monitor of VirtualMicFeed",
    );
  });

  it('lists nothing that no sound comes from', async () => {
    const leave = changeEnv({ PULSE_SERVER: 'unix:/nowhere' });
    try {
      const names = (await listMicrophones()).map(({ name }) => name);
      expect(names.filter((name) => /Discard|Converter|JACK|null|upmix/.test(name))).to.deep.equal(
        [],
      );
    } finally {
      leave();
    }
  });

  it('lists devices by names that it takes', async () => {
    const devices = await listMicrophones();
    const specs = devices.map(({ adapter, name }) => `${adapter}:${name}`);
    expect(specs).to.include.members(['arecord:default', 'arecord:pulse:mic']);
    if ((await pvRecorderDevices()) !== undefined) {
      expect(specs).to.include('pvrecorder:VirtualMicrophone');
    }
    for (const spec of specs) await new Bench().open(spec);
    expect(devices.filter(({ description }) => /[\n\r]/.test(description))).to.deep.equal([]);
  });
});
