import { ms } from '../fuzz/drawn-faults';
import { HEARTBEAT_INTERVAL_MS, PONG_TIMEOUT_MS, SESSION_START_TIMEOUT_MS } from '../constants';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type StoryTime } from './derivation';
import type { FieldLink, House } from './house';

/**
 * What happened at one instant, in an order that the journals know and the simulator would have
 * otherwise: a millisecond on the way decides it.
 */
export function ties(house: House, latencyMs: number, time: StoryTime): FaultInput[] {
  if (!house.knowsServer) return house.links.flatMap((link) => pings(link, latencyMs, time));
  return [
    ...startTimeouts(house, time),
    ...house.links.flatMap((link) => pings(link, latencyMs, time)),
  ];
}

/** The client gave up a session in the instant in which the server was about to reject it. */
function startTimeouts({ clientEvents, serverEvents }: House, time: StoryTime): FaultInput[] {
  return serverEvents.flatMap((event): FaultInput[] => {
    if (event.type !== 'session.ended' || event.reason !== 'start_timeout') return [];
    const asked = serverEvents.find(
      (each) => each.type === 'session.requested' && each.session === event.session,
    );
    const sent = clientEvents.find(
      (each) =>
        each.type === 'control.sent' &&
        each.message === 'hotword_detected' &&
        each.session === event.session,
    );
    if (asked === undefined || sent === undefined) return [];
    const isTie = Math.abs(event.atMs - asked.atMs - SESSION_START_TIMEOUT_MS) <= 1;
    return isTie ? [later('upstream', sent.atMs, 1, time)] : [];
  });
}

/**
 * A server's ping comes to the client in the instant in which the client sends its own, and answers
 * it if it is the later one. Where the client went on although nobody answered, it was.
 */
function pings(
  { accepted, connected, end }: FieldLink,
  latencyMs: number,
  time: StoryTime,
): FaultInput[] {
  if (connected === undefined || end?.type !== 'link.lost') return [];
  const unansweredMs = end.sincePongMs ?? end.upMs;
  const wouldBeDead = unansweredMs >= HEARTBEAT_INTERVAL_MS + PONG_TIMEOUT_MS;
  if (end.label === 'heartbeat_timeout' || !wouldBeDead) return [];
  const acceptedMs = accepted?.atMs ?? connected.atMs - latencyMs;
  const heardMs = end.atMs - end.sinceInboundMs;
  const faults: FaultInput[] = [];
  for (
    let pingMs = acceptedMs + HEARTBEAT_INTERVAL_MS;
    pingMs + latencyMs <= heardMs;
    pingMs += HEARTBEAT_INTERVAL_MS
  ) {
    if (pingMs < end.atMs - unansweredMs) continue;
    const lateMs = heardMs - pingMs - latencyMs;
    const isLast = lateMs < PONG_TIMEOUT_MS;
    faults.push(later('downstream', pingMs, isLast ? Math.max(2, lateMs) : 2, time));
  }
  return faults;
}

function later(
  direction: 'upstream' | 'downstream',
  sentMs: number,
  byMs: number,
  time: StoryTime,
): FaultInput {
  return {
    ...{ kind: 'latency', between: [CLIENT, SERVER], direction, at: time.at(sentMs - 2) },
    for: lasting(5),
    oneWay: ms(Math.round(byMs)),
  };
}
