import type { EventOf, RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, type Invariant } from './invariant';

interface State {
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
    'Each answer is confirmed once, when all of it was heard or the rest never will be.';
  readonly meaning =
    'The microphone opens while the answer still sounds, or stays closed after it.';
  judged = false;
  private readonly lives = new PerLife<State>(() => ({
    ended: undefined,
    confirmed: undefined,
    silent: undefined,
  }));

  observe(event: RecordedEvent): readonly Breach[] {
    const state = this.lives.of(event);
    switch (event.type) {
      case 'speaker.silent':
        state.silent = event;
        return NONE;
      case 'playback.ended':
        state.ended = event;
        return this.ended(event, state);
      case 'control.sent':
        if (event.message !== 'playback_complete') return NONE;
        return this.confirmed(event, `${event.session ?? ''}/${event.turn ?? 0}`, state);
      default:
        return NONE;
    }
  }

  overdue(): readonly Breach[] {
    return NONE;
  }

  pending(): readonly string[] {
    return [];
  }

  measurements(): [] {
    return [];
  }

  private ended(event: EventOf<'playback.ended'>, { silent }: State): readonly Breach[] {
    const { atMs, host, how, playedBytes, receivedBytes } = event;
    if (how !== 'finished') return NONE;
    if (playedBytes !== receivedBytes) {
      const expected = `all of ${receivedBytes} bytes heard`;
      return [{ host, atMs, expected, seen: `${playedBytes} bytes` }];
    }
    // An answer without a byte never started the speaker; without a simulator nothing is known of it.
    if (silent === undefined || playedBytes === 0 || silent.step === event.step) return NONE;
    const expected = 'the speaker silent in the same step';
    return [{ host, atMs, expected, seen: `silent since ${silent.atMs} ms` }];
  }

  private confirmed(event: RecordedEvent, turn: string, state: State): readonly Breach[] {
    const { atMs, host } = event;
    const { confirmed, ended } = state;
    this.judged = true;
    state.confirmed = turn;
    state.ended = undefined;
    if (confirmed === turn && !turn.startsWith('/')) {
      return [
        { host, atMs, expected: 'one playback_complete a turn', seen: `a second of ${turn}` },
      ];
    }
    if (ended !== undefined) return NONE;
    return [
      { host, atMs, expected: 'playback_complete after the playback', seen: 'before its end' },
    ];
  }
}
