import type { EventOf, RecordedEvent } from '../../events';
import type { EngineAct } from '../../simulator-events';
import { NONE, PerLife, endsLife, type Breach, DueInvariant, readingLives } from './invariant';

/** Something that an engine did, and how its conversation has to have changed by then. */
interface Owed {
  readonly expected: string;
  /** The states that it must not be in any more, but for the word of the end of its speech. */
  readonly leaves: readonly string[];
}

const OWED: Readonly<Partial<Record<EngineAct, Owed>>> = {
  answered_blank: { expected: 'the turn of the person', leaves: ['processing'] },
  spoke_to_the_end: {
    expected: 'the client told that all was sent',
    leaves: ['processing', 'speaking'],
  },
  broke_off: {
    expected: 'the client told that the speech broke off',
    leaves: ['processing', 'speaking'],
  },
};

/** What an engine that was let go can do, and nobody may act upon. */
const OF_NO_EFFECT: ReadonlySet<EngineAct> = new Set<EngineAct>([
  ...(['understood', 'answered', 'answered_blank', 'interrupted', 'died'] as const),
]);

interface Engine {
  readonly id: string;
  readonly device: string;
}

interface State {
  /** In the order in which they were opened. */
  readonly engines: Engine[];
  /** The engine of the conversation that each device has. */
  readonly inUse: Map<string, Engine>;
  readonly stateOf: Map<string, string>;
  /** The device of each connection. */
  readonly deviceOf: Map<string, string>;
  /** What an engine did last that was let go. */
  late: { readonly event: RecordedEvent; readonly engine: Engine } | undefined;
}

/**
 * L9: a conversation follows its engine in the instant in which that does something, and no other
 * engine. What an engine does is told by the simulation alone; a journal knows of its loss.
 */
export class EngineInvariant extends DueInvariant {
  readonly id = 'L9';
  readonly claim =
    'A conversation follows its engine at once (blanks, the end of speech, its loss), and no ' +
    'other.';
  readonly meaning = 'The assistant waits for an engine that is done, or speaks out of turn.';
  readonly reads = readingLives(
    'control.sent',
    'engine.acted',
    'engine.failed',
    'engine.opening',
    'link.accepted',
    'link.closed',
    'state.changed',
    'turn.started',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    engines: [],
    inUse: new Map(),
    stateOf: new Map(),
    deviceOf: new Map(),
    late: undefined,
  }));

  override pending(): readonly string[] {
    return [];
  }

  protected override follow(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    if (endsLife(event) && event.type !== 'host.stopping') this.due.dropHost(event.host);
    switch (event.type) {
      case 'link.accepted':
        state.deviceOf.set(event.connection, event.device);
        return NONE;
      case 'link.closed':
        state.deviceOf.delete(event.connection);
        return NONE;
      case 'engine.opening':
        this.opening(event, state);
        return NONE;
      case 'engine.acted':
        this.acted(event, state);
        return NONE;
      case 'engine.failed':
        this.failed(event, state);
        return NONE;
      case 'control.sent':
        if (event.message === 'tts_stream_end') this.followed(event, event.connection, state);
        return NONE;
      case 'turn.started':
        return this.stirred(event, event.device, state);
      case 'state.changed':
        return this.changed(event, state);
      default:
        return NONE;
    }
  }

  private opening({ device, engine: id }: EventOf<'engine.opening'>, state: State): void {
    const engine = { id, device };
    state.engines.push(engine);
    state.inUse.set(device, engine);
  }

  private acted(event: EventOf<'engine.acted'>, state: State): void {
    const { act, conversation } = event;
    const engine = state.engines[conversation - 1];
    if (engine === undefined) return;
    this.judged = true;
    if (state.inUse.get(engine.device) === engine) this.owe(event, engine, OWED[act], state);
    else if (OF_NO_EFFECT.has(act)) state.late = { event, engine };
  }

  /** Closing may fail as well, and then nobody talks with it any more. */
  private failed(event: EventOf<'engine.failed'>, state: State): void {
    const engine = [...state.inUse.values()].find(({ id }) => id === event.engine);
    if (engine === undefined) return;
    this.judged = true;
    const leaves = ['starting', 'active', 'processing', 'speaking'];
    this.owe(event, engine, { expected: 'passive mode', leaves }, state);
  }

  private owe(
    event: RecordedEvent,
    { device, id }: Engine,
    owed: Owed | undefined,
    { stateOf }: State,
  ): void {
    const now = stateOf.get(device) ?? 'passive';
    if (owed === undefined || !owed.leaves.includes(now)) return;
    const { atMs, host, type } = event;
    const did = type === 'engine.acted' ? event.act : 'failed';
    this.due.begin(`${host}/${device}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs,
      expected: `${owed.expected} at once`,
      what: `${id} ${did}, and the conversation is ${now}`,
    });
  }

  private followed({ host }: RecordedEvent, connection: string, { deviceOf }: State): void {
    this.due.meet(`${host}/${deviceOf.get(connection) ?? ''}`);
  }

  private changed(event: EventOf<'state.changed'>, state: State): readonly Breach[] {
    if (event.machine !== 'conversation') return NONE;
    const { device = '', host, to } = event;
    state.stateOf.set(device, to);
    this.due.meet(`${host}/${device}`);
    if (to === 'passive') state.inUse.delete(device);
    return this.stirred(event, device, state);
  }

  /** What comes in a later step has another cause. */
  private stirred(event: RecordedEvent, device: string, { late }: State): readonly Breach[] {
    if (late?.event.step === undefined || late.event.step !== event.step) return NONE;
    if (late.engine.device !== device) return NONE;
    const { atMs, host, type } = event;
    const expected = `nothing for ${late.engine.id}, which was let go`;
    return [{ host, atMs, expected, seen: type }];
  }
}
