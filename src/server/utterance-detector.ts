import { BYTES_PER_MS, BYTES_PER_SAMPLE } from '../constants';

const FRAME_MS = 20;
const FRAME_BYTES = FRAME_MS * BYTES_PER_MS;
const FRAME_SAMPLES = FRAME_BYTES / BYTES_PER_SAMPLE;
const NOTHING: Buffer = Buffer.alloc(0);

const frames = (durationMs: number): number => durationMs / FRAME_MS;

/** Root mean square of a frame above which it is speech, and below which it no longer is. */
const SPEECH_RMS = 500;
const SILENCE_RMS = 300;

/** Less sound than this is a knock, not a word. */
const MIN_SPEECH_FRAMES = frames(200);
/** People pause between words for less than this. */
const END_FRAMES = frames(700);
/** The soft beginning of a word lies below the threshold. */
const PRE_ROLL_FRAMES = frames(200);
const TRAILING_FRAMES = frames(100);
const MAX_FRAMES = frames(30_000);

/** What an {@link UtteranceDetector} found: somebody is speaking, or has finished. */
export type UtteranceEvent =
  { readonly type: 'speech' } | { readonly type: 'utterance'; readonly pcm: Buffer };

/**
 * Finds utterances in 16 kHz mono s16le PCM by their energy.
 *
 *   ____|~~~~~~~~~|__|~~~~~|____________|
 *   pre-roll  speech   speech  700 ms      utterance: pre-roll to 100 ms after the last speech
 *
 * The threshold to go on is lower than the one to begin, so that a voice that sinks is not cut.
 */
export class UtteranceDetector {
  private rest = NOTHING;
  private frames: Buffer[] = [];
  private speechFrames = 0;
  private silentFrames = 0;
  private isLoud = false;

  /** Hears the next piece. Returns what was found in it, in order; 'speech' at most once. */
  push(pcm: Buffer): readonly UtteranceEvent[] {
    const found: UtteranceEvent[] = [];
    let isSpeech = false;
    for (const frame of this.framesOf(pcm)) {
      isSpeech = this.hear(frame) || isSpeech;
      if (this.isOver()) found.push(...this.finish());
    }
    return isSpeech ? [{ type: 'speech' }, ...found] : found;
  }

  /** Cuts what comes in into whole frames, and keeps the rest for the next time. */
  private *framesOf(pcm: Buffer): Generator<Buffer> {
    const all = this.rest.length === 0 ? pcm : Buffer.concat([this.rest, pcm]);
    const end = all.length - (all.length % FRAME_BYTES);
    for (let at = 0; at < end; at += FRAME_BYTES) yield all.subarray(at, at + FRAME_BYTES);
    this.rest = end === all.length ? NOTHING : Buffer.from(all.subarray(end));
  }

  /** Whether this frame is part of enough speech to be an utterance. */
  private hear(frame: Buffer): boolean {
    this.isLoud = rms(frame) >= (this.isLoud ? SILENCE_RMS : SPEECH_RMS);
    this.frames.push(frame);
    if (this.isLoud) {
      this.speechFrames += 1;
      this.silentFrames = 0;
      return this.speechFrames >= MIN_SPEECH_FRAMES;
    }
    this.silentFrames += 1;
    if (this.speechFrames === 0 && this.frames.length > PRE_ROLL_FRAMES) this.frames.shift();
    return false;
  }

  private isOver(): boolean {
    if (this.speechFrames === 0) return false;
    return this.silentFrames >= END_FRAMES || this.frames.length >= MAX_FRAMES;
  }

  private finish(): readonly UtteranceEvent[] {
    const { frames: heard, silentFrames, speechFrames } = this;
    const end = heard.length - Math.max(0, silentFrames - TRAILING_FRAMES);
    this.frames = heard.slice(-PRE_ROLL_FRAMES);
    this.speechFrames = 0;
    this.silentFrames = 0;
    this.isLoud = false;
    if (speechFrames < MIN_SPEECH_FRAMES) return [];
    return [{ type: 'utterance', pcm: Buffer.concat(heard.slice(0, end)) }];
  }
}

function rms(frame: Buffer): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  let sum = 0;
  for (let at = 0; at < frame.length; at += BYTES_PER_SAMPLE) {
    // As readInt16LE, without its checks: this is most of what listening to silence costs.
    const sample = view.getInt16(at, true);
    sum += sample * sample;
  }
  return Math.sqrt(sum / FRAME_SAMPLES);
}
