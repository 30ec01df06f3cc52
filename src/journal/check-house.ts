import { TELLING_LAG_MS } from '../constants';
import type { RecordedEvent } from '../events';
import type { Breach } from '../sim/invariants/invariant';
import { Jury } from '../sim/invariants/jury';
import { AgreementInvariant } from '../sim/invariants/l06-agreement';
import { joined, located, TOLD_BREACHES, type FieldBreach, type Finding } from './check-journal';
import { fieldRecord, type FieldRecord, type Journal } from './field-record';
import { asTrace, stamped } from './life-trace';
import { livesOfHost, type FieldLife } from './lives';

/** The clocks are compared to half the longest dial at worst. */
const CLOCKS_MS = 5_000;

/**
 * Judges by both journals of a house what neither tells alone: whether client and server had the
 * same session. What was wrong on the way is in no journal, so the bound is the one after a fault.
 * Unknown where lines are missing, or no connection is told of by both.
 */
export function checkHouse(client: Journal, server: Journal): Finding {
  const invariant = new AgreementInvariant();
  const breaches: FieldBreach[] = [];
  const trace = traceOf(fieldRecord(client, server));
  let at = 0;
  const onBreach = (_: unknown, breach: Breach): void => {
    if (breaches.length < TOLD_BREACHES) breaches.push(located(breach, trace, at));
  };
  const jury = new Jury([invariant], onBreach, TELLING_LAG_MS + CLOCKS_MS);
  const isWhole = [client, server].every(({ gaps = [] }) => gaps.length === 0);
  if (isWhole) {
    for (const [index, event] of trace.entries()) {
      at = index;
      jury.observe(event);
    }
  }
  const { claim, id, judged, meaning } = invariant;
  return {
    ...{ id, claim, meaning, breaches },
    verdict: breaches.length > 0 ? 'broken' : judged ? 'held' : 'unknown',
    measurements: joined(invariant.measurements()),
    unseen: [],
  };
}

/** Both journals as one trace, in which something may be wrong on the way all the time. */
function traceOf({ client, events, server = '' }: FieldRecord): readonly RecordedEvent[] {
  const [first] = events;
  if (first === undefined) return [];
  const fault = stamped(first, { type: 'fault.began', fault: 'outage', id: 1, hosts: [] });
  const lives = [client, server].flatMap((host) => livesOfHost(events, host));
  return [fault, ...lives.flatMap(endedTrace).sort((a, b) => a.atMs - b.atMs)];
}

/** Of a life that is told no further nothing is expected any more. */
function endedTrace({ lines }: FieldLife): readonly RecordedEvent[] {
  const last = lines.at(-1) as RecordedEvent;
  return [...asTrace(lines), stamped(last, { type: 'host.killed' })];
}
