import * as d3 from 'd3';

import type { EventTable, Field } from '../event-table';

/** An event with all its fields. */
export type ViewedEvent = Readonly<Record<string, unknown>> & {
  readonly seq: number;
  readonly atMs: number;
  readonly wallMs: number;
  readonly host: string;
  readonly type: string;
};

/** The values of one field, and where in them each event has its own; -1 where it has none. */
export interface FieldView {
  readonly values: readonly unknown[];
  readonly places: Int32Array;
}

const US_A_MS = 1_000;
const NO_FIELD: FieldView = { values: [], places: new Int32Array(0) };

/** Reads an `EventTable`: any field of any event, without an object for each. */
export class EventView {
  readonly count: number;
  /** When each event happened, in milliseconds. */
  readonly atMs: Float64Array;
  private readonly seq: Float64Array;
  private readonly step: Float64Array;
  private readonly wall: Field;
  private readonly shapes: readonly (readonly string[])[];
  private readonly shape: readonly number[];
  private readonly fields = new Map<string, FieldView>();

  constructor(table: EventTable) {
    this.count = table.count;
    this.shapes = table.shapes;
    this.shape = table.shape;
    this.wall = table.wall;
    this.atMs = summed(table.us, US_A_MS);
    this.seq = summed(table.seq, 1);
    this.step = summed(table.step, 1);
    this.readFields(table);
  }

  field(name: string): FieldView {
    return this.fields.get(name) ?? NO_FIELD;
  }

  /** All fields that any event has. */
  fieldNames(): readonly string[] {
    return [...this.fields.keys()];
  }

  value(index: number, name: string): unknown {
    const { places, values } = this.field(name);
    return values[places[index] ?? -1];
  }

  text(index: number, name: string): string {
    const value = this.value(index, name);
    return value === undefined ? '' : String(value);
  }

  number(index: number, name: string): number {
    return Number(this.value(index, name) ?? 0);
  }

  at(index: number): number {
    return this.atMs[index] ?? 0;
  }

  type(index: number): string {
    return this.text(index, 'type');
  }

  host(index: number): string {
    return this.text(index, 'host');
  }

  /** The fields of an event besides its stamp, its host and its type. */
  own(index: number): readonly (readonly [string, unknown])[] {
    const names = this.shapes[this.shape[index] ?? 0] ?? [];
    return names
      .filter((name) => name !== 'host' && name !== 'boot' && name !== 'type')
      .map((name) => [name, this.value(index, name)]);
  }

  event(index: number): ViewedEvent {
    const step = this.step[index] ?? NaN;
    const offset = this.wall.values[this.wall.places[index] ?? -1];
    return {
      seq: this.seq[index] ?? 0,
      atMs: this.at(index),
      wallMs: typeof offset === 'number' ? offset + this.at(index) : 0,
      host: this.host(index),
      boot: this.number(index, 'boot'),
      ...(Number.isNaN(step) ? {} : { step }),
      type: this.type(index),
      ...Object.fromEntries(this.own(index)),
    };
  }

  /** The last event up to an instant, with it; -1 where there is none. */
  lastUntil(atMs: number): number {
    return d3.bisectRight(this.atMs, atMs) - 1;
  }

  private readFields({ count, fields }: EventTable): void {
    const readers = new Map<string, FieldReader>();
    for (const [name, field] of Object.entries(fields)) {
      const reader = new FieldReader(field, count);
      this.fields.set(name, reader);
      readers.set(name, reader);
    }
    const shapes = this.shapes.map((names) => names.flatMap((name) => readers.get(name) ?? []));
    for (let index = 0; index < count; index += 1) {
      for (const reader of shapes[this.shape[index] ?? 0] ?? []) reader.give(index);
    }
  }
}

/** Hands the values of a column to the events that have the field. */
class FieldReader implements FieldView {
  readonly values: readonly unknown[];
  readonly places: Int32Array;
  private readonly column: readonly number[];
  private given = 0;

  constructor({ places, values }: Field, count: number) {
    this.values = values;
    this.column = places;
    this.places = new Int32Array(count).fill(-1);
  }

  give(index: number): void {
    this.places[index] = this.column[this.given] ?? -1;
    this.given += 1;
  }
}

/** Adds up differences; a place without one has no number, and adds nothing. */
function summed(differences: readonly (number | null)[], divisor: number): Float64Array {
  const sums = new Float64Array(differences.length);
  let sum = 0;
  for (const [index, difference] of differences.entries()) {
    sum += difference ?? 0;
    sums[index] = difference === null ? NaN : sum / divisor;
  }
  return sums;
}
