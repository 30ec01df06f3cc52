import { SAMPLE_RATE_HZ } from '../constants';
import type {
  Clock,
  DeviceFailure,
  Listening,
  Microphone,
  MicrophoneHandlers,
  MicrophoneStream,
  TimerHandle,
} from '../ports';
import { Room, ROOM_MEMORY_MS } from './room';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** How much a hotword detector gets at a time, so that it answers soon: 20 ms, 640 bytes. */
const HOTWORD_FRAME_SAMPLES = 20 * SAMPLES_PER_MS;
/** How much a session gets at a time: 100 ms, 3,200 bytes, as much as it sends at a time. */
const SESSION_FRAME_SAMPLES = 100 * SAMPLES_PER_MS;

/** The silence after a sound that a hotword detector still hears. */
export const HOTWORD_TAIL_MS = 300;

export interface ClockMicrophoneOptions {
  readonly clock: Clock;
  /** Where it stands, on the same time base as `clock`. Absent: a room of its own. */
  readonly room?: Room;
}

/**
 * A microphone in a {@link Room}, driven by a clock: in virtual time a simulated device, in real
 * time one that hears a file.
 *
 *   listening for    hears, each frame when it would have been recorded
 *   'session'        100 ms at a time: everything, silence too
 *   'hotword'        20 ms at a time: sounds and the 300 ms after them; else it sleeps, without a
 *                    timer
 *   'nothing'        nothing, while the room goes on
 *
 * Frames are counted from the moment at which it wakes. A reader that is held up finds what was
 * recorded meanwhile, up to two seconds of it, as with a real device.
 */
export class ClockMicrophone implements Microphone {
  readonly room: Room;
  private readonly clock: Clock;
  private current: OpenMicrophone | undefined;
  private opensToFail = 0;
  private openFailure: DeviceFailure = 'device_busy';

  constructor(options: ClockMicrophoneOptions) {
    this.clock = options.clock;
    this.room = options.room ?? new Room({ clock: options.clock });
  }

  /** A device that another stream holds fails as `device_busy`. */
  open(handlers: MicrophoneHandlers): MicrophoneStream {
    const failure = this.takeOpenFailure();
    if (failure !== undefined) return failingStream(this.clock, handlers, failure);
    const stream = new OpenMicrophone(this.clock, this.room, handlers, () => {
      this.current = undefined;
    });
    this.current = stream;
    return stream;
  }

  /** The stream that is open fails now; if none is, nothing happens. */
  fail(failure: DeviceFailure): void {
    this.current?.fail(failure);
  }

  /** The next `count` opens fail: `Infinity` until further notice, 0 for none. */
  failOpens(count: number, failure: DeviceFailure = 'device_busy'): void {
    this.opensToFail = count;
    this.openFailure = failure;
  }

  /** Closes what is open without a word, as when the program that had it is gone. */
  close(): void {
    this.current?.close();
  }

  private takeOpenFailure(): DeviceFailure | undefined {
    if (this.current !== undefined) return 'device_busy';
    if (this.opensToFail <= 0) return undefined;
    this.opensToFail--;
    return this.openFailure;
  }
}

/** Fails a moment later, so that its owner has the stream in hand when it is told. */
function failingStream(
  clock: Clock,
  handlers: MicrophoneHandlers,
  failure: DeviceFailure,
): MicrophoneStream {
  const timer = clock.setTimeout(() => handlers.onFailed(failure), 0);
  return { listenFor: () => undefined, close: () => clock.clearTimeout(timer) };
}

/** An open stream. */
class OpenMicrophone implements MicrophoneStream {
  private readonly clock: Clock;
  private readonly room: Room;
  private readonly handlers: MicrophoneHandlers;
  private readonly onClosed: () => void;
  private readonly stopListening: () => void;
  private purpose: Listening = 'nothing';
  private timer: TimerHandle | undefined;
  private isClosed = false;
  /** Where the next frame begins in the room; undefined while asleep. */
  private next: number | undefined;

  constructor(clock: Clock, room: Room, handlers: MicrophoneHandlers, onClosed: () => void) {
    this.clock = clock;
    this.room = room;
    this.handlers = handlers;
    this.onClosed = onClosed;
    this.stopListening = room.onSound(() => this.arm());
  }

  listenFor(purpose: Listening): void {
    this.purpose = purpose;
    this.arm();
  }

  fail(failure: DeviceFailure): void {
    this.close();
    this.handlers.onFailed(failure);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.stopListening();
    this.arm();
    this.onClosed();
  }

  /** Sets the one timer for the next frame that is wanted, or none. */
  private arm(): void {
    this.clock.clearTimeout(this.timer);
    this.timer = undefined;
    const from = this.next ?? this.room.position();
    this.next = this.wants(from) ? from : undefined;
    if (this.next === undefined) return;
    const samples = this.purpose === 'session' ? SESSION_FRAME_SAMPLES : HOTWORD_FRAME_SAMPLES;
    const delayMs = this.room.delayUntil(from + samples);
    this.timer = this.clock.setTimeout(() => this.deliver(from, samples), delayMs);
  }

  private wants(position: number): boolean {
    if (this.isClosed) return false;
    switch (this.purpose) {
      case 'nothing':
        return false;
      case 'session':
        return true;
      case 'hotword':
        return position < this.room.soundsUntilPosition + HOTWORD_TAIL_MS * SAMPLES_PER_MS;
      default:
        return this.purpose satisfies never;
    }
  }

  private deliver(position: number, samples: number): void {
    const start = this.skipForgotten(position, samples);
    this.next = start + samples;
    // Armed first: a handler may close or listen for something else, or throw.
    this.arm();
    this.handlers.onAudio(this.room.record(start, samples));
  }

  /** After a long stall the oldest is lost: the device's buffer went round. */
  private skipForgotten(position: number, samples: number): number {
    const oldest = this.room.position() - ROOM_MEMORY_MS * SAMPLES_PER_MS;
    const frames = Math.max(0, Math.ceil((oldest - position) / samples));
    return position + frames * samples;
  }
}
