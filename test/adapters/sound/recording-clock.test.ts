import { expect } from 'chai';
import fc from 'fast-check';

import { RecordingClock } from '../../../src/adapters/sound/recording-clock';

const DAY_MS = 86_400_000;
const SECOND_MS = 1_000;

interface TestDevice {
  /** From the recorder's start to its first sample. */
  readonly startupMs?: number;
  readonly pieceMs?: number;
  /** How much faster than ours its clock is, in millionths. */
  readonly driftPpm?: number;
  /** How much later than its last sample the piece of this number comes. */
  readonly delayMs?: (piece: number) => number;
  /** Times in which nothing is read, and after which all of it is. */
  readonly stalls?: readonly { readonly fromMs: number; readonly toMs: number }[];
  /** Sound that is recorded and never comes. */
  readonly losses?: readonly { readonly atMs: number; readonly lostMs: number }[];
}

interface Estimate {
  /** When the piece came. */
  readonly cameMs: number;
  /** By how much its recording is said to be later than it was; negative where earlier. */
  readonly errorMs: number;
}

/** What the clock says of each piece of a device, which is started at 0 and runs for `lengthMs`. */
function estimates(lengthMs: number, device: TestDevice, clock = new RecordingClock(0)) {
  const { delayMs = () => 0, driftPpm = 0, losses = [], pieceMs = 20, stalls = [] } = device;
  const soundMs = pieceMs * (1 - driftPpm / 1e6);
  const all: Estimate[] = [];
  const left = [...losses];
  let recordedMs = device.startupMs ?? 0;
  let cameMs = 0;
  for (let piece = 0; cameMs < lengthMs; piece++) {
    if (recordedMs >= (left[0]?.atMs ?? Infinity)) recordedMs += left.shift()?.lostMs ?? 0;
    cameMs = Math.max(cameMs, afterStalls(recordedMs + soundMs + delayMs(piece), stalls));
    all.push({ cameMs, errorMs: clock.arrived(pieceMs * 16, cameMs) - recordedMs });
    recordedMs += soundMs;
  }
  return all;
}

function afterStalls(ms: number, stalls: NonNullable<TestDevice['stalls']>): number {
  const stall = stalls.find(({ fromMs, toMs }) => ms >= fromMs && ms < toMs);
  return stall === undefined ? ms : stall.toMs;
}

function latest(all: readonly Estimate[]): number {
  return all.reduce((most, { errorMs }) => Math.max(most, errorMs), -Infinity);
}

function earliest(all: readonly Estimate[]): number {
  return all.reduce((least, { errorMs }) => Math.min(least, errorMs), Infinity);
}

/** One piece in four is not late, the others up to 30 ms. */
function jitter(piece: number): number {
  return piece % 4 === 0 ? 0 : (piece * 7_919) % 31;
}

