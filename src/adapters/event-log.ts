import { isDurable, type LinkEvent } from '../events';
import type { EventSink, WallClock } from '../ports';

/** Fields that are of use to a program, and only noise to a person who reads along. */
const QUIET: ReadonlySet<string> = new Set(['type', 'machine']);

/** Writes what happens as lines of text, the durable events only: one line a fact. */
export class EventLog implements EventSink {
  private readonly wall: WallClock;
  private readonly write: (line: string) => void;

  constructor(wall: WallClock, write: (line: string) => void) {
    this.wall = wall;
    this.write = write;
  }

  emit(event: LinkEvent): void {
    if (!isDurable(event.type)) return;
    const time = new Date(this.wall.wallTime()).toISOString();
    const fields = Object.entries(event).filter(([name]) => !QUIET.has(name));
    const text = fields.map(([name, value]) => `${name}=${show(value)}`).join(' ');
    this.write(`${time} ${event.type} ${text}\n`);
  }
}

/** A real clock has fractions far below anything that matters here. */
function show(value: unknown): string {
  return typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : String(value);
}
