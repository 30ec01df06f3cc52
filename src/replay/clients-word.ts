import { BYTES_PER_MS, soundMs } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import { lengthOf } from './derivation';
import { PIECE_BYTES, Word, type Conversation, type Deed, type Late, type Telling } from './word';

const DEFAULT_PROCESSING_MS = 60_000;

/** The change of state comes a few lines after the end of the session of which it is. */
const WORDS_OF_AN_END = 5;

/** What the client's journal lets suppose of the engine. */
export class ClientsWord extends Word {
  /** @param index - of the `session.requested` among the client's events. */
  constructor(telling: Omit<Telling, 'askedMs' | 'events'>, index: number) {
    const { house, latencyMs, session } = telling;
    const rest = house.clientEvents.slice(index);
    const end = rest.findIndex(
      (event) =>
        (event.type === 'session.ended' && event.session === session) ||
        event.type === 'host.started',
    );
    const events = end === -1 ? rest : rest.slice(0, end + WORDS_OF_AN_END);
    super({ ...telling, events, askedMs: (rest[0]?.atMs as number) + latencyMs });
  }

  conversation(): Conversation {
    this.tell();
    return { asked: this.time.at(this.askedMs), ...this.start(), does: this.made() };
  }

  deedsAfter(toldMs: number): Deed[] {
    this.tell();
    return this.made(toldMs);
  }

  /** Whether the server has answered at all. */
  wasHeard(): boolean {
    return this.events.some(({ type }) => type === 'control.received');
  }

  start(): Partial<Conversation> {
    const started = this.events.find(({ type }) => type === 'session.started');
    if (started !== undefined) {
      return { startsAfter: lengthOf(started.atMs - this.latencyMs - this.askedMs) };
    }
    const rejected = this.events.find(
      (event): event is EventOf<'session.rejected'> => event.type === 'session.rejected',
    );
    if (rejected === undefined || rejected.reason === 'engine_timeout') return { start: 'never' };
    return {
      start: 'fails',
      startsAfter: lengthOf(rejected.atMs - this.latencyMs - this.askedMs),
    };
  }

  private tell(): void {
    let activeMs: number | undefined;
    for (const event of this.events) {
      if (event.type === 'control.received') this.heard(event);
      if (event.type !== 'state.changed' || event.machine !== 'client') continue;
      if (event.from === 'active_session' && activeMs !== undefined) {
        const endMs = event.atMs - this.latencyMs;
        this.keepAlive(activeMs, endMs, event.cause === 'idle');
        if (event.cause === 'no_answer') this.silence(activeMs, endMs);
      }
      activeMs = event.to === 'active_session' ? event.atMs + this.latencyMs : undefined;
    }
  }

  /** The engine was asked, and never answered. */
  private silence(fromMs: number, endMs: number): void {
    const processingMs = this.setting('processingTimeoutMs', DEFAULT_PROCESSING_MS);
    this.add(Math.max(fromMs + 1, endMs - processingMs), { hears: 'utterance' });
  }

  private heard(event: EventOf<'control.received'>): void {
    const atMs = event.atMs - this.latencyMs;
    if (event.message === 'start_of_tts_stream') this.turn(event, atMs);
    if (event.message !== 'session_end') return;
    if (event.reason === 'end_phrase') this.add(atMs, { hears: 'end_phrase' });
    if (event.reason === 'engine_lost') this.add(atMs, { dies: true });
  }

  private turn({ turn }: EventOf<'control.received'>, atMs: number): void {
    const ofTurn = (event: RecordedEvent): boolean => this.isOf(event, turn);
    const arrived = this.events.find(
      (event) =>
        event.type === 'control.received' && event.message === 'tts_stream_end' && ofTurn(event),
    );
    const played = this.events.find(
      (event): event is EventOf<'playback.ended'> =>
        event.type === 'playback.ended' && ofTurn(event),
    );
    const bytes = played?.receivedBytes ?? PIECE_BYTES;
    if (arrived === undefined) {
      this.answer(atMs, atMs, bytes, 'hangs', []);
      return;
    }
    const untilMs = arrived.atMs - this.latencyMs;
    const isCut = played?.how === 'stopped' && Math.abs(played.atMs - arrived.atMs) <= 1;
    if (isCut) this.add(untilMs, { hears: 'interruption' });
    const then = isCut ? 'hangs' : 'ends';
    this.answer(atMs, untilMs, bytes, then, this.late(atMs, untilMs, bytes, played, arrived));
  }

  private late(
    fromMs: number,
    untilMs: number,
    bytes: number,
    played: EventOf<'playback.ended'> | undefined,
    arrived: RecordedEvent,
  ): Late[] {
    if (played?.how !== 'finished') return [];
    const naturalMs = fromMs + this.latencyMs + soundMs(bytes);
    if (Math.abs(Math.max(naturalMs, arrived.atMs) - played.atMs) <= 20) return [];
    return [{ atMs: untilMs, bytes: (played.atMs - arrived.atMs) * BYTES_PER_MS }];
  }
}
