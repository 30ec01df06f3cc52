import type { RecordedEvent } from '../../events';
import { NONE, PerLife, type Breach, SafetyInvariant, reading } from './invariant';

/** From this many waits in a row on, chance does not make all of their fractions equal. */
const ENOUGH = 4;
/** The wait from which on the cap leaves no room for chance. */
const CAPPED_ATTEMPT = 6;

interface State {
  fraction: number;
  /** How many waits in a row had this fraction, and how many there were at all. */
  alike: number;
  waits: number;
}

/** S2: the fraction of each wait is drawn anew, so that a fleet does not march in step. */
export class JitterInvariant extends SafetyInvariant {
  readonly id = 'S2';
  readonly claim = 'The fraction of a second in each wait is drawn anew.';
  readonly meaning =
    'After a power cut every Pi of the house dials in the same instant, again and again.';
  readonly reads = reading('backoff.scheduled');
  judged = false;
  private readonly lives = new PerLife<State>(() => ({ fraction: -1, alike: 0, waits: 0 }));

  observe(event: RecordedEvent): readonly Breach[] {
    if (event.type !== 'backoff.scheduled' || event.attempt >= CAPPED_ATTEMPT) return NONE;
    const state = this.lives.of(event);
    const fraction = event.delayMs % 1_000;
    state.alike = fraction === state.fraction ? state.alike + 1 : 1;
    state.fraction = fraction;
    state.waits += 1;
    if (state.waits >= ENOUGH) this.judged = true;
    if (state.alike < ENOUGH) return NONE;
    const { atMs, host } = event;
    const seen = `${state.alike} waits in a row that end in ${fraction} ms`;
    return [{ host, atMs, expected: 'fractions that differ', seen }];
  }
}
