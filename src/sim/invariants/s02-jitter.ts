import type { RecordedEvent } from '../../events';
import { NONE, type Breach, type Invariant } from './invariant';

/** From this many waits on, chance does not make all of their fractions equal. */
const ENOUGH = 4;
/** The wait from which on the cap leaves no room for chance. */
const CAPPED_ATTEMPT = 6;

/** S2: the fraction of each wait is drawn anew, so that a fleet does not march in step. */
export class JitterInvariant implements Invariant {
  readonly id = 'S2';
  readonly claim = 'The fraction of a second in each wait is drawn anew.';
  readonly meaning =
    'After a power cut every Pi of the house dials in the same instant, again and again.';
  judged = false;
  private readonly fractions = new Set<number>();
  private waits = 0;

  observe(event: RecordedEvent): readonly Breach[] {
    if (event.type !== 'backoff.scheduled' || event.attempt >= CAPPED_ATTEMPT) return NONE;
    this.waits += 1;
    this.fractions.add(event.delayMs % 1_000);
    if (this.waits < ENOUGH) return NONE;
    this.judged = true;
    if (this.fractions.size > 1) return NONE;
    const { atMs, delayMs, host } = event;
    const seen = `${this.waits} waits that all end in ${delayMs % 1_000} ms`;
    return [{ host, atMs, expected: 'fractions that differ', seen }];
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
}
