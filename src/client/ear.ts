import type {
  Clock,
  DeviceFailure,
  EventSink,
  HotwordDetector,
  Listening,
  Microphone,
  MicrophoneStream,
  TimerHandle,
} from '../ports';
import type { ClientSettings } from './client-settings';

export interface EarOptions {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly microphone: Microphone;
  readonly hotword: HotwordDetector;
  readonly onHotword: () => void;
  /** What is heard while the ear listens for a session. */
  readonly onAudio: (pcm: Buffer) => void;
  /** The device failed. The ear opens it again by itself. */
  readonly onFailed: () => void;
}

/**
 * The microphone, and who hears it: the hotword detector, the session, or nobody.
 *
 * A device that fails, or cannot be opened, is tried again for as long as the program runs: a
 * satellite that is deaf until somebody restarts it is the fault users report most.
 */
export class Ear {
  private readonly options: EarOptions;
  private stream: MicrophoneStream | undefined;
  private purpose: Listening = 'nothing';
  private failures = 0;
  private retryTimer: TimerHandle | undefined;
  /** Samples that do not fill a frame of the detector yet. */
  private readonly frame: Int16Array;
  private frameFill = 0;

  constructor(options: EarOptions) {
    this.options = options;
    this.frame = new Int16Array(options.hotword.frameSamples);
  }

  open(): void {
    this.retryTimer = undefined;
    const stream = this.options.microphone.open({
      onAudio: (pcm) => this.heard(pcm),
      onFailed: (failure) => this.failed(failure),
    });
    this.stream = stream;
    this.options.events.emit({ type: 'microphone.opened' });
    stream.listenFor(this.purpose);
  }

  listenFor(purpose: Listening): void {
    if (purpose === this.purpose) return;
    this.purpose = purpose;
    this.forgetSound();
    this.options.events.emit({ type: 'microphone.listening', purpose });
    this.stream?.listenFor(purpose);
  }

  close(): void {
    this.options.clock.clearTimeout(this.retryTimer);
    if (this.stream === undefined) return;
    this.stream.close();
    this.stream = undefined;
    this.options.events.emit({ type: 'microphone.closed' });
  }

  /** What comes next does not follow on what was heard so far. */
  private forgetSound(): void {
    this.frameFill = 0;
    if (this.purpose === 'hotword') this.options.hotword.reset();
  }

  private heard(pcm: Buffer): void {
    this.failures = 0;
    if (this.purpose === 'session') this.options.onAudio(pcm);
    else if (this.purpose === 'hotword') this.seekHotword(pcm);
  }

  private seekHotword(pcm: Buffer): void {
    const { hotword, onHotword } = this.options;
    for (let at = 0; at + 1 < pcm.length; at += 2) {
      this.frame[this.frameFill] = pcm.readInt16LE(at);
      this.frameFill += 1;
      if (this.frameFill < this.frame.length) continue;
      this.frameFill = 0;
      if (!hotword.process(this.frame)) continue;
      onHotword();
      // What followed the hotword in this piece is said to the session already.
      if (this.listensForSession()) this.options.onAudio(pcm.subarray(at + 2));
      return;
    }
  }

  /** `onHotword` may have changed the purpose, which the compiler cannot see. */
  private listensForSession(): boolean {
    return this.purpose === 'session';
  }

  private failed(failure: DeviceFailure): void {
    const { clock, events, onFailed, settings } = this.options;
    this.stream = undefined;
    this.forgetSound();
    const delayMs = Math.min(
      settings.microphoneRetryMs * 2 ** this.failures,
      settings.microphoneRetryCapMs,
    );
    this.failures += 1;
    events.emit({ type: 'microphone.failed', failure });
    this.retryTimer = clock.setTimeout(() => this.open(), delayMs);
    onFailed();
  }
}
