/**
 * What a time line shows, before anything is drawn.
 *
 *   Lane   a row: spans, marks, flows and waves, each at its times
 *   Group  the lanes of a host
 */

/** What a colour means. The style has a fill, an ink and an edge for each. */
export type Tone = 'off' | 'calm' | 'wait' | 'talk' | 'answer' | 'bad' | 'note';

/** Something that lasts. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly label: string;
  readonly tone: Tone;
  /** The event with which it began. */
  readonly event: number;
  /** Where several overlap: its row in the lane, from 0. */
  readonly row: number;
  readonly hatched?: boolean;
  /** Until when it may have lasted: drawn as a bracket. */
  readonly boundMs?: number;
}

export type Glyph = 'tick' | 'dot' | 'up' | 'down' | 'cross' | 'flag';

/** Something that happens at an instant. */
export interface Mark {
  readonly atMs: number;
  readonly event: number;
  readonly glyph: Glyph;
  readonly tone: Tone;
  readonly label: string;
}

/** Many small amounts, drawn as their sum: audio, bytes. */
export interface Flow {
  readonly tone: Tone;
  /** Above the middle of the lane, or below it. */
  readonly side: 'above' | 'below';
  readonly atMs: number[];
  readonly amount: number[];
  readonly event: number[];
}

/** The outline of a sound. */
export interface Wave {
  readonly fromMs: number;
  readonly toMs: number;
  readonly peaks: string;
  readonly tone: Tone;
  readonly event: number;
}

export interface Lane {
  readonly title: string;
  /** What is to be seen here, for who wonders. */
  readonly hint: string;
  readonly height: number;
  readonly spans: Span[];
  /** Thin ones, at the bottom of the lane. */
  readonly strip: Span[];
  readonly marks: Mark[];
  readonly flows: Flow[];
  readonly waves: Wave[];
  /** Of the recording that the run is compared with. */
  readonly isOther: boolean;
}

export interface Group {
  readonly title: string;
  readonly note: string;
  /** Drawn beside the name of the group. */
  readonly head?: Lane;
  readonly lanes: readonly Lane[];
}

/** A label has so many letters at most; more would have no room anyway. */
const MOST_LETTERS = 80;

export function shortened(label: string): string {
  return label.length <= MOST_LETTERS ? label : `${label.slice(0, MOST_LETTERS)}…`;
}

/** An empty lane. */
export function lane(title: string, height: number, hint: string): Lane {
  const isOther = false;
  return { title, height, hint, isOther, spans: [], strip: [], marks: [], flows: [], waves: [] };
}

export function isEmpty({ flows, marks, spans, strip, waves }: Lane): boolean {
  const hasFlow = flows.some(({ atMs }) => atMs.length > 0);
  return spans.length + strip.length + marks.length + waves.length === 0 && !hasFlow;
}

/** In how many rows spans are. */
export function rowCount(spans: readonly Span[]): number {
  return 1 + spans.reduce((most, { row }) => Math.max(most, row), 0);
}

/** Lays out what overlaps: each span in the lowest row in which it has room. */
export class Rows {
  /** Of what overlaps more, the rest lies upon each other in the last row. */
  static readonly MOST = 4;
  private readonly endsMs = new Map<readonly Span[], number[]>();

  /** The row of a span that is to be added to these. */
  take(spans: readonly Span[], fromMs: number, toMs: number): number {
    const endsMs = this.endsMs.get(spans) ?? [];
    this.endsMs.set(spans, endsMs);
    const free = endsMs.findIndex((endMs) => endMs <= fromMs);
    const row = free === -1 ? Math.min(endsMs.length, Rows.MOST - 1) : free;
    endsMs[row] = Math.max(endsMs[row] ?? 0, toMs);
    return row;
  }
}
