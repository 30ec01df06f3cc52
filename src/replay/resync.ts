import type { EventOf, RecordedEvent } from '../events';
import { CLIENT } from './derivation';
import type { Story } from './nudges';

/** What of a second is drawn for a wait: less than all of it. */
const MOST = 0.999;
const UNIT_MS = 1_000;
/** What timers are late by comes to less than this before anything else does. */
const LATEST_MS = 250;

/**
 * The story with waits before dials by which these come when they came in the field: real timers
 * are late by some milliseconds, which add up until a fault strikes another moment of a dial.
 *
 * @param field - what the client's journal tells, on the time of the scenario.
 * @param replayed - what a run of the story came to.
 */
export function resynced(
  story: Story,
  field: readonly RecordedEvent[],
  replayed: readonly RecordedEvent[],
): Story {
  const { derivation } = story;
  const client = derivation.hosts[CLIENT];
  if (client?.program !== 'client' || client.draws === undefined) return story;
  const [theirs, ours] = [livesOf(field), livesOf(replayed)];
  // Of a life that told nothing it is not known which it is.
  if (theirs.length !== client.draws.length || ours.length !== theirs.length) return story;
  const draws = client.draws.map((drawn, life) =>
    corrected(drawn, theirs[life] ?? [], ours[life] ?? []),
  );
  const hosts = { ...derivation.hosts, [CLIENT]: { ...client, draws } };
  return { ...story, derivation: { ...derivation, hosts } };
}

function livesOf(events: readonly RecordedEvent[]): RecordedEvent[][] {
  const lives: RecordedEvent[][] = [];
  for (const event of events) {
    if (event.type === 'host.started') lives.push([]);
    lives.at(-1)?.push(event);
  }
  return lives;
}

function corrected(
  drawn: readonly number[],
  field: readonly RecordedEvent[],
  replayed: readonly RecordedEvent[],
): number[] {
  const [theirs, ours] = [dialsOf(field), dialsOf(replayed)];
  const others = [...drawn];
  let beforeMs = (theirs[0]?.atMs ?? 0) - (ours[0]?.atMs ?? 0);
  for (const [index, at] of waitsOf(field).entries()) {
    const [dial, again] = [theirs[index + 1], ours[index + 1]];
    const wait = others[at];
    if (dial === undefined || again === undefined || wait === undefined) break;
    const offMs = dial.atMs - again.atMs;
    // So far off it is another dial.
    if (Math.abs(offMs) > LATEST_MS) break;
    others[at] = Math.min(Math.max(0, wait + (offMs - beforeMs) / UNIT_MS), MOST);
    beforeMs = offMs;
  }
  return others;
}

function dialsOf(events: readonly RecordedEvent[]): EventOf<'link.dialing'>[] {
  return events.filter((event): event is EventOf<'link.dialing'> => event.type === 'link.dialing');
}

/** Which of what is drawn are waits: the others are names of sessions. */
function waitsOf(events: readonly RecordedEvent[]): number[] {
  return events
    .filter(({ type }) => type === 'backoff.scheduled' || type === 'session.requested')
    .flatMap(({ type }, index) => (type === 'backoff.scheduled' ? [index] : []));
}
