import { createHash } from 'node:crypto';

import type { AnyEvent, RecordedEvent, Stamp } from '../events';

/** Sees each event as it is recorded. */
export type Observer = (event: RecordedEvent) => void;

export interface RecorderOptions {
  readonly observers: readonly Observer[];
  /** Sees the bytes of the wire as they are folded in. */
  readonly onBytes?: (bytes: Buffer) => void;
  /** How many events are kept: the last so many. */
  readonly keep: number;
}

/** Hashed in pieces of up to this size, because each update of a hash has its price. */
const HASH_PIECE_BYTES = 16_384;
/** A character of UTF-16 has at most this many bytes in UTF-8. */
const MOST_BYTES_A_CHAR = 3;

/**
 * The trace of a run: numbers the events, shows them to the observers, keeps the last ones, and
 * folds every event and every byte on the wire into one hash.
 */
export class Recorder {
  private readonly options: RecorderOptions;
  private readonly hash = createHash('sha256');
  private readonly unhashed = Buffer.allocUnsafe(HASH_PIECE_BYTES);
  private unhashedBytes = 0;
  private kept: RecordedEvent[] = [];
  private count = 0;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  /** How many events were recorded so far. */
  get events(): number {
    return this.count;
  }

  record(stamp: Omit<Stamp, 'seq'>, event: AnyEvent): void {
    this.count += 1;
    const recorded = { seq: this.count, ...stamp, ...event } as RecordedEvent;
    this.fold(recorded);
    this.keep(recorded);
    for (const observe of this.options.observers) observe(recorded);
  }

  /** Folds bytes of the wire into the hash. */
  foldBytes(bytes: Buffer): void {
    this.options.onBytes?.(bytes);
    if (this.makeRoom(bytes.length))
      this.unhashedBytes += bytes.copy(this.unhashed, this.unhashedBytes);
    else this.hash.update(bytes);
  }

  /** The last events, oldest first. */
  lastEvents(): readonly RecordedEvent[] {
    return this.kept.slice(Math.max(0, this.kept.length - this.options.keep));
  }

  /** Ends the recording. */
  digest(): string {
    this.flush();
    return this.hash.digest('hex');
  }

  private fold(event: RecordedEvent): void {
    const text = JSON.stringify(event);
    if (this.makeRoom(text.length * MOST_BYTES_A_CHAR)) {
      this.unhashedBytes += this.unhashed.write(text, this.unhashedBytes);
    } else {
      this.hash.update(text);
    }
  }

  /** Whether so many bytes have room among the unhashed, which may be hashed to make it. */
  private makeRoom(bytes: number): boolean {
    if (this.unhashedBytes + bytes > HASH_PIECE_BYTES) this.flush();
    return bytes <= HASH_PIECE_BYTES;
  }

  private flush(): void {
    this.hash.update(this.unhashed.subarray(0, this.unhashedBytes));
    this.unhashedBytes = 0;
  }

  /** Twice as many as asked for are let in before the older half goes: amortised, that is cheap. */
  private keep(event: RecordedEvent): void {
    this.kept.push(event);
    if (this.kept.length >= this.options.keep * 2) this.kept = [...this.lastEvents()];
  }
}
