import { soundMs } from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import { Gauge, PerLife, endsLife, DueInvariant, readingLives } from './invariant';

const PLAYBACK_GRACE_MS = 5_000;
const LIMITS_MS: Readonly<Record<string, number>> = {
  starting: 5_000,
  active: 30_000,
  processing: 60_000,
  // And what is sent takes as long as it sounds.
  speaking: PLAYBACK_GRACE_MS,
};

interface State {
  /** The device of each engine, and what its conversation is in. */
  readonly deviceOf: Map<string, string>;
  readonly stateOf: Map<string, string>;
  readonly sessionOf: Map<string, string>;
  /** Until when what was written sounds, and how long what may not be written yet. */
  readonly heardUntilMs: Map<string, number>;
  readonly unwrittenMs: Map<string, number>;
  /** The server was given another time for ACTIVE than the default. */
  activeMs: number;
}

/** L5: no state of a conversation but passive lasts for ever. */
export class DeadlinesInvariant extends DueInvariant {
  readonly id = 'L5';
  readonly claim =
    'STARTING lasts 5 s, PROCESSING 60 s, SPEAKING the audio and 5 s, ACTIVE 30 s without speech.';
  readonly meaning = 'The assistant hangs in the middle of a talk, and holds the microphone open.';
  readonly reads = readingLives(
    'audio.sent',
    'control.sent',
    'engine.closed',
    'engine.opening',
    'engine.speech',
    'session.ended',
    'session.rejected',
    'session.requested',
    'state.changed',
  );
  judged = false;
  private readonly gauge = new Gauge('speaking, beyond the audio', 'ms', '<= 5 s');
  private readonly lives = new PerLife<State>(() => ({
    deviceOf: new Map(),
    stateOf: new Map(),
    sessionOf: new Map(),
    heardUntilMs: new Map(),
    unwrittenMs: new Map(),
    activeMs: LIMITS_MS['active'] as number,
  }));

  override pending(): readonly string[] {
    return [];
  }

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  protected override follow(event: RecordedEvent): void {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'host.started':
        state.activeMs = Number(event.settings?.['activeTimeoutMs'] ?? state.activeMs);
        return;
      case 'engine.opening':
        state.deviceOf.set(event.engine, event.device);
        return;
      case 'session.requested':
        if (event.device !== undefined) state.sessionOf.set(event.session, event.device);
        return;
      case 'session.ended':
      case 'session.rejected':
        state.sessionOf.delete(event.session);
        return;
      case 'engine.closed':
        state.deviceOf.delete(event.engine);
        return;
      case 'engine.speech':
        this.spoken(event, state.deviceOf.get(event.engine) ?? '', state);
        return;
      case 'audio.sent':
        this.spoke(event, state.sessionOf.get(event.session), soundMs(event.bytes), state);
        return;
      case 'control.sent':
        // A journal, which has no steps, has no audio that could have been written.
        if (event.message === 'tts_stream_end' && event.step !== undefined) {
          this.spoke(event, state.sessionOf.get(event.session ?? ''), 0, state);
        }
        return;
      case 'state.changed':
        if (event.machine === 'conversation') this.changed(event, event.device ?? '', state);
        return;
      default:
        if (endsLife(event)) this.due.dropHost(event.host);
    }
  }

  private changed(event: EventOf<'state.changed'>, device: string, state: State): void {
    const key = `${event.host}/${device}`;
    state.stateOf.set(device, event.to);
    this.due.meet(key);
    if (event.from === 'speaking') this.measure(event.atMs, device, state);
    if (event.to === 'speaking') {
      state.heardUntilMs.set(device, event.atMs);
      state.unwrittenMs.delete(device);
    }
    const limitMs = event.to === 'active' ? state.activeMs : LIMITS_MS[event.to];
    if (limitMs === undefined || !isSeen(event)) return;
    this.limit(event, device, event.to, limitMs);
  }

  /** Speech puts off the end of ACTIVE, and of nothing else. */
  private spoken(event: RecordedEvent, device: string, state: State): void {
    if (state.stateOf.get(device) !== 'active') return;
    this.due.meet(`${event.host}/${device}`);
    this.limit(event, device, 'active', state.activeMs);
  }

  /**
   * What is written takes its time to be heard, and as long the conversation may speak. A piece is
   * written by the time that the next one is sent, or the end of all: a slow link takes its time.
   */
  private spoke(
    event: RecordedEvent,
    device: string | undefined,
    pieceMs: number,
    state: State,
  ): void {
    if (device === undefined || state.stateOf.get(device) !== 'speaking') return;
    const { heardUntilMs, unwrittenMs } = state;
    const beganMs = Math.max(heardUntilMs.get(device) ?? 0, event.atMs);
    const writtenMs = beganMs + (unwrittenMs.get(device) ?? 0);
    heardUntilMs.set(device, writtenMs);
    unwrittenMs.set(device, pieceMs);
    this.due.meet(`${event.host}/${device}`);
    const leftMs = Math.ceil(writtenMs + pieceMs - event.atMs);
    this.limit(event, device, 'speaking', leftMs + PLAYBACK_GRACE_MS);
  }

  private measure(atMs: number, device: string, state: State): void {
    const heardUntilMs = state.heardUntilMs.get(device);
    if (heardUntilMs !== undefined) this.gauge.add(Math.round(Math.max(0, atMs - heardUntilMs)));
  }

  private limit({ atMs, host }: RecordedEvent, device: string, to: string, limitMs: number): void {
    this.judged = true;
    this.due.begin(`${host}/${device}`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + limitMs,
      expected: `${to} left within ${limitMs} ms`,
      what: `the conversation with ${device} is ${to} since ${atMs} ms`,
    });
  }
}

/** Speech and audio put off the end of a state, and a journal, which has no steps, has neither. */
function isSeen({ step, to }: EventOf<'state.changed'>): boolean {
  return step !== undefined || (to !== 'active' && to !== 'speaking');
}
