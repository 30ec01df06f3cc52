/** What every `Speaker` must do, whether it can be heard or not. */
import { expect } from 'chai';

import { BYTES_PER_MS } from '../../src/constants';
import type { Clock, DeviceFailure, Speaker } from '../../src/ports';

export interface SpeakerWorld {
  readonly clock: Clock;
  readonly speaker: Speaker;
  /** Lets this much of the clock's time pass, and maybe a little more where time is real. */
  pass(ms: number): Promise<void>;
  /** What the speaker holds, timers of the clock too: 0 after `close()`, if not at once. */
  holdings(): number;
  /** Resolves with all that was heard, among silence or not; the speaker may be closed for it. */
  heard(): Promise<Buffer>;
  /** The device is torn out, where it can be. */
  tearOut(): Promise<void>;
  /** Frees the world; called once. */
  end(): Promise<void>;
}

export interface SpeakerTraits {
  /** How much later than the sound's length the end may be told, on a busy machine. */
  readonly slackMs: number;
  /** Whether the device can be torn out. */
  readonly isRemovable: boolean;
}

/** Long enough for any of these tests, on a busy machine and in real time. */
const PATIENCE_MS = 20_000;
const STEP_MS = 5;

/**
 * So many milliseconds of sound in which no two stretches are alike and no sample is 0: what is
 * heard can be compared with it, whatever silence the device adds.
 */
export function distinctSound(ms: number, seed = 1): Buffer {
  const pcm = Buffer.alloc(ms * BYTES_PER_MS);
  for (let at = 0, state = seed; at < pcm.length; at += 2) {
    state = (state * 48_271) % 2_147_483_647;
    pcm.writeInt16LE((state % 16_000) + 1, at);
  }
  return pcm;
}

/** The samples that are not silent, in their order. */
export function withoutSilence(pcm: Buffer): Buffer {
  const kept = Buffer.alloc(pcm.length);
  let length = 0;
  for (let at = 0; at + 1 < pcm.length; at += 2) {
    const sample = pcm.readInt16LE(at);
    if (sample !== 0) length = kept.writeInt16LE(sample, length);
  }
  return kept.subarray(0, length);
}

/** A playback whose handlers are written down. */
export function follow(world: SpeakerWorld) {
  const log: (DeviceFailure | 'finished')[] = [];
  let endedMs = NaN;
  const note = (what: DeviceFailure | 'finished') => {
    log.push(what);
    endedMs = world.clock.now();
  };
  const playback = world.speaker.play({ onFinished: () => note('finished'), onFailed: note });
  expect(log, 'told before play() returned').to.deep.equal([]);
  return { playback, log, endedMs: () => endedMs };
}

/** Lets time pass until it is so; at the end of patience it is not. */
export async function until(world: SpeakerWorld, isSo: () => boolean): Promise<void> {
  const deadline = world.clock.now() + PATIENCE_MS;
  while (!isSo() && world.clock.now() < deadline) await world.pass(STEP_MS);
  expect(isSo(), isSo.toString()).to.equal(true);
}

