import { SAMPLE_RATE_HZ } from '../../constants';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** In a calm time, which is so long, as much sound comes as time passes, give or take ... */
const CALM_MS = 3_000;
/** ... so much. Then nothing was waiting to be read, for that would have come as well. */
const CALM_EXCESS_MS = 150;
/**
 * Where it is never calm, the last so much of the sound counts: more than PulseAudio keeps for a
 * reader that is held up (131 s), and little enough for a clock that drifts.
 */
const UNCALM_MS = 180_000;
/**
 * Sound that comes later than before, by so much and for good, comes after a loss. An overrun
 * empties the buffer of a device, which holds as much; the delay of a busy machine is less.
 */
const LEAST_LOSS_MS = 100;

/**
 * When the sound that a recorder delivers was recorded.
 *
 * A recorder numbers its samples and nothing else, and a piece may wait in buffers and pipes for
 * seconds. What is known of a piece is when it came: never before its last sample was recorded, and
 * mostly just then. So the recording began, at the latest, at
 *
 *   min over the pieces of (when it came - what was recorded so far / rate)
 *
 * and a stall, after which much comes at once, cannot move that. Two things can, slowly or at once:
 * the clocks of device and machine differ (100 ppm are 9 s a day), and what is lost was recorded
 * and is not counted. So the minimum is that of the last few seconds in which all was calm.
 *
 * Until the first of these, the recording counts as begun with its recorder: what is told is never
 * later than the truth, but for the time that a device itself takes to tell of a sound.
 */
export class RecordingClock {
  private samples = 0;
  /** When the first sample was recorded, had nothing been lost since. */
  private beginMs: number;
  private isSettled = false;
  private lostMs = 0;
  /** Of the sound since `beginMs` was settled last. */
  private recent: Span;
  private calm: Span;

  /** `startedMs` is when the recorder was started, on a monotonic clock. */
  constructor(startedMs: number) {
    this.beginMs = startedMs;
    this.recent = new Span(startedMs, 0);
    this.calm = new Span(startedMs, 0);
  }

  /** So many samples came. Tells when the first of them was recorded. */
  arrived(samples: number, nowMs: number): number {
    const before = this.samples;
    this.samples += samples;
    const beginMs = nowMs - this.samples / SAMPLES_PER_MS;
    this.beginMs = Math.min(this.beginMs, beginMs);
    this.recent.note(beginMs);
    this.watchCalm(beginMs, nowMs);
    if (this.recent.soundMs(this.samples) >= UNCALM_MS) this.settle(this.recent, nowMs);
    return this.beginMs + before / SAMPLES_PER_MS;
  }

  /** How much was lost since this was asked last. It is known a few seconds after the loss. */
  takeLostMs(): number {
    const { lostMs } = this;
    this.lostMs = 0;
    return lostMs;
  }

  private watchCalm(beginMs: number, nowMs: number): void {
    this.calm.note(beginMs);
    const lengthMs = nowMs - this.calm.startMs;
    if (lengthMs < CALM_MS) return;
    const excessMs = Math.abs(this.calm.soundMs(this.samples) - lengthMs);
    if (excessMs <= CALM_EXCESS_MS) this.settle(this.calm, nowMs);
    else this.calm = new Span(nowMs, this.samples);
  }

  private settle(span: Span, nowMs: number): void {
    const laterMs = span.beginMs - this.beginMs;
    if (this.isSettled && laterMs >= LEAST_LOSS_MS) this.lostMs += laterMs;
    this.isSettled = true;
    this.beginMs = span.beginMs;
    this.calm = new Span(nowMs, this.samples);
    this.recent = new Span(nowMs, this.samples);
  }
}

/** A stretch of the recording, and when the whole of it began as far as this stretch can tell. */
class Span {
  beginMs = Infinity;

  constructor(
    readonly startMs: number,
    private readonly startSamples: number,
  ) {}

  note(beginMs: number): void {
    this.beginMs = Math.min(this.beginMs, beginMs);
  }

  soundMs(samples: number): number {
    return (samples - this.startSamples) / SAMPLES_PER_MS;
  }
}
