import { HotwordError } from './hotword-error';
import type { EngineRequest, HotwordEngine } from './hotword-engine';
import { show } from './hotword-spec';
import { seededNoise } from './seeded-noise';

/** What both versions of Porcupine have in common, once they are open. */
export interface Porcupine {
  readonly frameLength: number;
  /** The index of the keyword that ended in this frame, else -1. */
  process(frame: Int16Array): number;
  release(): void;
}

/** The keywords that come with either version. */
export const PORCUPINE_KEYWORDS: readonly string[] = [
  ...['alexa', 'americano', 'blueberry', 'bumblebee', 'computer', 'grapefruit', 'grasshopper'],
  ...['hey google', 'hey siri', 'jarvis', 'ok google', 'picovoice', 'porcupine', 'terminator'],
];
const DEFAULT_KEYWORD = 'jarvis';

/** After this much of a quiet room nothing is left of a word that was begun. */
const FORGETTING_FRAMES = 16;
const QUIET_ROOM_PEAK = 30;

/**
 * Porcupine of any version. It has no call that makes it forget, so it is given half a second of a
 * quiet room: not silence, in which version 1 afterwards hears less well.
 */
export class PorcupineEngine implements HotwordEngine {
  readonly frameSamples: number;
  private porcupine: Porcupine | undefined;
  private isFresh = true;

  constructor(porcupine: Porcupine) {
    this.porcupine = porcupine;
    this.frameSamples = porcupine.frameLength;
  }

  process(frame: Int16Array): boolean {
    if (this.porcupine === undefined) return false;
    this.isFresh = false;
    return this.porcupine.process(frame) >= 0;
  }

  reset(): void {
    if (this.porcupine === undefined || this.isFresh) return;
    const quiet = seededNoise(FORGETTING_FRAMES * this.frameSamples, QUIET_ROOM_PEAK);
    for (let at = 0; at < quiet.length; at += this.frameSamples) {
      this.porcupine.process(quiet.subarray(at, at + this.frameSamples));
    }
    this.isFresh = true;
  }

  close(): void {
    this.porcupine?.release();
    this.porcupine = undefined;
  }

  openDevices(): number {
    return this.porcupine === undefined ? 0 : 1;
  }
}

/** The keyword that is wanted, as one of {@link PORCUPINE_KEYWORDS}. */
export function builtInKeyword({ keyword = DEFAULT_KEYWORD }: EngineRequest): string {
  if (PORCUPINE_KEYWORDS.includes(keyword)) return keyword;
  throw new HotwordError(
    'ERR_HOTWORD_KEYWORD',
    `Porcupine does not know the keyword ${show(keyword)}: it knows ` +
      `${PORCUPINE_KEYWORDS.join(', ')}. One of your own is a file: --hotword-model FILE.ppn`,
  );
}
