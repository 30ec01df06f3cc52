import type { RecordedEvent } from '../../events';

/**
 * Events as columns: a hundred thousand are three megabytes in place of twenty, and a browser has
 * them apart in a blink. `page/event-view.ts` reads them.
 */
export interface EventTable {
  readonly count: number;
  /** The fields that events have, besides their stamps: each combination once. */
  readonly shapes: readonly (readonly string[])[];
  /** The shape of each event, by its place in `shapes`. */
  readonly shape: readonly number[];
  /** Microseconds since the event before; of the first one, since the beginning. */
  readonly us: readonly number[];
  /** How far the number of each event is from that of the one before. */
  readonly seq: readonly number[];
  /** The same of the step; null where an event has none, as in a journal. */
  readonly step: readonly (number | null)[];
  /** The time of day minus the monotonic time, in milliseconds; null where there is none. */
  readonly wall: Field;
  /** By name. */
  readonly fields: Readonly<Record<string, Field>>;
}

/** A column: one place for each event that has the field, in order. */
export interface Field {
  /** Every value that there is, once. */
  readonly values: readonly unknown[];
  /** Where in `values` each event has its own. */
  readonly places: readonly number[];
}

const US_A_MS = 1_000;

/** Writes events as columns. Times are kept to the microsecond. */
export function eventTable(events: readonly RecordedEvent[]): EventTable {
  const columns = new Columns();
  for (const event of events) columns.add(event);
  return columns.table();
}

class Columns {
  private readonly shapes = new FieldWriter();
  private readonly us: number[] = [];
  private readonly seq: number[] = [];
  private readonly step: (number | null)[] = [];
  private readonly wall = new FieldWriter();
  private readonly fields = new Map<string, FieldWriter>();
  private last = { us: 0, seq: 0, step: 0 };

  add({ atMs, seq, step, wallMs, ...fields }: RecordedEvent): void {
    // A time that is none would be all times after it.
    const us = Number.isFinite(atMs) ? Math.round(atMs * US_A_MS) : this.last.us;
    this.us.push(us - this.last.us);
    this.seq.push(seq - this.last.seq);
    this.step.push(step === undefined ? null : step - this.last.step);
    this.last = { us, seq, step: step ?? this.last.step };
    this.wall.add(wallMs === 0 ? null : Math.round((wallMs - atMs) * US_A_MS) / US_A_MS);
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    this.shapes.add(given.map(([name]) => name));
    for (const [name, value] of given) this.fieldOf(name).add(value);
  }

  table(): EventTable {
    const { seq, step, us } = this;
    const { places: shape, values } = this.shapes.read();
    return {
      count: us.length,
      shapes: values as readonly (readonly string[])[],
      shape,
      us,
      seq,
      step,
      wall: this.wall.read(),
      fields: Object.fromEntries([...this.fields].map(([name, field]) => [name, field.read()])),
    };
  }

  private fieldOf(name: string): FieldWriter {
    let field = this.fields.get(name);
    if (field === undefined) this.fields.set(name, (field = new FieldWriter()));
    return field;
  }
}

class FieldWriter {
  private readonly values: unknown[] = [];
  private readonly places: number[] = [];
  private readonly known = new Map<unknown, number>();

  add(value: unknown): void {
    // Lists and settings are equal if they read the same; no label begins with a brace.
    const key = typeof value === 'object' ? JSON.stringify(value) : value;
    let place = this.known.get(key);
    if (place === undefined) {
      place = this.values.push(value) - 1;
      this.known.set(key, place);
    }
    this.places.push(place);
  }

  read(): Field {
    return { values: this.values, places: this.places };
  }
}
