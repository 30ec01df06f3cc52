import type { RecordedEvent } from '../events';

/** A journal as it was read: what one program has told, life after life. */
export interface Journal {
  readonly host: string;
  readonly program: 'client' | 'server';
  /**
   * In the order in which they were written. `atMs` is monotonic only within one start of the
   * machine, which the `host.started` of each life names.
   */
  readonly lines: readonly RecordedEvent[];
  /** What was wrong with it, for a person: a torn last line, lines that are missing. */
  readonly problems: readonly string[];
}

/** What happened in a house, as far as its journals tell, on one time line. */
export interface FieldRecord {
  /** Of all journals, by time; `atMs` counts from the first line of the client's. */
  readonly events: readonly RecordedEvent[];
  readonly client: string;
  /** Absent where only the client's journal is known. */
  readonly server?: string;
  /**
   * The server's time minus the client's, as it was put on the line, and by how much that may be
   * wrong; of each connection that both know.
   */
  readonly offsets: readonly ClockOffset[];
  readonly problems: readonly string[];
}

/** Two clocks compared by what each end has told of one connection. */
export interface ClockOffset {
  readonly connection: string;
  readonly atMs: number;
  readonly offsetMs: number;
  readonly errorMs: number;
}
