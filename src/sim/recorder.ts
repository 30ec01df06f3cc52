import { createHash } from 'node:crypto';

import type { AnyEvent, RecordedEvent, Stamp } from '../events';

/** Sees each event as it is recorded. */
export type Observer = (event: RecordedEvent) => void;

export interface RecorderOptions {
  readonly observers: readonly Observer[];
  /** How many events are kept: the last so many. */
  readonly keep: number;
}

/** Text is hashed in pieces of about this size, because each update of a hash has a price. */
const HASH_PIECE_CHARS = 65_536;

/**
 * The trace of a run: numbers the events, shows them to the observers, keeps the last ones, and
 * folds every event and every byte on the wire into one hash.
 */
export class Recorder {
  private readonly options: RecorderOptions;
  private readonly hash = createHash('sha256');
  private unhashed = '';
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
    this.flush();
    this.hash.update(bytes);
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
    this.unhashed += JSON.stringify(event);
    if (this.unhashed.length > HASH_PIECE_CHARS) this.flush();
  }

  private flush(): void {
    if (this.unhashed === '') return;
    this.hash.update(this.unhashed);
    this.unhashed = '';
  }

  /** Twice as many as asked for are let in before the older half goes: amortised, that is cheap. */
  private keep(event: RecordedEvent): void {
    this.kept.push(event);
    if (this.kept.length >= this.options.keep * 2) this.kept = [...this.lastEvents()];
  }
}
