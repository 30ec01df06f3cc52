import type { DeviceFailure } from '../../ports';

/**
 * A device that was asked for, for one piece of playback: it is opened, takes sound, and is let go
 * of. Two programs can stand behind it: the package `speaker` and `aplay`.
 */
export interface PcmOutput {
  /** Gives it whole samples; only once it is open. Never blocks. */
  write(pcm: Buffer): void;
  /** No more comes; what it has taken sounds for `unheardMs` more, as the clock has it. */
  end(unheardMs: number): void;
  /** Silence at once. Only `onReleased` is called afterwards. May be called at any time. */
  abort(): void;
}

/** What an output tells; nothing of it before whoever opens it has it in hand. */
export interface PcmOutputHandlers {
  readonly onOpened: () => void;
  /** The device has taken so much of what was written. */
  readonly onTaken: (bytes: number) => void;
  /** After `end()`: all has been heard. */
  readonly onDrained: () => void;
  /** The device is gone. It is let go of without being aborted. */
  readonly onFailed: (failure: DeviceFailure) => void;
  /** Nothing of the operating system's is held any more. Called once, in any case. */
  readonly onReleased: () => void;
}

/** What concerns a playback: whether its device is held yet is the business of the speaker. */
export type PlaybackOutputHandlers = Omit<PcmOutputHandlers, 'onReleased'>;

/** Opens a device. Whatever goes wrong is told by `onFailed`: it throws nothing. */
export type OpenOutput = (handlers: PcmOutputHandlers) => PcmOutput;
