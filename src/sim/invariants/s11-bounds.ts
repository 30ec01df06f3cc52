import { soundMs, BYTES_PER_MS } from '../../constants';
import { DURABLE, isDurable, type EventType, type RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, joined, reading } from './invariant';

const UPLINK_BYTES = 64_000;
const DOWNLINK_BYTES = 960_000;
const LINES_A_CYCLE = 12;
const REQUESTS: ReadonlySet<EventType> = new Set<EventType>([
  'button.pressed',
  'hotword.detected',
  'session.requested',
]);
/** Lines that a cycle may have beside those of the reconnect itself. */
const ASIDES: ReadonlySet<EventType> = new Set<EventType>(['heartbeat.late', 'microphone.failed']);

interface State {
  isClient: boolean;
  /** Whether the server acknowledges audio; what a base server has taken cannot be known. */
  acknowledges: boolean;
  session: string;
  sentBytes: number;
  acknowledgedBytes: number;
  /** When everything that came of the answer so far will have been heard. */
  heardUntilMs: number;
  /** Durable events since the last dial, while no session was asked for. */
  lines: number;
  quiet: boolean;
}

/** S11: what waits, flies or is written down is bounded. */
export class BoundsInvariant extends SafetyInvariant {
  readonly id = 'S11';
  readonly claim =
    'At most 2 s of the microphone fly, 30 s of an answer wait, and 12 lines tell of a reconnect.';
  readonly meaning = 'Words arrive when they are of no use any more, or the Pi runs out of memory.';
  readonly reads = reading(
    ...DURABLE,
    'audio.acknowledged',
    'audio.received',
    'audio.sent',
    'speaker.silent',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    isClient: false,
    acknowledges: false,
    session: '',
    sentBytes: 0,
    acknowledgedBytes: 0,
    heardUntilMs: 0,
    lines: 0,
    quiet: false,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    if (event.type === 'state.changed' && event.machine === 'client') state.isClient = true;
    if (!state.isClient && event.type !== 'link.connected') return NONE;
    return joined(this.counted(event, state), this.flown(event, state));
  }

  private flown(event: RecordedEvent, state: State): readonly Breach[] {
    switch (event.type) {
      case 'link.connected':
        state.acknowledges = event.protocol === 'tars.v2';
        return NONE;
      case 'session.started':
        state.session = event.session;
        state.sentBytes = 0;
        state.acknowledgedBytes = 0;
        return NONE;
      case 'audio.sent':
        state.sentBytes += event.bytes;
        return this.checkUplink(event, state);
      case 'audio.acknowledged':
        if (event.session !== state.session) return NONE;
        state.acknowledgedBytes = Math.min(event.bytes, state.sentBytes);
        return NONE;
      case 'playback.started':
        state.heardUntilMs = event.atMs;
        return NONE;
      case 'audio.received':
        state.heardUntilMs = Math.max(state.heardUntilMs, event.atMs) + soundMs(event.bytes);
        return this.checkDownlink(event, (state.heardUntilMs - event.atMs) * BYTES_PER_MS);
      case 'speaker.silent':
        return this.checkDownlink(event, event.mostQueuedBytes);
      default:
        return NONE;
    }
  }

  private checkUplink(event: RecordedEvent, state: State): readonly Breach[] {
    const flying = state.sentBytes - state.acknowledgedBytes;
    this.judged = true;
    if (!state.acknowledges || flying <= UPLINK_BYTES) return NONE;
    const { atMs, host } = event;
    return [{ host, atMs, expected: `at most ${UPLINK_BYTES} bytes flying`, seen: `${flying}` }];
  }

  private checkDownlink(event: RecordedEvent, bytes: number): readonly Breach[] {
    const { atMs, host } = event;
    const waiting = Math.round(bytes);
    this.judged = true;
    if (waiting <= DOWNLINK_BYTES) return NONE;
    const expected = `at most ${DOWNLINK_BYTES} bytes waiting for the speaker`;
    return [{ host, atMs, expected, seen: `${waiting}` }];
  }

  /** From one dial to the next, where nobody asked for anything in between. */
  private counted(event: RecordedEvent, state: State): readonly Breach[] {
    if (REQUESTS.has(event.type)) state.quiet = false;
    if (isDurable(event.type) && !ASIDES.has(event.type)) state.lines += 1;
    if (event.type !== 'link.dialing') return NONE;
    if (state.quiet) this.judged = true;
    const { lines, quiet } = state;
    state.lines = 0;
    state.quiet = true;
    if (!quiet || lines <= LINES_A_CYCLE) return NONE;
    const { atMs, host } = event;
    return [{ host, atMs, expected: `at most ${LINES_A_CYCLE} lines a cycle`, seen: `${lines}` }];
  }
}
