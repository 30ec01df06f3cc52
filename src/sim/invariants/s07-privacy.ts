import type { Listening } from '../../ports';
import type { RecordedEvent } from '../../events';
import {
  NONE,
  PerLife,
  isLater,
  type Breach,
  type Invariant,
  isPast,
  joined,
  reading,
} from './invariant';

/** The echo of what the speaker played lasts this long. */
const ECHO_MS = 200;

interface State {
  /** The acknowledged session. */
  session: string | undefined;
  /** The last session that the server said it has started; a base server says no such thing. */
  granted: string | undefined;
  isBase: boolean;
  /** Undefined on a host that is no client. */
  clientState: string | undefined;
  listening: Listening;
  sounding: boolean;
  silentSinceMs: number;
  /** An ear that is open to the speaker, and the step in which that came to be. */
  openSince: RecordedEvent | undefined;
}

/**
 * S7: audio leaves only in an acknowledged session, and the ear is closed while the speaker sounds.
 */
export class PrivacyInvariant implements Invariant {
  readonly id = 'S7';
  readonly claim =
    'Audio leaves the device only in an acknowledged session, and the Pi never hears itself.';
  readonly meaning = 'The Pi listens in on the room, or answers its own voice.';
  readonly reads = reading(
    'audio.sent',
    'control.received',
    'link.connected',
    'microphone.closed',
    'microphone.listening',
    'session.ended',
    'session.started',
    'speaker.silent',
    'speaker.started',
    'state.changed',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    session: undefined,
    granted: undefined,
    isBase: false,
    clientState: undefined,
    listening: 'nothing',
    sounding: false,
    silentSinceMs: -Infinity,
    openSince: undefined,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const { openSince } = state;
    const isOver = openSince !== undefined && isLater(event, openSince);
    const stillOpen = isOver ? this.stillOpen(openSince, state) : NONE;
    const here = this.observeHere(event, state);
    this.watchEar(event, state);
    return joined(stillOpen, here);
  }

  overdue(nowMs: number): readonly Breach[] {
    let breaches = NONE;
    for (const [, state] of this.lives.entries()) {
      const { openSince } = state;
      if (openSince === undefined || !isPast(nowMs, openSince)) continue;
      breaches = joined(breaches, this.stillOpen(openSince, state));
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): [] {
    return [];
  }

  private observeHere(event: RecordedEvent, state: State): readonly Breach[] {
    switch (event.type) {
      case 'state.changed':
        if (event.machine === 'client') state.clientState = event.to;
        return NONE;
      case 'link.connected':
        state.isBase = event.protocol === 'base';
        return NONE;
      case 'control.received':
        if (event.message === 'session_started') state.granted = event.session;
        return NONE;
      case 'session.started':
        if (event.device === undefined) state.session = event.session;
        return NONE;
      case 'session.ended':
        if (event.session === state.session) state.session = undefined;
        return NONE;
      case 'audio.sent':
        return this.sent(event, event.session, state);
      case 'microphone.listening':
        state.listening = event.purpose;
        return NONE;
      case 'microphone.closed':
        state.listening = 'nothing';
        return NONE;
      case 'speaker.started':
        this.judged = true;
        state.sounding = true;
        return NONE;
      case 'speaker.silent':
        state.sounding = false;
        state.silentSinceMs = event.atMs;
        return NONE;
      default:
        return NONE;
    }
  }

  private sent(event: RecordedEvent, session: string, state: State): readonly Breach[] {
    if (state.clientState === undefined) return NONE;
    this.judged = true;
    const { atMs, host } = event;
    const isGranted = state.isBase || state.granted === session;
    const isOurs = state.session === session && state.clientState === 'active_session';
    if (isOurs && isGranted) return NONE;
    const how = isGranted ? '' : ', which the server has not started';
    const seen = `audio of session ${session} in state ${state.clientState}${how}`;
    const expected =
      state.session === undefined
        ? 'no audio without a session'
        : `audio of ${state.session} alone, once it is acknowledged, in state active_session`;
    return [{ host, atMs, expected, seen }];
  }

  private watchEar(event: RecordedEvent, state: State): void {
    const isOpen = state.listening !== 'nothing';
    const echoes = state.sounding || event.atMs - state.silentSinceMs < ECHO_MS;
    state.openSince = isOpen && echoes ? (state.openSince ?? event) : undefined;
  }

  /**
   * Within one step the two change one after the other; what counts is how the step leaves them.
   */
  private stillOpen({ atMs, host }: RecordedEvent, state: State): readonly Breach[] {
    state.openSince = undefined;
    state.silentSinceMs = -Infinity;
    const expected = `the ear closed while the speaker sounds and ${ECHO_MS} ms after`;
    return [{ host, atMs, expected, seen: `listening for the ${state.listening}` }];
  }
}
