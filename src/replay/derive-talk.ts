import { soundMs, BYTES_PER_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import { lengthOf, type Hosts, type StoryTime } from './derivation';
import type { House } from './house';

type ServerHost = Extract<Hosts[string], { readonly program: 'server' }>;
type Conversation = NonNullable<ServerHost['conversations']>[number];
type Deed = NonNullable<Conversation['does']>[number];

const DEFAULT_IDLE_MS = 30_000;
const DEFAULT_PROCESSING_MS = 60_000;
const DEFAULT_GRACE_MS = 5_000;
/** Somebody speaks this often where a session is known to have gone on. */
const SPEECH_EVERY_MS = 20_000;
/** Of an answer of which nothing else is known, so much was there: 100 ms. */
const PIECE_BYTES = 3_200;

/** What the engine did in each session, as far as the journals of either side tell. */
export function conversationsOf(house: House, time: StoryTime, latencyMs: number): Conversation[] {
  const ofServer = house.serverEvents.flatMap(
    (event, index): (readonly [string, Conversation])[] => {
      if (event.type !== 'session.requested') return [];
      const word = new ServersWord(house, time, event, index, latencyMs);
      return word.isWhole() ? [[event.session, word.conversation()]] : [];
    },
  );
  const known = new Set(ofServer.map(([session]) => session));
  const ofClient = house.clientEvents.flatMap((event, index): Conversation[] => {
    if (event.type !== 'session.requested' || known.has(event.session)) return [];
    const word = new ClientsWord(house, time, event, index, latencyMs);
    return house.knowsServer && !word.wasHeard() ? [] : [word.conversation()];
  });
  return [...ofServer.map(([, conversation]) => conversation), ...ofClient];
}

abstract class Word {
  protected readonly house: House;
  protected readonly time: StoryTime;
  protected readonly session: string;
  protected readonly events: readonly RecordedEvent[];
  private readonly deeds: { readonly atMs: number; readonly deed: Deed }[] = [];

  constructor(house: House, time: StoryTime, session: string, events: readonly RecordedEvent[]) {
    this.house = house;
    this.time = time;
    this.session = session;
    this.events = events;
  }

  protected add(atMs: number, deed: Record<string, unknown>): void {
    this.deeds.push({ atMs, deed: { at: this.time.at(atMs), ...deed } as Deed });
  }

  protected made(): Deed[] {
    return [...this.deeds].sort((a, b) => a.atMs - b.atMs).map(({ deed }) => deed);
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

  /** An answer that began then and came to so many bytes, some of them late. */
  protected answer(
    fromMs: number,
    untilMs: number,
    bytes: number,
    then: 'ends' | 'breaks_off' | 'hangs',
    late: { readonly atMs: number; readonly bytes: number },
  ): void {
    const lateBytes = Math.min(bytes, Math.max(0, 2 * Math.round(late.bytes / 2)));
    const pieces = [
      { at: this.time.at(fromMs), bytes: bytes - lateBytes },
      { at: this.time.at(Math.max(fromMs, late.atMs)), bytes: lateBytes },
    ].filter((piece) => piece.bytes > 0);
    this.add(fromMs, { answers: { pieces, then, until: this.time.at(untilMs) } });
  }
}

/** What the server's own journal tells of the engine. */
class ServersWord extends Word {
  private readonly askedMs: number;
  private readonly latencyMs: number;

  constructor(
    house: House,
    time: StoryTime,
    asked: EventOf<'session.requested'>,
    index: number,
    latencyMs: number,
  ) {
    const { session } = asked;
    const rest = house.serverEvents.slice(index);
    const end = rest.findIndex(
      (event, at) =>
        (at > 0 && event.type === 'session.requested') ||
        event.type === 'host.started' ||
        (event.type === 'session.ended' && event.session === session) ||
        (event.type === 'session.rejected' && event.session === session),
    );
    super(house, time, session, end === -1 ? rest : rest.slice(0, end + 1));
    this.askedMs = asked.atMs;
    this.latencyMs = latencyMs;
  }

  /** Whether it has all turns of which the client knows: with the power the last lines may go. */
  isWhole(): boolean {
    return this.house.clientEvents.every(
      (event) =>
        event.type !== 'playback.started' ||
        event.session !== this.session ||
        this.events.some((each) => each.type === 'turn.started' && each.turn === event.turn),
    );
  }

  conversation(): Conversation {
    this.deeds_();
    return {
      asked: this.time.at(this.askedMs),
      ...this.start(),
      does: this.made(),
      ...this.closing(),
    };
  }

  private start(): Partial<Conversation> {
    const ready = this.events.find(
      (event) => event.type === 'state.changed' && event.cause === 'engine_ready',
    );
    if (ready !== undefined) return { startsAfter: lengthOf(ready.atMs - this.askedMs) };
    const failed = this.events.find(
      (event) => event.type === 'session.rejected' && event.reason === 'engine_failed',
    );
    if (failed === undefined) return { start: 'never' };
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

  private deeds_(): void {
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
    const ofTurn = (event: RecordedEvent): boolean =>
      'turn' in event &&
      event.turn === turn &&
      'session' in event &&
      event.session === this.session;
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
    const untilMs = Math.max(sentMs, (arrived?.atMs ?? 0) - this.latencyMs);
    const error = ended?.error;
    // An interruption is told as a second end, where all of the answer had been sent.
    const last = ends.at(-1);
    if (error === 'interrupted' && last !== undefined) {
      this.add(last.atMs, { hears: 'interruption' });
    }
    const isWhole = ends.length > 1;
    const how =
      sent === undefined ? 'hangs' : isWhole ? 'ends' : (HOW_IT_ENDS[error ?? ''] ?? 'ends');
    this.answer(atMs, untilMs, bytes, how, this.late(atMs, untilMs, bytes, ended, played, arrived));
  }

  private late(
    fromMs: number,
    untilMs: number,
    bytes: number,
    ended: EventOf<'turn.ended'> | undefined,
    played: EventOf<'playback.ended'> | undefined,
    arrived: RecordedEvent | undefined,
  ): { atMs: number; bytes: number } {
    if (ended?.error === 'engine_stalled') {
      const graceMs = this.setting('playbackGraceMs', DEFAULT_GRACE_MS);
      const heardMs = ended.atMs - graceMs;
      if (heardMs <= fromMs + soundMs(bytes) + 20) return { atMs: fromMs, bytes: 0 };
      const last = Math.min(bytes, PIECE_BYTES);
      return { atMs: heardMs - soundMs(last), bytes: last };
    }
    if (played === undefined) return { atMs: fromMs, bytes: 0 };
    const missing = bytes - played.receivedBytes;
    if (missing > 0) return { atMs: Math.min(untilMs, played.atMs + 1), bytes: missing };
    if (played.how !== 'finished' || arrived === undefined) return { atMs: fromMs, bytes: 0 };
    const started = this.house.clientEvents.find(
      (event) =>
        event.type === 'playback.started' &&
        event.session === played.session &&
        event.turn === played.turn,
    );
    const naturalMs = (started?.atMs ?? fromMs) + soundMs(bytes);
    if (Math.abs(Math.max(naturalMs, arrived.atMs) - played.atMs) <= 20) {
      return { atMs: fromMs, bytes: 0 };
    }
    return { atMs: untilMs, bytes: (played.atMs - arrived.atMs) * BYTES_PER_MS };
  }
}

const HOW_IT_ENDS: Readonly<Record<string, 'ends' | 'breaks_off' | 'hangs'>> = {
  engine_failed: 'breaks_off',
  engine_stalled: 'hangs',
  interrupted: 'hangs',
  engine_lost: 'hangs',
};

/** The change of state comes a few lines after the end of the session of which it is. */
const WORDS_OF_AN_END = 5;

/** What the client's journal lets suppose of the engine. */
class ClientsWord extends Word {
  private readonly askedMs: number;
  private readonly latencyMs: number;

  constructor(
    house: House,
    time: StoryTime,
    asked: EventOf<'session.requested'>,
    index: number,
    latencyMs: number,
  ) {
    const { session } = asked;
    const rest = house.clientEvents.slice(index);
    const end = rest.findIndex(
      (event) =>
        (event.type === 'session.ended' && event.session === session) ||
        event.type === 'host.started',
    );
    super(house, time, session, end === -1 ? rest : rest.slice(0, end + WORDS_OF_AN_END));
    this.askedMs = asked.atMs + latencyMs;
    this.latencyMs = latencyMs;
  }

  conversation(): Conversation {
    this.deeds_();
    return { asked: this.time.at(this.askedMs), ...this.start(), does: this.made() };
  }

  /** Whether the server has answered at all. */
  wasHeard(): boolean {
    return this.events.some(({ type }) => type === 'control.received');
  }

  private start(): Partial<Conversation> {
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

  private deeds_(): void {
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
    const ofTurn = (event: RecordedEvent): boolean =>
      'turn' in event &&
      event.turn === turn &&
      'session' in event &&
      event.session === this.session;
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
      this.answer(atMs, atMs, bytes, 'hangs', { atMs, bytes: 0 });
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
  ): { atMs: number; bytes: number } {
    if (played?.how !== 'finished') return { atMs: fromMs, bytes: 0 };
    const naturalMs = fromMs + this.latencyMs + soundMs(bytes);
    if (Math.abs(Math.max(naturalMs, arrived.atMs) - played.atMs) <= 20) {
      return { atMs: fromMs, bytes: 0 };
    }
    return { atMs: untilMs, bytes: (played.atMs - arrived.atMs) * BYTES_PER_MS };
  }
}
