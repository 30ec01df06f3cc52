import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../../constants';
import type { Listening } from '../../ports';
import { RecordingClock } from './recording-clock';

/**
 * What a device takes to tell of a sound at most, which cannot be known from here. So much of what
 * is said as the ear opens is lost; nobody answers a sound as fast.
 */
const LATENCY_ALLOWANCE_MS = 50;

const NOTHING = Buffer.alloc(0);

/**
 * Lets through what was recorded while the ear was open.
 *
 * What was recorded before is dropped, however late it comes: it may be our own voice, and would
 * answer itself. While the ear stays open nothing is dropped, whatever it listens for.
 */
export class EchoGuard {
  private readonly recording: RecordingClock;
  private purpose: Listening = 'nothing';
  private openedMs = Infinity;
  /** Whether something was let through since the ear opened: after it, there is no gap. */
  private isThrough = false;
  /** Half a sample that came. */
  private rest: Buffer = NOTHING;

  /** `startedMs` is when the recorder was started, on a monotonic clock. */
  constructor(startedMs: number) {
    this.recording = new RecordingClock(startedMs);
  }

  listenFor(purpose: Listening, nowMs: number): void {
    if (this.purpose === 'nothing' && purpose !== 'nothing') {
      this.openedMs = nowMs;
      this.isThrough = false;
    }
    this.purpose = purpose;
  }

  /** What of the next piece may be heard: whole samples, or nothing. */
  admit(piece: Buffer, nowMs: number): Buffer {
    const pcm = this.wholeSamples(piece);
    const recordedMs = this.recording.arrived(pcm.length / BYTES_PER_SAMPLE, nowMs);
    if (this.purpose === 'nothing') return NOTHING;
    if (this.isThrough) return pcm;
    const early = wholeSampleBytes(this.openedMs + LATENCY_ALLOWANCE_MS - recordedMs);
    if (early >= pcm.length) return NOTHING;
    this.isThrough = true;
    return pcm.subarray(early);
  }

  /** How much the device lost since this was asked last. */
  takeLostMs(): number {
    return this.recording.takeLostMs();
  }

  private wholeSamples(piece: Buffer): Buffer {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    const whole = bytes.length - (bytes.length % BYTES_PER_SAMPLE);
    this.rest = bytes.subarray(whole);
    return bytes.subarray(0, whole);
  }
}

/** The bytes of the samples that begin within so long. */
function wholeSampleBytes(ms: number): number {
  return Math.max(0, Math.ceil((ms * BYTES_PER_MS) / BYTES_PER_SAMPLE) * BYTES_PER_SAMPLE);
}
