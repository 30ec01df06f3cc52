/**
 * What every `HotwordDetector` must do, for a hotword that it knows.
 *
 * All is fed faster than it sounds: a detector that works elsewhere is waited for after each frame.
 */
import { expect } from 'chai';

import { seededNoise } from '../../src/adapters/hotwords/seeded-noise';
import type { HotwordDetector } from '../../src/ports';
import { fixturePcm } from '../audio/fixtures';

const SAMPLES_PER_MS = 16;
/** The longest step that a detector takes: openWakeWord's. */
const STEP_SAMPLES = 1_280;
/** Whole frames, and whole steps. */
const EVEN_SAMPLES = 2_560;
/** 0, 213, 426, ...: odd, and no divisor of a frame or a step. */
const OFFSET_STEP = 213;
/** 12 dB either way; the louder one is clipped. */
const GAINS = [0.25, 4];
/** A quiet room: nothing that is played through air is silent in between. */
const ROOM_PEAK = 30;
const LEAD_MS = 1_000;
const TAIL_MS = 1_000;
/** What has been found counts no more as the same hotword. */
const COOL_DOWN_MS = 3_000;

const OTHERS = [
  ...['what-time-is-it', 'turn-on-the-light', 'its-half-past-nine', 'long-answer'],
  ...['noise', 'silence'],
];

export interface HotwordSubject {
  readonly detector: HotwordDetector;
  /** Lets this much of the clock's time pass, and the detector look at what it was given. */
  pass(ms: number): Promise<void>;
}

export interface HotwordWorld {
  /** A new detector, as cold as it comes. */
  open(): Promise<HotwordSubject>;
  /** The hotword, as it knows it. */
  hotword(): Promise<Int16Array>;
  /** When it may be found at the earliest and the latest, after its last sample. */
  readonly foundMs: readonly [number, number];
}

