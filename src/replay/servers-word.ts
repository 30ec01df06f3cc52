import { BYTES_PER_MS, soundMs } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import type { ClientsWord } from './clients-word';
import { lengthOf } from './derivation';
import { PIECE_BYTES, Word, type Conversation, type Late, type Telling } from './word';

const DEFAULT_GRACE_MS = 5_000;

/** What the server's own journal tells of the engine. */
export class ServersWord extends Word {
  /** @param index - of the `session.requested` among the server's events. */
  constructor(telling: Omit<Telling, 'askedMs' | 'events'>, index: number) {
    const { house, session } = telling;
    const rest = house.serverEvents.slice(index);
    const end = rest.findIndex(
      (event, at) =>
        (at > 0 && event.type === 'session.requested') ||
        event.type === 'host.started' ||
        (event.type === 'session.ended' && event.session === session) ||
        (event.type === 'session.rejected' && event.session === session),
    );
    const events = end === -1 ? rest : rest.slice(0, end + 1);
    super({ ...telling, events, askedMs: rest[0]?.atMs as number });
  }

  /** Whether its end is not told: with the power, the last lines may be gone. */
  isCut(): boolean {
    const type = this.events.at(-1)?.type;
    return type !== 'session.ended' && type !== 'session.rejected';
  }

  /** @param rest - what the client knows of what the server has not told any more. */
  conversation(rest?: ClientsWord): Conversation {
    this.tell();
    const toldMs = this.events.findLast(({ type }) => type !== 'host.started')?.atMs ?? 0;
    const start = this.start();
    return {
      asked: this.time.at(this.askedMs),
      ...(start ?? rest?.start() ?? { start: 'never' }),
      does: [...this.made(), ...(rest?.deedsAfter(toldMs) ?? [])],
      ...this.closing(),
    };
  }

  private start(): Partial<Conversation> | undefined {
    const ready = this.events.find(
      (event) => event.type === 'state.changed' && event.cause === 'engine_ready',
    );
    if (ready !== undefined) return { startsAfter: lengthOf(ready.atMs - this.askedMs) };
    const failed = this.events.find(
      (event) => event.type === 'session.rejected' && event.reason === 'engine_failed',
    );
    if (failed === undefined) return undefined;
    return { start: 'fails', startsAfter: lengthOf(failed.atMs - this.askedMs) };
  }

  /** What of a shutdown is not explained by anything else. */
  private closing(): Partial<Conversation> {
    const end = this.events.at(-1);
    if (end?.type !== 'session.ended') return {};
    const life = this.house.server.find(({ lines }) => lines.includes(end));
    const stopped = life?.lines.find(({ type }) => type === 'host.stopped');
    if (life === undefined || stopped === undefined) return {};
    const closesMs = stopped.atMs - end.atMs;
    const CLOSE_LIMIT_MS = 5_000;
    return closesMs > 0 && closesMs < CLOSE_LIMIT_MS ? { closesAfter: lengthOf(closesMs) } : {};
  }

  private tell(): void {
    let activeMs: number | undefined;
    for (const event of this.events) {
      if (event.type === 'turn.started') this.turn(event);
      if (event.type === 'turn.ended' && event.error === 'dropped') this.nothing(event.atMs);
      if (event.type !== 'state.changed' || event.machine !== 'conversation') continue;
      if (event.from === 'active' && activeMs !== undefined) {
        this.keepAlive(activeMs, event.atMs, event.cause === 'idle');
      }
      activeMs = event.to === 'active' ? event.atMs : undefined;
      this.deedBehind(event);
    }
    const last = this.events.at(-1);
    if (activeMs !== undefined && last !== undefined) this.keepAlive(activeMs, last.atMs, false);
  }

  private deedBehind({ atMs, cause, from, to }: EventOf<'state.changed'>): void {
    if (to === 'processing' && cause === 'utterance') this.add(atMs, { hears: 'utterance' });
    if (from === 'processing' && cause === 'no_answer' && to === 'active') this.nothing(atMs);
    if (from === 'processing' && cause === 'interrupted') this.add(atMs, { hears: 'interruption' });
    if (cause === 'end_phrase') this.add(atMs, { hears: 'end_phrase' });
    if (cause === 'engine_lost') this.add(atMs, { dies: true });
  }

