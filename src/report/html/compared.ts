import type { EventTable } from './event-table';

/** Another recording of what a run told, to be seen beside it on one axis of time. */
export interface Compared {
  /** What it is: `journal`. */
  readonly label: string;
  readonly events: EventTable;
  /** Absent: the two tell the same. */
  readonly divergence?: Divergence;
}

/** The first thing that two recordings do not agree about. */
export interface Divergence {
  readonly atMs: number;
  readonly host: string;
  /** What the run has there, and what the other recording has. */
  readonly run: string;
  readonly other: string;
}
