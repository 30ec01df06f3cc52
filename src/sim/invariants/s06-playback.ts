import type { EventOf, RecordedEvent } from '../../events';
import {
  NONE,
  PerLife,
  endsLife,
  isLater,
  isPast,
  type Breach,
  type Invariant,
  joined,
  readingLives,
} from './invariant';

interface State {
  /** The answer that sounds. */
  answer: EventOf<'playback.started'> | undefined;
  /** The speaker fell silent in the middle of it. */
  muted: EventOf<'speaker.silent'> | undefined;
  /** The playback that has ended and is not confirmed yet. */
  ended: EventOf<'playback.ended'> | undefined;
  confirmed: string | undefined;
  /** How the speaker itself fell silent the last time. */
  silent: EventOf<'speaker.silent'> | undefined;
}

/** S6: the end of an answer is confirmed once, and not before all of it was heard. */
export class PlaybackInvariant implements Invariant {
  readonly id = 'S6';
  readonly claim =
    'Each answer ends when the speaker falls silent, and is confirmed once: when all of it was ' +
    'heard or the rest never will be.';
  readonly meaning =
    'The microphone opens while the answer still sounds, or stays closed after it.';
  readonly reads = readingLives(
    'control.sent',
    'playback.ended',
    'playback.started',
    'session.ended',
    'speaker.silent',
  );
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    answer: undefined,
    muted: undefined,
    ended: undefined,
    confirmed: undefined,
    silent: undefined,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    const { ended, muted } = state;
    const owed = ended !== undefined && isLater(event, ended) ? this.unconfirmed(state) : NONE;
    const deaf = muted !== undefined && isLater(event, muted) ? this.unnoticed(state) : NONE;
    return joined(joined(owed, deaf), this.follow(event, state));
  }

  overdue(nowMs: number): readonly Breach[] {
    let breaches = NONE;
    for (const [, state] of this.lives.entries()) {
      const { ended, muted } = state;
      if (ended !== undefined && isPast(nowMs, ended)) {
        breaches = joined(breaches, this.unconfirmed(state));
      }
      if (muted !== undefined && isPast(nowMs, muted)) {
        breaches = joined(breaches, this.unnoticed(state));
      }
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): [] {
    return [];
  }

  private follow(event: RecordedEvent, state: State): readonly Breach[] {
    if (endsLife(event)) state.ended = state.answer = state.muted = undefined;
    switch (event.type) {
      case 'playback.started':
        state.answer = event;
        return NONE;
      case 'speaker.silent':
        state.silent = event;
        if (state.answer !== undefined) state.muted = event;
        return NONE;
      case 'playback.ended':
        this.judged = true;
        state.ended = event;
        state.answer = state.muted = undefined;
        return this.ended(event, state);
      case 'control.sent':
        if (event.message !== 'playback_complete') return NONE;
        return this.confirmed(event, state);
      case 'session.ended':
        state.ended = undefined;
        return NONE;
      default:
        return NONE;
    }
  }

  /** The end and its confirmation belong to one step; what was stopped is told by its cause. */
  private unconfirmed(state: State): readonly Breach[] {
    const { ended } = state;
    state.ended = undefined;
    if (ended === undefined || ended.how === 'stopped') return NONE;
    const { atMs, host, session, turn } = ended;
    const expected = `playback_complete of ${session}/${turn} in the step of its end`;
    return [{ host, atMs, expected, seen: 'none' }];
  }

  /** Whatever made the speaker fall silent, the answer is over in that step. */
  private unnoticed(state: State): readonly Breach[] {
    const { answer, muted } = state;
    state.muted = undefined;
    if (answer === undefined || muted === undefined) return NONE;
    const { atMs, host, how } = muted;
    const expected = `the end of ${answer.session}/${answer.turn}, as its sound is over`;
    return [{ host, atMs, expected, seen: `none, and the speaker is silent: ${how}` }];
  }

  private ended(event: EventOf<'playback.ended'>, { silent }: State): readonly Breach[] {
    const { atMs, host, how, playedBytes, receivedBytes } = event;
    if (how !== 'finished') return NONE;
    if (playedBytes !== receivedBytes) {
      const expected = `all of ${receivedBytes} bytes heard`;
      return [{ host, atMs, expected, seen: `${playedBytes} bytes` }];
    }
    // An answer without a byte never started the speaker; a journal knows nothing of one.
    if (silent === undefined || playedBytes === 0 || silent.step === event.step) return NONE;
    const expected = 'the speaker silent in the same step';
    return [{ host, atMs, expected, seen: `silent since ${silent.atMs} ms` }];
  }

  private confirmed(event: EventOf<'control.sent'>, state: State): readonly Breach[] {
    const { atMs, host } = event;
    const { confirmed, ended } = state;
    const turn = `${event.session ?? ''}/${event.turn ?? 0}`;
    this.judged = true;
    state.confirmed = turn;
    state.ended = undefined;
    // The base protocol has no turns, and all answers of a session have one name.
    if (confirmed === turn && event.turn !== undefined) {
      return [
        { host, atMs, expected: 'one playback_complete a turn', seen: `a second of ${turn}` },
      ];
    }
    if (ended !== undefined && turn === `${ended.session}/${ended.turn}`) return NONE;
    return [
      { host, atMs, expected: 'playback_complete after the playback', seen: 'before its end' },
    ];
  }
}