export function speakerContract(
  name: string,
  traits: SpeakerTraits,
  makeWorld: () => Promise<SpeakerWorld>,
): void {
  describe(`${name} keeps the contract of Speaker`, () => {
    let world: SpeakerWorld;
    beforeEach(async () => {
      world = await makeWorld();
    });
    afterEach(async () => {
      world.speaker.close();
      await world.end();
    });

    it('finishes when all was heard: after the length of the sound, and soon', async () => {
      const sound = distinctSound(300);
      const startMs = world.clock.now();
      const { playback, log, endedMs } = follow(world);
      playback.write(sound);
      playback.end();
      expect(log, 'told before end() returned').to.deep.equal([]);
      await until(world, () => log.length > 0);
      expect(log).to.deep.equal(['finished']);
      expect(playback.bufferedBytes()).to.equal(0);
      expect(endedMs() - startMs).to.be.within(300, 300 + traits.slackMs);
      expect(withoutSilence(await world.heard()).equals(sound)).to.equal(true);
    });

    it('plays what it is given in order, wherever it was cut', async () => {
      const sound = distinctSound(400);
      const { playback, log } = follow(world);
      for (let at = 0, size = 1; at < sound.length; at += size, size += 7) {
        playback.write(sound.subarray(at, at + size));
        playback.write(Buffer.alloc(0));
        await world.pass(2);
      }
      playback.end();
      await until(world, () => log.length > 0);
      expect(playback.bufferedBytes()).to.equal(0);
      expect(withoutSilence(await world.heard()).equals(sound)).to.equal(true);
    });

    it('counts what is unheard: at first all, then less and less, at the end nothing', async () => {
      const sound = distinctSound(1_000);
      const { playback, log } = follow(world);
      expect(playback.bufferedBytes()).to.equal(0);
      playback.write(sound.subarray(0, 1_001));
      playback.write(sound.subarray(1_001));
      playback.end();
      expect(playback.bufferedBytes()).to.equal(sound.length);
      const counts: number[] = [];
      await until(world, () => {
        counts.push(playback.bufferedBytes());
        return log.length > 0;
      });
      expect(counts, 'it never grows').to.deep.equal(counts.toSorted((a, b) => b - a));
      expect(new Set(counts).size, 'different counts').to.be.greaterThan(5);
      expect(counts.at(-1)).to.equal(0);
    });

    it('is silent when it runs dry, goes on when more comes, and then ends', async () => {
      const [first, second] = [distinctSound(100, 1), distinctSound(300, 2)];
      const { playback, log, endedMs } = follow(world);
      playback.write(first);
      await until(world, () => playback.bufferedBytes() === 0);
      await world.pass(600);
      expect(log, 'a pause is no end').to.deep.equal([]);
      const resumedMs = world.clock.now();
      playback.write(second);
      expect(playback.bufferedBytes()).to.equal(second.length);
      playback.end();
      await until(world, () => log.length > 0);
      expect(log).to.deep.equal(['finished']);
      expect(endedMs() - resumedMs).to.be.within(300, 300 + traits.slackMs);
      const heard = withoutSilence(await world.heard());
      expect(heard.equals(Buffer.concat([first, second]))).to.equal(true);
    });

    it('takes nothing after the end, and minds neither a second end nor a stop', async () => {
      const sound = distinctSound(50);
      const { playback, log } = follow(world);
      playback.write(sound);
      playback.end();
      playback.write(distinctSound(50, 2));
      playback.end();
      expect(playback.bufferedBytes()).to.equal(sound.length);
      await until(world, () => log.length > 0);
      playback.write(distinctSound(50, 2));
      playback.end();
      playback.stop();
      expect(playback.bufferedBytes()).to.equal(0);
      await world.pass(200);
      expect(log).to.deep.equal(['finished']);
      expect(withoutSilence(await world.heard()).equals(sound)).to.equal(true);
    });

    it('finishes a playback without sound, but not before end() has returned', async () => {
      const { playback, log } = follow(world);
      playback.end();
      expect(log).to.deep.equal([]);
      await until(world, () => log.length > 0);
      expect(log).to.deep.equal(['finished']);
    });

    it('is silent on stop: nothing is told any more, and the rest is never heard', async () => {
      const sound = distinctSound(5_000);
      const { playback, log } = follow(world);
      playback.write(sound);
      playback.end();
      await until(world, () => playback.bufferedBytes() < sound.length - 100 * BYTES_PER_MS);
      playback.stop();
      playback.stop();
      playback.write(sound);
      playback.end();
      await world.pass(1_000);
      expect(log).to.deep.equal([]);
      expect(playback.bufferedBytes()).to.equal(0);
      const heard = withoutSilence(await world.heard());
      expect(heard.length, 'heard').to.be.within(1, sound.length / 2);
      expect(heard.equals(sound.subarray(0, heard.length)), 'the beginning').to.equal(true);
    });

    it('plays the next sound at once after a stop, and after an end', async () => {
      const next = [distinctSound(50, 2), distinctSound(60, 3)];
      const { playback: stopped } = follow(world);
      stopped.write(distinctSound(1_000));
      stopped.stop();
      for (const sound of next) {
        const { playback, log } = follow(world);
        playback.write(sound);
        playback.end();
        await until(world, () => log.length > 0);
        expect(log).to.deep.equal(['finished']);
      }
      const heard = withoutSilence(await world.heard());
      const played = Buffer.concat(next);
      expect(heard.subarray(-played.length).equals(played)).to.equal(true);
    });

    it('can be asked for the next sound by who is told that one is finished', async () => {
      const log: string[] = [];
      const onFailed = (failure: string) => log.push(failure);
      world.speaker
        .play({
          onFailed,
          onFinished: () => {
            world.speaker.play({ onFailed, onFinished: () => log.push('second') }).end();
            log.push('first');
          },
        })
        .end();
      await until(world, () => log.length > 1);
      expect(log).to.deep.equal(['first', 'second']);
    });

    it('takes two sounds at a time, or one after close, as the mistakes that they are', () => {
      follow(world);
      expect(() => follow(world)).to.throw('one sound at a time');
      world.speaker.close();
      expect(() => follow(world)).to.throw('closed');
    });

    it('stops on close what plays, lets go of everything, and may be closed twice', async () => {
      const { playback, log } = follow(world);
      playback.write(distinctSound(2_000));
      playback.end();
      await until(world, () => playback.bufferedBytes() < 64_000);
      world.speaker.close();
      world.speaker.close();
      playback.stop();
      await until(world, () => world.holdings() === 0);
      await world.pass(300);
      expect(log).to.deep.equal([]);
      expect(world.holdings()).to.equal(0);
    });

    const title = 'tells once that its device has failed, and keeps the count of what is lost';
    const test = async (): Promise<void> => {
      const sound = distinctSound(3_000);
      const { playback, log } = follow(world);
      playback.write(sound);
      playback.end();
      await until(world, () => playback.bufferedBytes() < sound.length);
      await world.tearOut();
      await until(world, () => log.length > 0);
      const lost = playback.bufferedBytes();
      expect(lost).to.be.within(1, sound.length - 1);
      playback.write(sound);
      playback.end();
      playback.stop();
      await world.pass(500);
      expect(log).to.deep.equal(['device_lost']);
      expect(playback.bufferedBytes()).to.equal(lost);
      await until(world, () => world.holdings() === 0);
    };
    if (traits.isRemovable) it(title, test);
    else it.skip(`${title} [skipped: it has no device that could be torn out]`, test);
  });
}
