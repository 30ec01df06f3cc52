import { soundMs, BYTES_PER_MS } from '../../constants';
import { DURABLE, isDurable, type EventType, type RecordedEvent } from '../../events';
import type { Listening } from '../../ports';
import { NONE, PerLife, type Breach, SafetyInvariant, joined, readingLives } from './invariant';

const UPLINK_BYTES = 64_000;
const DOWNLINK_BYTES = 960_000;
const LINES_A_CYCLE = 12;
const REQUESTS: ReadonlySet<EventType> = new Set<EventType>([
  'button.pressed',
  'hotword.detected',
  'session.requested',
]);
/** Lines that a cycle may have beside those of the reconnect itself: a server may say anything. */
const ASIDES: ReadonlySet<EventType> = new Set<EventType>([
  ...(['control.received', 'heartbeat.late', 'microphone.failed'] as const),
]);

/** A chunk that is not full, and a piece of the microphone that has not come. */
const UNFINISHED_BYTES = 2 * 3_200;

interface State {
  isClient: boolean;
  /** Whether the server acknowledges audio; what a base server has taken cannot be known. */
  acknowledges: boolean;
  session: string;
  sentBytes: number;
  acknowledgedBytes: number;
  isMicrophoneOpen: boolean;
  listening: Listening;
  /** Since when the microphone is heard without a break; undefined while nobody knows. */
  hearsSinceMs: number | undefined;
  /** What of that was sent or dropped. */
  takenBytes: number;
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
    'At most 2 s of the microphone wait and fly, 30 s of an answer wait, and 12 lines tell of a ' +
    'reconnect.';
  readonly meaning = 'Words arrive when they are of no use any more, or the Pi runs out of memory.';
  readonly reads = readingLives(
    ...DURABLE,
    'audio.acknowledged',
    'audio.dropped',
    'audio.received',
    'audio.sent',
    'microphone.closed',
    'microphone.listening',
    'microphone.opened',
    'speaker.silent',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    isClient: false,
    acknowledges: false,
    session: '',
    sentBytes: 0,
    acknowledgedBytes: 0,
    isMicrophoneOpen: false,
    listening: 'nothing',
    hearsSinceMs: undefined,
    takenBytes: 0,
    heardUntilMs: 0,
    lines: 0,
    quiet: false,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    if (event.type === 'state.changed' && event.machine === 'client') state.isClient = true;
    if (!state.isClient && event.type !== 'link.connected') return NONE;
    const waited = this.waited(event, state);
    return joined(joined(this.counted(event, state), waited), this.flown(event, state));
  }

  /** What was heard and neither sent nor dropped waits. While a host stands still, who knows. */
  private waited(event: RecordedEvent, state: State): readonly Breach[] {
    switch (event.type) {
      case 'microphone.listening':
        state.listening = event.purpose;
        this.hears(event, state);
        return NONE;
      case 'microphone.opened':
        state.isMicrophoneOpen = true;
        this.hears(event, state);
        return NONE;
      case 'microphone.closed':
      case 'microphone.failed':
        state.isMicrophoneOpen = false;
        state.hearsSinceMs = undefined;
        return NONE;
      case 'host.paused':
      case 'host.resumed':
        state.hearsSinceMs = undefined;
        return NONE;
      case 'audio.dropped':
        state.takenBytes += event.bytes;
        return NONE;
      case 'audio.sent':
        state.takenBytes += event.bytes;
        return this.checkWaiting(event, state);
      case 'session.ended':
        return this.checkWaiting(event, state);
      default:
        return NONE;
    }
  }

  private hears({ atMs }: RecordedEvent, state: State): void {
    const { isMicrophoneOpen, listening } = state;
    state.hearsSinceMs = isMicrophoneOpen && listening === 'session' ? atMs : undefined;
    state.takenBytes = 0;
  }

  private checkWaiting(event: RecordedEvent, state: State): readonly Breach[] {
    const { hearsSinceMs, takenBytes } = state;
    if (hearsSinceMs === undefined) return NONE;
    const { atMs, host } = event;
    const waiting = (atMs - hearsSinceMs) * BYTES_PER_MS - takenBytes;
    if (waiting <= UPLINK_BYTES + UNFINISHED_BYTES) return NONE;
    const expected = `at most ${UPLINK_BYTES} bytes of the microphone waiting`;
    return [{ host, atMs, expected, seen: `${waiting}` }];
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
        // What was changed on its way may say less than the one before: it takes nothing back.
        state.acknowledgedBytes = Math.max(
          state.acknowledgedBytes,
          Math.min(event.bytes, state.sentBytes),
        );
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