  private nothing(atMs: number): void {
    const at = this.time.at(atMs);
    this.add(atMs, { answers: { pieces: [], then: 'ends', until: at } });
  }

  private turn({ atMs, turn }: EventOf<'turn.started'>): void {
    const ofTurn = (event: RecordedEvent): boolean => this.isOf(event, turn);
    const ended = this.events.find(
      (event): event is EventOf<'turn.ended'> => event.type === 'turn.ended' && ofTurn(event),
    );
    const ends = this.events.filter(
      (event) =>
        event.type === 'control.sent' && event.message === 'tts_stream_end' && ofTurn(event),
    );
    const [sent] = ends;
    const played = this.house.clientEvents.find(
      (event): event is EventOf<'playback.ended'> =>
        event.type === 'playback.ended' && ofTurn(event),
    );
    const arrived = this.house.clientEvents.find(
      (event) =>
        event.type === 'control.received' && event.message === 'tts_stream_end' && ofTurn(event),
    );
    const bytes = ended?.bytes ?? played?.receivedBytes ?? PIECE_BYTES;
    const sentMs = sent?.atMs ?? ended?.atMs ?? atMs;
    // What the server waited for in vain was late on the way, and not by its engine.
    const arrivedMs = (arrived?.atMs ?? 0) - this.latencyMs;
    const isKept = ended !== undefined && ended.atMs < arrivedMs;
    const untilMs = isKept ? sentMs + 2 : Math.max(sentMs, arrivedMs);
    const error = ended?.error;
    // An interruption is told as a second end, where all of the answer had been sent.
    const last = ends.at(-1);
    if (error === 'interrupted' && last !== undefined) {
      this.add(last.atMs, { hears: 'interruption' });
    }
    const isWhole = ends.length > 1;
    const how =
      sent === undefined ? 'hangs' : isWhole ? 'ends' : (HOW_IT_ENDS[error ?? ''] ?? 'ends');
    const late =
      how === 'hangs'
        ? this.dripping(atMs, bytes, ended)
        : this.late(atMs, untilMs, bytes, played, arrived);
    this.answer(atMs, untilMs, bytes, how, late);
  }

  /** An engine that was waited for went on now and then, until it was given up or all was over. */
  private dripping(
    fromMs: number,
    bytes: number,
    ended: EventOf<'turn.ended'> | undefined,
  ): Late[] {
    const graceMs = this.setting('playbackGraceMs', DEFAULT_GRACE_MS);
    const isGivenUp = ended?.error === 'engine_stalled';
    const overMs = ended?.atMs ?? this.events.at(-1)?.atMs ?? fromMs;
    const lastMs = overMs - (isGivenUp ? graceMs : graceMs / 2) - soundMs(PIECE_BYTES);
    const drips: Late[] = [];
    for (
      let atMs = lastMs;
      atMs > fromMs + soundMs(bytes) && (drips.length + 1) * PIECE_BYTES < bytes;
      atMs -= graceMs / 2
    ) {
      drips.unshift({ atMs, bytes: PIECE_BYTES });
    }
    return drips;
  }

  private late(
    fromMs: number,
    untilMs: number,
    bytes: number,
    played: EventOf<'playback.ended'> | undefined,
    arrived: RecordedEvent | undefined,
  ): Late[] {
    if (played === undefined) return [];
    const missing = bytes - played.receivedBytes;
    if (missing > 0) return [{ atMs: Math.min(untilMs, played.atMs + 1), bytes: missing }];
    if (played.how !== 'finished' || arrived === undefined) return [];
    const started = this.house.clientEvents.find(
      (event) =>
        event.type === 'playback.started' &&
        event.session === played.session &&
        event.turn === played.turn,
    );
    const naturalMs = (started?.atMs ?? fromMs) + soundMs(bytes);
    if (Math.abs(Math.max(naturalMs, arrived.atMs) - played.atMs) <= 20) return [];
    return [{ atMs: untilMs, bytes: (played.atMs - arrived.atMs) * BYTES_PER_MS }];
  }
}

const HOW_IT_ENDS: Readonly<Record<string, 'ends' | 'breaks_off' | 'hangs'>> = {
  engine_failed: 'breaks_off',
  engine_stalled: 'hangs',
  interrupted: 'hangs',
  engine_lost: 'hangs',
};
