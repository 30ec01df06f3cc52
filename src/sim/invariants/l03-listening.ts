import type { RecordedEvent } from '../../events';
import { Gauge, PerLife, endsLife, DueInvariant, readingLives } from './invariant';

const TEARDOWN_MS = 1_000;
const START_MS = 5_000;

interface State {
  clientState: string;
  listening: string;
  microphone: 'closed' | 'open' | 'broken';
  startedMs: number;
  /** It was told to stop, and listens to nobody any more. */
  stopping: boolean;
}

const OPEN_EAR: Pick<State, 'listening' | 'microphone'> = {
  listening: 'hotword',
  microphone: 'open',
};

/** L3: after a start and after a session, however it ended, the hotword works within a second. */
export class ListeningInvariant extends DueInvariant {
  readonly id = 'L3';
  readonly claim =
    'The hotword works again within 1 s of a loss or of the end of a session; ' +
    'a start is answered in 5 s.';
  readonly meaning = 'Somebody says the hotword, and the Pi does not hear it any more.';
  readonly reads = readingLives(
    'button.pressed',
    'link.lost',
    'microphone.closed',
    'microphone.failed',
    'microphone.listening',
    'microphone.opened',
    'session.ended',
    'session.rejected',
    'session.requested',
    'session.started',
    'state.changed',
  );
  judged = false;
  private readonly gauge = new Gauge('loss or end of session until listening', 'ms', '<= 1 s');
  private readonly lives = new PerLife<State>(() => ({
    clientState: 'idle',
    listening: 'nothing',
    microphone: 'closed',
    startedMs: -Infinity,
    stopping: false,
  }));

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  protected override follow(event: RecordedEvent): void {
    const state = this.lives.of(event);
    const { host } = event;
    if (endsLife(event)) {
      state.stopping = true;
      this.due.dropHost(host);
    }
    switch (event.type) {
      case 'state.changed':
        if (event.machine !== 'client') return;
        state.clientState = event.to;
        this.settle(event, state);
        return;
      case 'microphone.listening':
        state.listening = event.purpose;
        this.settle(event, state);
        return;
      case 'microphone.failed':
        state.microphone = 'broken';
        this.due.meet(`${host}/rest`);
        return;
      case 'microphone.opened':
        state.microphone = 'open';
        this.settle(event, state);
        return;
      case 'microphone.closed':
        state.microphone = 'closed';
        return;
      case 'session.requested':
        if (event.device === undefined) this.requested(event);
        return;
      case 'session.started':
      case 'session.rejected':
        this.due.meet(`${host}/start`);
        return;
      case 'session.ended':
        if (event.device !== undefined) return;
        this.due.meet(`${host}/start`);
        this.mustRest(event, state, 'the session ended');
        return;
      case 'link.lost':
        if (event.device !== undefined || state.clientState === 'idle') return;
        this.mustRest(event, state, 'the link was lost');
        return;
      case 'host.started':
        state.startedMs = event.atMs;
        // A journal has no steps, and tells of a microphone only when it fails.
        if (event.step === undefined) Object.assign(state, OPEN_EAR);
        if (event.program === 'client') this.mustRest(event, state, 'the program was started');
        return;
      case 'button.pressed':
        this.pressed(event);
        return;
      default:
    }
  }

  private requested({ atMs, host }: RecordedEvent): void {
    this.due.meet(`${host}/rest`);
    this.due.begin(`${host}/start`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + START_MS,
      expected: `the session started or given up within ${START_MS} ms`,
      what: `a session was asked for at ${atMs} ms`,
    });
  }

  /** Who presses while the link is down is told so, and the ear is closed for that long. */
  private pressed({ atMs, host }: RecordedEvent): void {
    const rest = this.due.meet(`${host}/rest`);
    if (rest !== undefined) this.due.begin(`${host}/rest`, { ...rest, dueMs: atMs + TEARDOWN_MS });
  }

  private mustRest({ atMs, host }: RecordedEvent, state: State, what: string): void {
    if (state.microphone === 'broken' || state.stopping) return;
    this.judged = true;
    if (this.rests(state)) return;
    this.due.begin(`${host}/rest`, {
      host,
      sinceMs: atMs,
      dueMs: atMs + TEARDOWN_MS,
      expected: `listening for the hotword within ${TEARDOWN_MS} ms`,
      what: `${what} at ${atMs} ms, in state ${state.clientState}`,
    });
  }

  private settle(event: RecordedEvent, state: State): void {
    if (!this.rests(state)) return;
    const met = this.due.meet(`${event.host}/rest`);
    if (met === undefined || met.sinceMs === state.startedMs) return;
    this.gauge.add(event.atMs - met.sinceMs);
  }

  private rests({ clientState, listening, microphone }: State): boolean {
    const isOpen = microphone === 'open' && listening === 'hotword';
    return isOpen && clientState === 'listening_for_hotword';
  }
}