describe('RecordingClock', () => {
  it('tells when each piece was recorded, from the first seconds on', () => {
    const all = estimates(10 * SECOND_MS, { startupMs: 130 });
    const settled = all.filter(({ cameMs }) => cameMs > 4 * SECOND_MS);
    expect(latest(settled)).to.be.closeTo(0, 0.001);
    expect(earliest(settled)).to.be.closeTo(0, 0.001);
  });

  it('is early rather than late before that, by what the recorder took to start', () => {
    const clock = new RecordingClock(0);
    const all = estimates(10 * SECOND_MS, { startupMs: 1_200 }, clock);
    const first = all.filter(({ cameMs }) => cameMs < 2 * SECOND_MS);
    expect(earliest(first)).to.be.closeTo(-1_200, 0.001);
    expect(latest(first)).to.be.closeTo(-1_200, 0.001);
    expect(clock.takeLostMs(), 'for a loss').to.equal(0);
  });

  it('is not misled by what the pieces are late', () => {
    const all = estimates(20 * SECOND_MS, { delayMs: jitter });
    expect(latest(all)).to.be.closeTo(0, 0.001);
    expect(earliest(all)).to.be.closeTo(0, 0.001);
  });

  for (const driftPpm of [100, -100]) {
    it(`follows a clock that drifts by ${driftPpm} ppm for three days`, () => {
      const device = { driftPpm, pieceMs: 100, delayMs: jitter };
      const all = estimates(3 * DAY_MS, device);
      expect(all.length).to.be.greaterThan(2_500_000);
      // 100 ppm of the three seconds of a calm time, and of those until the next is over.
      expect(latest(all)).to.be.lessThan(0.7);
      expect(earliest(all)).to.be.greaterThan(-0.7);
    });
  }

  it('loses nothing to a drift: there is no overrun in it', () => {
    const clock = new RecordingClock(0);
    estimates(DAY_MS, { driftPpm: -100, pieceMs: 100, delayMs: jitter }, clock);
    expect(clock.takeLostMs()).to.equal(0);
  });

  for (const stallMs of [3 * SECOND_MS, 15 * SECOND_MS, 100 * SECOND_MS]) {
    it(`is not misled by a stall of ${stallMs / SECOND_MS} s, nor by what comes after it`, () => {
      const fromMs = 10 * SECOND_MS;
      const stalls = [{ fromMs, toMs: fromMs + stallMs }];
      const clock = new RecordingClock(0);
      const all = estimates(fromMs + stallMs + 10 * SECOND_MS, { delayMs: jitter, stalls }, clock);
      const late = all.filter(({ cameMs }) => cameMs === fromMs + stallMs);
      expect(late.length).to.be.greaterThan(stallMs / 25);
      expect(latest(all)).to.be.closeTo(0, 0.001);
      expect(earliest(all)).to.be.closeTo(0, 0.001);
      expect(clock.takeLostMs()).to.equal(0);
    });
  }

  it('is not misled by a stall as the recorder starts', () => {
    const stalls = [{ fromMs: 0, toMs: 5 * SECOND_MS }];
    expect(latest(estimates(20 * SECOND_MS, { startupMs: 130, stalls }))).to.be.closeTo(0, 0.001);
  });

  it('is not misled by a reader that catches up little by little', () => {
    // Five seconds behind, and a quarter faster than the sound.
    const delayMs = (piece: number) => Math.max(0, 5_000 - Math.max(0, piece - 500) * 4);
    const late = (piece: number) => (piece < 500 ? 0 : delayMs(piece));
    expect(latest(estimates(60 * SECOND_MS, { delayMs: late }))).to.be.closeTo(0, 0.001);
  });

  it('believes at once what comes sooner than anything before', () => {
    const delayMs = (piece: number) => (piece < 510 ? 80 : 0);
    const all = estimates(12 * SECOND_MS, { delayMs });
    const after = all.slice(515);
    expect(latest(after)).to.be.closeTo(0, 0.001);
  });

  it('measures what was lost, and is early by it for three seconds', () => {
    const clock = new RecordingClock(0);
    const lossMs = 20 * SECOND_MS;
    const losses = [{ atMs: lossMs, lostMs: 740 }];
    const all = estimates(40 * SECOND_MS, { delayMs: jitter, losses }, clock);
    expect(clock.takeLostMs()).to.be.closeTo(740, 1);
    expect(clock.takeLostMs(), 'once').to.equal(0);
    expect(latest(all)).to.be.closeTo(0, 0.001);
    const after = all.filter(({ cameMs }) => cameMs > lossMs + 740 + 7 * SECOND_MS);
    expect(earliest(after)).to.be.closeTo(0, 0.001);
  });

  it('adds up losses that come together with stalls', () => {
    const clock = new RecordingClock(0);
    const stalls = [
      { fromMs: 10_000, toMs: 18_000 },
      { fromMs: 40_000, toMs: 49_000 },
    ];
    const losses = [
      { atMs: 12_000, lostMs: 5_500 },
      { atMs: 41_700, lostMs: 6_900 },
    ];
    const all = estimates(70 * SECOND_MS, { delayMs: jitter, stalls, losses }, clock);
    expect(latest(all)).to.be.closeTo(0, 0.001);
    expect(clock.takeLostMs()).to.be.closeTo(12_400, 2);
  });

  it('follows a drift where it is never calm', () => {
    // Pieces of a second, each fifth of them in time, and never two a calm time apart alike.
    const delayMs = (piece: number) => 200 * (piece % 5);
    const device = { driftPpm: -100, pieceMs: 1_000, delayMs };
    const all = estimates(DAY_MS, device);
    expect(latest(all)).to.be.lessThan(40);
    expect(earliest(all)).to.be.greaterThan(-40);
  });

  it('is never late, whatever happens', () => {
    const happenings = fc.record({
      startupMs: fc.integer({ min: 0, max: 3_000 }),
      pieceMs: fc.integer({ min: 5, max: 200 }),
      driftPpm: fc.integer({ min: -200, max: 200 }),
      seed: fc.integer({ min: 1, max: 1_000 }),
      breaks: fc.array(
        fc.record({
          pauseMs: fc.integer({ min: 100, max: 8_000 }),
          stallMs: fc.integer({ min: 1, max: 12_000 }),
          lostMs: fc.integer({ min: 0, max: 9_000 }),
        }),
        { maxLength: 12 },
      ),
    });
    fc.assert(
      fc.property(happenings, ({ breaks, seed, ...device }) => {
        let ms = 0;
        const placed = breaks.map(({ lostMs, pauseMs, stallMs }) => {
          const fromMs = ms + pauseMs;
          ms = fromMs + stallMs;
          return { fromMs, toMs: ms, atMs: fromMs, lostMs: Math.min(lostMs, stallMs) };
        });
        // Most pieces are not late, and keep none waiting: each calm time has some of them.
        const delayMs = (piece: number) => (piece % 16 < 4 ? jitter(piece * seed) : 0);
        const all = estimates(ms + 10_000, { ...device, delayMs, stalls: placed, losses: placed });
        // 200 ppm of the two calm times that an estimate may be old.
        expect(latest(all)).to.be.lessThan(1.5);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