export function hotwordContract(name: string, world: HotwordWorld): void {
  describe(`${name} keeps the contract of HotwordDetector`, () => {
    let hotword: Int16Array;
    let subject: HotwordSubject;

    // One for all, because some take a second to open: the first test has it cold.
    before(async () => {
      hotword = await world.hotword();
      subject = await world.open();
    });
    afterEach(async () => {
      subject.detector.reset();
      await subject.pass(COOL_DOWN_MS);
    });
    after(() => subject.detector.close());

    const endMs = (lead: Int16Array): number => (lead.length + hotword.length) / SAMPLES_PER_MS;

    /** It finds the hotword after `lead` once, and when it may. */
    const expectFound = async (lead: Int16Array, gain: number, what: string): Promise<void> => {
      subject.detector.reset();
      const found = await listen(subject, join(lead, scaled(hotword, gain), room(TAIL_MS)));
      expect(found, what).to.have.length(1);
      const [from, to] = world.foundMs;
      expect((found[0] as number) - endMs(lead), what).to.be.within(from, to);
    };

    it('finds the hotword right after it was opened', async () => {
      await expectFound(room(0), 1, 'cold');
    });

    it('finds it once, when it has been said', async () => {
      await expectFound(room(LEAD_MS), 1, 'in a room');
    });

    it('finds it wherever in a frame or a step it begins', async () => {
      for (let offset = 0; offset < STEP_SAMPLES; offset += OFFSET_STEP) {
        const lead = join(room(LEAD_MS), seededNoise(offset, ROOM_PEAK));
        await expectFound(lead, 1, `at ${offset}`);
      }
    });

    for (const gain of GAINS) {
      it(`finds it at ${gain} of its loudness`, async () => {
        await expectFound(room(LEAD_MS), gain, `at ${gain}`);
      });
    }

    it('finds it once in a whole turn', async () => {
      // As hey-jarvis-what-time-is-it.wav has it, where the hotword is that of the fixtures.
      const pause = new Int16Array(600 * SAMPLES_PER_MS);
      const question = await fixtureSamples('what-time-is-it');
      const turn = join(hotword, pause, question, pause);
      expect(await listen(subject, join(room(LEAD_MS), turn))).to.have.length(1);
    });

    it('finds it each time that it is said', async () => {
      const sound = join(room(LEAD_MS), hotword, room(2_000), hotword, room(TAIL_MS));
      expect(await listen(subject, sound)).to.have.length(2);
    });

    for (const [offset, gain] of [
      [0, 1],
      [427, 0.25],
      [854, 4],
    ] as const) {
      it(`finds none in other words and noise, ${offset} samples on, ${gain} as loud`, async () => {
        const others = await Promise.all(OTHERS.map(fixtureSamples));
        const apart = others.flatMap((other) => [seededNoise(8_000, 3_000), scaled(other, gain)]);
        const sound = join(new Int16Array(offset), ...others, ...apart, new Int16Array(16_000));
        expect(await listen(subject, sound)).to.deep.equal([]);
      });
    }

    for (const part of [0.5, 0.6]) {
      it(`forgets ${part} of a hotword on reset, and then finds a whole one`, async () => {
        // Frames and steps end where the word is cut, so that nothing of it is lost but by reset.
        const cut = Math.round(hotword.length * part);
        const lead = room(LEAD_MS).subarray(0, 2 * EVEN_SAMPLES - (cut % EVEN_SAMPLES));
        const begun = join(lead, hotword.subarray(0, cut));
        const rest = join(hotword.subarray(cut), room(2_000));
        expect(await listen(subject, join(begun, rest)), 'without').to.have.length(1);
        subject.detector.reset();
        await subject.pass(COOL_DOWN_MS);
        expect(await listen(subject, begun)).to.be.empty;
        subject.detector.reset();
        expect(await listen(subject, rest)).to.be.empty;
        await expectFound(room(LEAD_MS), 1, 'afterwards');
      });
    }

    it('drops on reset what it has found and not told', async () => {
      const frame = subject.detector.frameSamples;
      const sound = join(room(LEAD_MS), hotword, room(TAIL_MS));
      const [foundMs] = await listen(subject, sound);
      const told = Math.round(((foundMs as number) * SAMPLES_PER_MS) / frame);
      subject.detector.reset();
      await subject.pass(COOL_DOWN_MS);
      expect(await listen(subject, sound.subarray(0, (told - 1) * frame))).to.be.empty;
      subject.detector.reset();
      expect(await listen(subject, room(500))).to.be.empty;
    });

    it('takes a thousand resets', async () => {
      for (let times = 0; times < 1_000; times += 1) subject.detector.reset();
      await expectFound(room(LEAD_MS), 1, 'after a thousand');
    });

    it('finds nothing once it is closed, which it may be twice', async () => {
      subject.detector.close();
      subject.detector.close();
      subject.detector.reset();
      expect(await listen(subject, join(room(LEAD_MS), hotword, room(TAIL_MS)))).to.be.empty;
    });
  });
}

/** When a hotword is found: milliseconds from the beginning of the sound. */
export async function listen(
  { detector, pass }: HotwordSubject,
  sound: Int16Array,
): Promise<number[]> {
  const { frameSamples } = detector;
  const found: number[] = [];
  for (let at = frameSamples; at <= sound.length; at += frameSamples) {
    if (detector.process(sound.subarray(at - frameSamples, at))) found.push(at / SAMPLES_PER_MS);
    await pass(frameSamples / SAMPLES_PER_MS);
  }
  return found;
}

/** The sound of a fixture. */
export async function fixtureSamples(name: string): Promise<Int16Array> {
  return samplesOf(await fixturePcm(name));
}

export function samplesOf(pcm: Buffer): Int16Array {
  return Int16Array.from({ length: pcm.length / 2 }, (_, at) => pcm.readInt16LE(at * 2));
}

export function join(...parts: readonly Int16Array[]): Int16Array {
  const joined = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The murmur of a room in which nobody speaks. */
export function room(ms: number): Int16Array {
  return seededNoise(ms * SAMPLES_PER_MS, ROOM_PEAK);
}

function scaled(samples: Int16Array, gain: number): Int16Array {
  return samples.map((sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample * gain))));
}
