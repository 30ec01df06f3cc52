import { StreamResampler } from '../../audio/stream-resampler';
import { writePcm } from '../../audio/wav-samples';
import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../../constants';

/**
 * Sound of one answer that waits to be pulled: five minutes. A model speaks faster than it can be
 * heard, and the link takes 20 s ahead at most.
 */
export const MAX_WAITING_BYTES = 9_600_000;

/** More sound came than may wait. What had come before is heard. */
export class AnswerTooLongError extends Error {
  readonly code = 'ERR_ANSWER_TOO_LONG';

  constructor() {
    super('The answer is longer than what may wait to be heard.');
    this.name = 'AnswerTooLongError';
  }
}

/**
 * The sound of one answer: pushed as it comes, at the engine's rate; pulled as 16 kHz mono s16le.
 * Whoever pulls is one, and may stop.
 */
export class AnswerAudio implements AsyncIterable<Buffer>, AsyncIterator<Buffer> {
  readonly rateHz: number;
  private readonly resampler: StreamResampler;
  /** Half a sample that waits for its other half. */
  private half: Buffer = Buffer.alloc(0);
  private pieces: Buffer[] = [];
  private waitingBytes = 0;
  private hasEnded = false;
  private hasBeenDropped = false;
  private error: AnswerTooLongError | undefined;
  private wake: (() => void) | undefined;

  /** @param rateHz - of what is pushed. */
  constructor(rateHz: number) {
    this.rateHz = rateHz;
    this.resampler = new StreamResampler(rateHz, SAMPLE_RATE_HZ);
  }

  /** Whether nobody wants the rest of it. */
  get isDropped(): boolean {
    return this.hasBeenDropped;
  }

  /** Takes mono s16le, cut anywhere. After the end it takes nothing. */
  push(pcm: Buffer): void {
    if (this.hasEnded) return;
    const all = this.half.length === 0 ? pcm : Buffer.concat([this.half, pcm]);
    const bytes = all.length - (all.length % BYTES_PER_SAMPLE);
    this.half = all.subarray(bytes);
    this.queue(this.resampler.push(samplesOf(all.subarray(0, bytes))));
  }

  /** No more will come. May be called twice. */
  end(): void {
    if (this.hasEnded) return;
    this.queue(this.resampler.end());
    this.hasEnded = true;
    this.wake?.();
  }

  /** Nothing more of it is to be heard. May be called twice. */
  drop(): void {
    this.hasEnded = true;
    this.hasBeenDropped = true;
    this.pieces = [];
    this.wake?.();
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  /** Rejects with {@link AnswerTooLongError}. */
  async next(): Promise<IteratorResult<Buffer>> {
    while (this.pieces.length === 0 && !this.hasEnded) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const value = this.pieces.shift();
    if (value !== undefined) {
      this.waitingBytes -= value.length;
      return { done: false, value };
    }
    if (this.error !== undefined) throw this.error;
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.error = undefined;
    this.drop();
    return Promise.resolve({ done: true, value: undefined });
  }

  private queue(samples: Float64Array): void {
    if (samples.length === 0) return;
    const piece = Buffer.alloc(samples.length * BYTES_PER_SAMPLE);
    if (this.waitingBytes + piece.length > MAX_WAITING_BYTES) {
      this.error = new AnswerTooLongError();
      this.hasEnded = true;
      return;
    }
    writePcm(samples, piece, 0);
    this.pieces.push(piece);
    this.waitingBytes += piece.length;
    this.wake?.();
  }
}

function samplesOf(pcm: Buffer): Float64Array {
  const samples = new Float64Array(pcm.length / BYTES_PER_SAMPLE);
  for (let at = 0; at < samples.length; at++) {
    samples[at] = pcm.readInt16LE(at * BYTES_PER_SAMPLE);
  }
  return samples;
}
