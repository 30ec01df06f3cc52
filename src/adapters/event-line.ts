import type { LinkEvent } from '../events';
import type { Clock, WallClock } from '../ports';
import { withoutSecrets } from './without-secrets';

/** Whose events become lines. */
export interface Teller {
  readonly clock: Pick<Clock, 'now'> & WallClock;
  /** A device's name, or `server`. */
  readonly host: string;
  /** What must never be written, wherever it comes from: a peer may say our own token back. */
  readonly secrets: readonly string[];
}

/**
 * An event on its way into a file of JSON Lines, as a `RecordedEvent` without a step. Made when
 * the event happens; its place in the file is known when it is written.
 */
export class EventLine {
  private readonly stamp: string;
  private readonly event: string;

  /** @param next - the line that it comes before, where it has the time of that. */
  constructor(event: LinkEvent, { clock, host, secrets }: Teller, next?: EventLine) {
    const stamp = { atMs: clock.now(), wallMs: clock.wallTime(), host };
    this.stamp = next?.stamp ?? inJson(stamp, secrets).slice(1, -1);
    this.event = inJson(event, secrets).slice(1);
  }

  /** What it needs of memory, about. */
  get length(): number {
    return this.stamp.length + this.event.length;
  }

  /** The line, with its line break. */
  at(seq: number, boot: number): string {
    return `{"seq":${seq},${this.stamp},"boot":${boot},${this.event}\n`;
  }
}

/** Value by value, so that what is hidden leaves JSON behind. */
function inJson(fields: object, secrets: readonly string[]): string {
  return JSON.stringify(fields, (_name, value: unknown) => {
    if (typeof value === 'string') return withoutSecrets(value, secrets);
    return typeof value === 'number' ? rounded(value) : value;
  });
}

/** A real clock has fractions far below anything that matters here. */
function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
