import { BYTES_PER_MS } from '../../constants';
import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, readingLives, SafetyInvariant, type Breach } from './invariant';

/** The piece in which the hotword was heard, and one of the session. */
const PIECES_MS = 200;
/** What a device keeps for a program that stands still, and how soon that is read afterwards. */
const KEPT_MS = 2_000;

interface State {
  session: string | undefined;
  askedAtMs: number;
  /** What may have been heard before the session was asked for. */
  earlierMs: number;
  sentBytes: number;
  resumedAtMs: number;
}

/** S17: a session sends what was heard since it was asked for, and nothing older. */
export class FreshAudioInvariant extends SafetyInvariant {
  readonly id = 'S17';
  readonly claim = 'A session sends no more sound than there was since it was asked for.';
  readonly meaning = 'What was said before, to somebody else, is answered in the next talk.';
  readonly reads = readingLives('audio.sent', 'session.requested');
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    session: undefined,
    askedAtMs: 0,
    earlierMs: 0,
    sentBytes: 0,
    resumedAtMs: -Infinity,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'host.resumed':
        state.resumedAtMs = event.atMs;
        return NONE;
      case 'session.requested':
        // Of a server they have a device.
        if (event.device === undefined) this.asked(event, state);
        return NONE;
      case 'audio.sent':
        return event.session === state.session ? this.sent(event, state) : NONE;
      default:
        return NONE;
    }
  }

  private asked({ atMs, session }: EventOf<'session.requested'>, state: State): void {
    const isCatchingUp = atMs - state.resumedAtMs <= KEPT_MS;
    state.session = session;
    state.askedAtMs = atMs;
    state.earlierMs = PIECES_MS + (isCatchingUp ? KEPT_MS : 0);
    state.sentBytes = 0;
  }

  private sent({ atMs, bytes, host }: EventOf<'audio.sent'>, state: State): readonly Breach[] {
    state.sentBytes += bytes;
    this.judged = true;
    const most = Math.ceil((atMs - state.askedAtMs + state.earlierMs) * BYTES_PER_MS);
    if (state.sentBytes <= most) return NONE;
    const expected = `at most ${most} bytes since ${state.session} was asked for`;
    return [{ host, atMs, expected, seen: `${state.sentBytes}` }];
  }
}
