/**
 * Audio devices for tests of the client: they do what a test says, and remember what was asked.
 *
 *   TestMicrophone   hears what it is given
 *   TestHotword      finds the hotword where a sample is HOTWORD
 *   TestButton       is pressed
 *   DeadSpeaker      takes sound, and never says that it was heard
 */
import type {
  Button,
  Clock,
  DeviceFailure,
  HotwordDetector,
  Listening,
  Microphone,
  MicrophoneHandlers,
  MicrophoneStream,
  Playback,
  Speaker,
  SpeakerHandlers,
} from '../../src/ports';

/** The sample that stands for the hotword. */
export const HOTWORD = 31_000;
/** What `TestHotword` takes at a time, as Porcupine does. */
export const FRAME_SAMPLES = 512;

/** PCM of this many bytes, all samples alike. */
export function pcm(bytes: number, sample = 1): Buffer {
  const sound = Buffer.alloc(bytes);
  for (let at = 0; at + 1 < bytes; at += 2) sound.writeInt16LE(sample, at);
  return sound;
}

/** PCM in which the hotword ends with the last sample of the first frame; `restBytes` follow. */
export function hotwordThen(restBytes: number, sample = 1): Buffer {
  const frame = pcm(FRAME_SAMPLES * 2, 0);
  frame.writeInt16LE(HOTWORD, frame.length - 2);
  return Buffer.concat([frame, pcm(restBytes, sample)]);
}

export class TestMicrophone implements Microphone {
  /** What the stream that is open listens for; `undefined` where none is open. */
  purpose: Listening | undefined;
  opens = 0;
  /** Where it is set, opens fail by it. */
  failure: DeviceFailure | undefined;
  private handlers: MicrophoneHandlers | undefined;

  constructor(private readonly clock: Clock) {}

  open(handlers: MicrophoneHandlers): MicrophoneStream {
    this.opens += 1;
    this.handlers = handlers;
    this.purpose = 'nothing';
    const { failure } = this;
    const timer = failure && this.clock.setTimeout(() => this.fail(failure), 1);
    return {
      listenFor: (purpose) => {
        if (this.handlers === handlers) this.purpose = purpose;
      },
      close: () => {
        this.clock.clearTimeout(timer);
        if (this.handlers === handlers) this.forget();
      },
    };
  }

  /** Sound reaches an open ear; else it is lost. */
  hear(sound: Buffer): void {
    if (this.purpose !== undefined && this.purpose !== 'nothing') this.handlers?.onAudio(sound);
  }

  fail(failure: DeviceFailure): void {
    const { handlers } = this;
    this.forget();
    handlers?.onFailed(failure);
  }

  private forget(): void {
    this.handlers = undefined;
    this.purpose = undefined;
  }
}

export class TestHotword implements HotwordDetector {
  readonly frameSamples = FRAME_SAMPLES;
  readonly frames: Int16Array[] = [];
  resets = 0;
  closes = 0;

  process(frame: Int16Array): boolean {
    this.frames.push(frame.slice());
    return frame.includes(HOTWORD);
  }

  reset(): void {
    this.resets += 1;
  }

  close(): void {
    this.closes += 1;
  }
}

export class TestButton implements Button {
  readonly callbacks = new Set<() => void>();

  onPress(callback: () => void): () => void {
    this.callbacks.add(callback);
    return () => this.callbacks.delete(callback);
  }

  press(): void {
    for (const callback of this.callbacks) callback();
  }
}

/** A device that hangs: what is written to it is never heard, and no error comes. */
export class DeadSpeaker implements Speaker {
  handlers: SpeakerHandlers | undefined;
  writtenBytes = 0;
  stops = 0;

  play(handlers: SpeakerHandlers): Playback {
    this.handlers = handlers;
    this.writtenBytes = 0;
    return {
      write: ({ length }) => (this.writtenBytes += length),
      bufferedBytes: () => this.writtenBytes,
      end: () => undefined,
      stop: () => (this.stops += 1),
    };
  }

  close(): void {}
}
