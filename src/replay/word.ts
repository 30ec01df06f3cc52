import { BYTES_PER_MS } from '../constants';
import type { RecordedEvent } from '../events';
import type { Hosts, StoryTime } from './derivation';
import type { House } from './house';

type ServerHost = Extract<Hosts[string], { readonly program: 'server' }>;
export type Conversation = NonNullable<ServerHost['conversations']>[number];
export type Deed = NonNullable<Conversation['does']>[number];

/** Sound of an answer that its engine had only then. */
export interface Late {
  readonly atMs: number;
  readonly bytes: number;
}

/** What a journal has of one conversation. */
export interface Telling {
  readonly house: House;
  readonly time: StoryTime;
  readonly latencyMs: number;
  readonly session: string;
  readonly askedMs: number;
  /** From the asking on, in order. */
  readonly events: readonly RecordedEvent[];
}

const DEFAULT_IDLE_MS = 30_000;
/** Somebody speaks this often where a session is known to have gone on. */
const SPEECH_EVERY_MS = 20_000;
/** Of an answer of which nothing else is known, so much was there: 100 ms. */
export const PIECE_BYTES = 3_200;

/** Ten minutes of sound: what a journal has beyond that is not replayed. */
const MAX_ANSWER_BYTES = 600_000 * BYTES_PER_MS;

/** A conversation as one side tells of it: what the engine must have done in it. */
export abstract class Word {
  protected readonly house: House;
  protected readonly time: StoryTime;
  protected readonly latencyMs: number;
  protected readonly session: string;
  /** When the engine was asked for it, in milliseconds of the record. */
  protected readonly askedMs: number;
  protected readonly events: readonly RecordedEvent[];
  private readonly deeds: { readonly atMs: number; readonly deed: Deed }[] = [];

  constructor({ askedMs, events, house, latencyMs, session, time }: Telling) {
    this.house = house;
    this.time = time;
    this.latencyMs = latencyMs;
    this.session = session;
    this.askedMs = askedMs;
    this.events = events;
  }

  protected add(atMs: number, deed: Record<string, unknown>): void {
    this.deeds.push({ atMs, deed: { at: this.time.at(atMs), ...deed } as Deed });
  }

  protected made(fromMs = -Infinity): Deed[] {
    return [...this.deeds]
      .filter(({ atMs }) => atMs > fromMs)
      .sort((a, b) => a.atMs - b.atMs)
      .map(({ deed }) => deed);
  }

  protected setting(name: string, byDefault: number): number {
    const started = this.house.server[0]?.lines[0];
    const value = started?.type === 'host.started' ? started.settings?.[name] : undefined;
    return typeof value === 'number' ? value : byDefault;
  }

  /** Somebody spoke now and then, or the session would have ended; and last when it had to. */
  protected keepAlive(fromMs: number, untilMs: number, endsIdle: boolean): void {
    const idleMs = this.setting('activeTimeoutMs', DEFAULT_IDLE_MS);
    const lastMs = endsIdle ? untilMs - idleMs : untilMs - 1;
    const everyMs = Math.min(SPEECH_EVERY_MS, idleMs / 2);
    for (let atMs = fromMs + everyMs; atMs < lastMs; atMs += everyMs) {
      this.add(atMs, { hears: 'speech' });
    }
    if (endsIdle && lastMs > fromMs) this.add(lastMs, { hears: 'speech' });
  }

  /** Whether an event is of this turn. */
  protected isOf(event: RecordedEvent, turn: number | undefined): boolean {
    return (
      'turn' in event && event.turn === turn && 'session' in event && event.session === this.session
    );
  }

  /** An answer that began then and came to so many bytes, some of them late. */
  protected answer(
    fromMs: number,
    untilMs: number,
    bytes: number,
    then: 'ends' | 'breaks_off' | 'hangs',
    late: readonly Late[],
  ): void {
    let leftBytes = Math.round(Math.min(bytes, MAX_ANSWER_BYTES));
    const later = late.map((each) => {
      const lateBytes = Math.min(leftBytes, Math.max(0, 2 * Math.round(each.bytes / 2)));
      leftBytes -= lateBytes;
      return { at: this.time.at(Math.max(fromMs, each.atMs)), bytes: lateBytes };
    });
    const pieces = [{ at: this.time.at(fromMs), bytes: leftBytes }, ...later].filter(
      (piece) => piece.bytes > 0,
    );
    this.add(fromMs, { answers: { pieces, then, until: this.time.at(untilMs) } });
  }
}
