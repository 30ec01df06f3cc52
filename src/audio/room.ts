import { BYTES_PER_SAMPLE, SAMPLE_RATE_HZ } from '../constants';
import type { Clock, TimerHandle } from '../ports';

const SAMPLES_PER_MS = SAMPLE_RATE_HZ / 1000;

/** How far back a room can still be recorded: what a device's own buffer holds after a stall. */
export const ROOM_MEMORY_MS = 2_000;

export interface RoomOptions {
  readonly clock: Clock;
  /**
   * The last sound has ended, and nothing follows it. Costs one pending timer while a sound sounds.
   */
  readonly onQuiet?: () => void;
}

interface Sound {
  readonly pcm: Buffer;
  /** Instants on the room's own time line, in samples since it was made. */
  readonly start: number;
  readonly end: number;
}

/**
 * Where sounds sound, whether or not a microphone hears them: in virtual time a simulated house, in
 * real time a file that is spoken. Sounds never overlap: each waits for the one before it.
 *
 * Positions are whole samples since the room was made, and times are computed from them, so that
 * sounds and frames fit together to the sample however long the room lasts.
 */
export class Room {
  private readonly options: RoomOptions;
  private readonly epochMs: number;
  private readonly listeners = new Set<() => void>();
  private sounds: Sound[] = [];
  private quietTimer: TimerHandle | undefined;
  /** A new room has been silent for longer than anything remembers. */
  private soundsUntil = -ROOM_MEMORY_MS * SAMPLES_PER_MS;

  constructor(options: RoomOptions) {
    this.options = options;
    this.epochMs = options.clock.now();
  }

  /** When the last sound ends, on the clock; in the past if all have ended. */
  get soundingUntilMs(): number {
    return this.epochMs + this.soundsUntil / SAMPLES_PER_MS;
  }

  /** Whether nothing sounds, and nothing waits to. */
  get idle(): boolean {
    return this.position() >= this.soundsUntil;
  }

  /** The end of the last sound, as a position. */
  get soundsUntilPosition(): number {
    return this.soundsUntil;
  }

  /**
   * Begins to sound now, or when the sound before it has ended.
   *
   * @param pcm - 16 kHz mono s16le; it must not change afterwards.
   */
  say(pcm: Buffer): void {
    const now = this.position();
    const start = Math.max(now, this.soundsUntil);
    const end = start + Math.floor(pcm.length / BYTES_PER_SAMPLE);
    const oldest = now - ROOM_MEMORY_MS * SAMPLES_PER_MS;
    this.sounds = this.sounds.filter((sound) => sound.end > oldest);
    this.sounds.push({ pcm, start, end });
    this.soundsUntil = end;
    this.awaitQuiet();
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls back whenever a sound is said, until the returned function is called. */
  onSound(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Now, as a position. */
  position(): number {
    return Math.round((this.options.clock.now() - this.epochMs) * SAMPLES_PER_MS);
  }

  /** How long a timer must wait for a position: whole milliseconds, 0 if it has passed. */
  delayUntil(position: number): number {
    const dueMs = this.epochMs + position / SAMPLES_PER_MS;
    // Clocks cut fractions off, and a timer must not be early; but 20.000001 is 20.
    return Math.max(0, Math.ceil(dueMs - this.options.clock.now() - 1e-3));
  }

  /** What sounds from a position on; silence where nothing does. A buffer of the caller's own. */
  record(position: number, samples: number): Buffer {
    const pcm = Buffer.allocUnsafe(samples * BYTES_PER_SAMPLE).fill(0);
    for (const sound of this.sounds) {
      const from = Math.max(position, sound.start);
      const to = Math.min(position + samples, sound.end);
      if (from >= to) continue;
      sound.pcm.copy(
        pcm,
        (from - position) * BYTES_PER_SAMPLE,
        (from - sound.start) * BYTES_PER_SAMPLE,
        (to - sound.start) * BYTES_PER_SAMPLE,
      );
    }
    return pcm;
  }

  /** Forgets every sound, and the timer with them; `onQuiet` is not called. May be called twice. */
  close(): void {
    this.options.clock.clearTimeout(this.quietTimer);
    this.quietTimer = undefined;
    this.sounds = [];
    this.soundsUntil = Math.min(this.soundsUntil, this.position());
  }

  private awaitQuiet(): void {
    const { clock, onQuiet } = this.options;
    if (onQuiet === undefined || this.quietTimer !== undefined) return;
    this.quietTimer = clock.setTimeout(() => {
      this.quietTimer = undefined;
      // More may have been said meanwhile; then the wait goes on.
      if (this.idle) onQuiet();
      else this.awaitQuiet();
    }, this.delayUntil(this.soundsUntil));
  }
}
