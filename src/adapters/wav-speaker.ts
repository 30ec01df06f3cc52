import { once } from 'node:events';

import { FileWriter } from 'wav';

import { ClockSpeaker } from '../audio/clock-speaker';
import { SAMPLE_RATE_HZ } from '../constants';
import type { Clock, Playback, Speaker, SpeakerHandlers } from '../ports';

/** A speaker that plays into a WAV file, in the time that the sound takes. */
export class WavSpeaker implements Speaker {
  private readonly speaker: ClockSpeaker;
  private readonly file: FileWriter;
  private closing: Promise<void> | undefined;

  /** Creates the file, or empties it. `onError` is told when it cannot be written. */
  constructor(path: string, clock: Clock, onError: (error: Error) => void) {
    this.file = new FileWriter(path, { channels: 1, sampleRate: SAMPLE_RATE_HZ, bitDepth: 16 });
    this.file.on('error', onError);
    // The library opens the file as a stream of its own, and does not pass on that one's error.
    const { file: stream } = this.file as unknown as { file: NodeJS.WritableStream };
    stream.on('error', onError);
    this.speaker = new ClockSpeaker({ clock, onHeard: (pcm) => this.file.write(pcm) });
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

  /** Resolves once the file is complete, its header too. */
  async written(): Promise<void> {
    this.close();
    await this.closing;
  }

  private async finish(): Promise<void> {
    const done = once(this.file, 'done');
    this.file.end();
    await done;
  }
}
