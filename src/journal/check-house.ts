import { TELLING_LAG_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import type { Breach } from '../sim/invariants/invariant';
import { Jury } from '../sim/invariants/jury';
import { AgreementInvariant } from '../sim/invariants/l06-agreement';
import { joined, located, TOLD_BREACHES, type FieldBreach, type Finding } from './check-journal';
import { fieldRecord, type ClockOffset, type FieldRecord, type Journal } from './field-record';
import { firstAt } from './first-at';
import { asTrace, stamped } from './life-trace';
import { livesOfHost, type FieldLife } from './lives';

/** Where the clocks are compared less well than this, a connection is not judged. */
const MOST_ERROR_MS = 1_000;
/** A client names its connections anew in each life: its comparison is looked for near its time. */
const LONGEST_DIAL_MS = 60_000;
const MOST_NEAR = 100;

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
  const jury = new Jury([invariant], onBreach, TELLING_LAG_MS + MOST_ERROR_MS);
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
function traceOf({ client, events, offsets, server = '' }: FieldRecord): readonly RecordedEvent[] {
  const [first] = events;
  if (first === undefined) return [];
  const fault = stamped(first, { type: 'fault.began', fault: 'outage', id: 1, hosts: [] });
  const lives = [client, server].flatMap((host) => livesOfHost(events, host));
  const told = lives
    .flatMap(endedTrace)
    .map((line) => (line.type === 'link.connected' ? withPeer(line, offsets) : line));
  return [fault, ...told.sort((a, b) => a.atMs - b.atMs)];
}

/** Of a life that is told no further nothing is expected any more. */
function endedTrace({ lines }: FieldLife): readonly RecordedEvent[] {
  const last = lines.at(-1) as RecordedEvent;
  return [...asTrace(lines), stamped(last, { type: 'host.killed' })];
}

/** A connection that cannot be compared is one whose other end is not known. */
function withPeer(
  line: EventOf<'link.connected'>,
  offsets: readonly ClockOffset[],
): EventOf<'link.connected'> {
  const index = firstAt(offsets, ({ atMs }) => atMs >= line.atMs - LONGEST_DIAL_MS);
  const isCompared = offsets
    .slice(index, index + MOST_NEAR)
    .some(({ connection, errorMs }) => connection === line.connection && errorMs <= MOST_ERROR_MS);
  if (isCompared) return line;
  const { peerConnection: _peer, ...alone } = line;
  return alone;
}
