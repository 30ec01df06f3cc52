import type { RecordedEvent } from '../../events';
import { NONE, type Breach, SafetyInvariant, reading } from './invariant';

/** S15, the part that one run can see: nothing reaches past a port. `--check` compares two runs. */
export class DeterminismInvariant extends SafetyInvariant {
  readonly id = 'S15';
  readonly claim = 'Time, chance and the world outside are reached through ports alone.';
  readonly meaning = 'What was seen once cannot be seen again, and nobody can say why.';
  readonly reads = reading('run.started', 'trap.sprung');
  judged = false;

  observe(event: RecordedEvent): readonly Breach[] {
    if (event.type === 'run.started') this.judged = true;
    if (event.type !== 'trap.sprung') return NONE;
    const { atMs, host, site, what } = event;
    return [{ host, atMs, expected: 'a port', seen: `${what} at ${site}` }];
  }
}
