import type { RecordedEvent } from '../../events';
import { NONE, type Breach, SafetyInvariant, reading } from './invariant';

/** S14: neither a peer's input nor a callback's exception ends the process. */
export class SurvivalInvariant extends SafetyInvariant {
  readonly id = 'S14';
  readonly claim = 'Nothing that a peer, the network or a callback does ends the process.';
  readonly meaning =
    'The Pi is deaf, or the server gone for everybody, until somebody restarts it.';
  readonly reads = reading('host.crashed', 'host.started');
  judged = false;

  observe(event: RecordedEvent): readonly Breach[] {
    if (event.type === 'host.started') this.judged = true;
    if (event.type !== 'host.crashed') return NONE;
    const { atMs, error, host } = event;
    return [{ host, atMs, expected: 'a process that lives', seen: `it crashed: ${error}` }];
  }
}
