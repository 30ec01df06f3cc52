import { expect } from 'chai';
import fc from 'fast-check';

import type { DeviceFailure, Playback } from '../../../src/ports';
import { type FakeDevice, fakeSpeaker } from './fake-device';

/** What whoever plays does, and what the device does to it. */
const acts = fc.oneof(
  fc.record({ act: fc.constant('play' as const) }),
  fc.record({ act: fc.constant('write' as const), bytes: fc.integer({ min: 0, max: 40_000 }) }),
  fc.record({ act: fc.constantFrom('end', 'stop', 'tearOut', 'hang', 'unhang') }),
  fc.record({ act: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 3_000 }) }),
  fc.record({
    act: fc.constant('answer' as const),
    opensAfterMs: fc.constantFrom(0, 10, 700),
    releasesAfterMs: fc.constantFrom(0, 10, 700),
    openFailure: fc.constantFrom<DeviceFailure | undefined>(undefined, undefined, 'device_busy'),
  }),
);

type Act = typeof acts extends fc.Arbitrary<infer Each> ? Each : never;

/** One playback, and what must hold of it at every moment. */
class Watched {
  readonly told: string[] = [];
  writtenBytes = 0;
  isEnded = false;
  isStopped = false;
  readonly playback: Playback;

  constructor(
    play: (handlers: { onFinished: () => void; onFailed: (why: string) => void }) => Playback,
  ) {
    this.playback = play({
      onFinished: () => this.tell('finished'),
      onFailed: (failure) => this.tell(failure),
    });
  }

  private tell(what: string): void {
    expect(this.isStopped, 'told after stop()').to.equal(false);
    expect(this.isEnded || what !== 'finished', 'finished before end()').to.equal(true);
    this.told.push(what);
    expect(this.told, 'told twice').to.have.length(1);
    if (what === 'finished') expect(this.playback.bufferedBytes()).to.equal(0);
  }

  get isOver(): boolean {
    return this.isStopped || this.told.length > 0;
  }

  check(): void {
    expect(this.playback.bufferedBytes()).to.be.within(0, this.writtenBytes);
  }
}

describe('DeviceSpeaker, whatever is done with it', () => {
  it("tells each sound's end once and truly, and lets go of all that it held", () => {
    fc.assert(
      fc.property(fc.array(acts, { maxLength: 60 }), (script) => {
        const { time, device, speaker } = fakeSpeaker();
        let current: Watched | undefined;
        for (const act of script) {
          current = perform(act, current, device, speaker, time);
          current?.check();
        }
        time.tick(60_000);
        if (current?.isEnded) expect(current.isOver, 'it comes to an end').to.equal(true);
        speaker.close();
        if (current !== undefined) current.isStopped = true;
        time.tick(20_000);
        expect([speaker.openDevices(), time.countTimers()]).to.deep.equal([0, 0]);
      }),
      { numRuns: 500 },
    );
  });
});

function perform(
  act: Act,
  current: Watched | undefined,
  device: FakeDevice,
  speaker: ReturnType<typeof fakeSpeaker>['speaker'],
  time: ReturnType<typeof fakeSpeaker>['time'],
): Watched | undefined {
  switch (act.act) {
    case 'play':
      if (current !== undefined && !current.isOver) return current;
      return new Watched((handlers) => speaker.play(handlers));
    case 'write':
      if (current !== undefined && !current.isEnded && !current.isOver) {
        current.writtenBytes += act.bytes;
      }
      current?.playback.write(Buffer.alloc(act.bytes, 1));
      return current;
    case 'end':
      if (current !== undefined) current.isEnded = true;
      current?.playback.end();
      return current;
    case 'stop':
      if (current !== undefined) current.isStopped = true;
      current?.playback.stop();
      return current;
    case 'tearOut':
      device.fail('device_lost');
      return current;
    case 'hang':
    case 'unhang':
      device.isTaking = act.act === 'unhang';
      return current;
    case 'answer':
      Object.assign(device, act);
      return current;
    case 'pass':
      time.tick(act.ms);
      return current;
  }
}
