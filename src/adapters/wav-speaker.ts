import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { finished } from 'node:stream/promises';

import { Writer } from 'wav';

import { ClockSpeaker } from '../audio/clock-speaker';
import { SAMPLE_RATE_HZ } from '../constants';
import type { Clock, Playback, Speaker, SpeakerHandlers } from '../ports';

/** A speaker that plays into a WAV file, in the time that the sound takes. */
export class WavSpeaker implements Speaker {
  private readonly path: string;
  private readonly onError: (error: Error) => void;
  private readonly speaker: ClockSpeaker;
  private readonly writer = new Writer({ channels: 1, sampleRate: SAMPLE_RATE_HZ, bitDepth: 16 });
  private readonly stream: WriteStream;
  private closing: Promise<void> | undefined;

  /** Creates the file, or empties it. `onError` is told when it cannot be written. */
  constructor(path: string, clock: Clock, onError: (error: Error) => void) {
    this.path = path;
    this.onError = onError;
    this.stream = createWriteStream(path);
    this.stream.on('error', onError);
    this.writer.on('error', onError);
    this.writer.pipe(this.stream);
    this.speaker = new ClockSpeaker({ clock, onHeard: (pcm) => this.writer.write(pcm) });
  }

  get busy(): boolean {
    return this.speaker.busy;
  }

  play(handlers: SpeakerHandlers): Playback {
    return this.speaker.play(handlers);
  }

  close(): void {
    this.speaker.close();
    this.closing ??= this.finish();
  }

  /** Resolves once the file is complete, its header too, or has failed. */
  async written(): Promise<void> {
    this.close();
    await this.closing;
  }

  /** The header is known at the end, and written over the first one once that is in the file. */
  private async finish(): Promise<void> {
    const header = once(this.writer, 'header') as Promise<[Buffer]>;
    this.writer.end();
    try {
      await finished(this.stream);
    } catch {
      return; // 'error' was told already.
    }
    await this.writeHeader(...(await header)).catch(this.onError);
  }

  private async writeHeader(header: Buffer): Promise<void> {
    const file = await open(this.path, 'r+');
    try {
      await file.write(header, 0, header.length, 0);
    } finally {
      await file.close();
    }
  }
}
