import { createHash } from 'node:crypto';

import type { Playback, Speaker } from '../ports';

/** What was noticed at a speaker from the beginning of a sound to silence. */
export interface SpeakerReading {
  /** A fingerprint of what was heard: the same samples in the same order have the same one. */
  readonly sound: string;
  /** The most that waited to be heard at a time. */
  readonly mostQueuedBytes: number;
}

const FINGERPRINT_DIGITS = 12;

/** Takes note of what is written to a speaker, and of what comes out of it. */
export class SpeakerMeter {
  private hash = createHash('sha256');
  private mostQueuedBytes = 0;

  /** A speaker whose queue is watched. */
  at(speaker: Speaker): Speaker {
    return {
      close: () => speaker.close(),
      play: (handlers) => this.atPlayback(speaker.play(handlers)),
    };
  }

  /** This came out of it, after what came before. */
  heard(pcm: Buffer): void {
    this.hash.update(pcm);
  }

  /** What was noticed since the last time. */
  take(): SpeakerReading {
    const sound = this.hash.digest('hex').slice(0, FINGERPRINT_DIGITS);
    const { mostQueuedBytes } = this;
    this.hash = createHash('sha256');
    this.mostQueuedBytes = 0;
    return { sound, mostQueuedBytes };
  }

  private atPlayback(playback: Playback): Playback {
    return {
      bufferedBytes: () => playback.bufferedBytes(),
      end: () => playback.end(),
      stop: () => playback.stop(),
      write: (pcm) => {
        playback.write(pcm);
        this.mostQueuedBytes = Math.max(this.mostQueuedBytes, playback.bufferedBytes());
      },
    };
  }
}
