/** What the Pi itself does: it is stopped, dies, loses its power, stands still or sleeps. */
import type { EventOf } from '../events';
import type { Outage } from './outages';
import { isCut, isSilence, match, seen, seenLoss, seenStart, type Signature } from './signature';

/** A standstill shorter than this is made up for by the heartbeat's grace. */
const LONG_STALL_MS = 5_000;
/** The end of a link is known so soon after the standstill that caused it. */
const SOON_MS = 7_000;
/** A link that died in its sleep is noticed at the next ping. */
const NOTICED_MS = 45_000;
/** The other end gives up a client that sleeps for longer. */
const LONG_SLEEP_MS = 30_000;

export const ownStop: Signature = ({ lost, starts }) => {
  if (lost?.label === 'local_shutdown') return match(1, seenLoss(lost));
  const stopped = starts.find(({ before }) => before?.how === 'stopped');
  return lost === undefined && stopped ? match(0.97, seenStart(stopped)) : undefined;
};

export const ownPowerCut: Signature = (outage) => {
  const start = vanished(outage);
  if (start?.isNewMachine !== true) return undefined;
  const told = outage.atServer?.lost;
  return match(0.95, seenStart(start), told && seenLoss(told));
};

export const ownCrash: Signature = (outage) => {
  const start = vanished(outage);
  if (start === undefined || start.isNewMachine) return undefined;
  return match(0.95, seenStart(start));
};

export const ownStall: Signature = (outage) => {
  const { atServer, lost } = outage;
  if (lost === undefined) return undefined;
  const stall = longestStall(outage, lost.atMs);
  const gaveUp = atServer?.lost?.label === 'heartbeat_timeout' ? atServer.lost : undefined;
  const lagMs = Math.max(stall?.ms ?? 0, lost.maxLagMs ?? 0);
  if (lagMs < LONG_STALL_MS || !(isSilence(lost.label) || isCut(lost.label))) return undefined;
  const evidence = [stall && seen(stall, 'ms'), seenLoss(lost), gaveUp && seenLoss(gaveUp)];
  if (stall === undefined) return match(0.35, ...evidence);
  return match(isCut(lost.label) && gaveUp === undefined ? 0.75 : 0.92, ...evidence);
};

/** A jump of the time of day may be a sleep, or NTP: the server's clock tells them apart. */
export const ownSleep: Signature = ({ atServer, lost, own, sleptMs }) => {
  if (lost === undefined || lost.label === 'local_shutdown') return undefined;
  const step = own.find(
    (line) => line.type === 'clock.stepped' && isWake(line.byMs, lost.atMs - line.atMs),
  );
  if (step?.type !== 'clock.stepped') return undefined;
  const evidence = [seen(step, 'byMs'), seenLoss(lost)];
  if (sleptMs === undefined) {
    const isLong = atServer === undefined && step.byMs >= LONG_SLEEP_MS;
    const isSudden = isCut(lost.label) && lost.atMs - step.atMs <= SOON_MS;
    return match(isLong ? 0.8 : isSudden ? 0.57 : 0.4, ...evidence);
  }
  return match(
    0.97,
    ...evidence,
    `by the server's clock ${Math.round(sleptMs)} ms are missing here`,
  );
};

function isWake(byMs: number, untilLostMs: number): boolean {
  return byMs >= LONG_STALL_MS && untilLostMs >= -SOON_MS && untilLostMs <= NOTICED_MS;
}

function vanished({ lost, starts }: Outage) {
  if (lost !== undefined) return undefined;
  return starts.find(({ before }) => before?.how === 'vanished');
}

/** The longest standstill that can have had to do with a loss. */
function longestStall({ own }: Outage, lostMs: number): EventOf<'loop.stalled'> | undefined {
  return own
    .filter((line) => line.type === 'loop.stalled')
    .filter(({ atMs, ms }) => atMs >= lostMs - SOON_MS && atMs - ms <= lostMs)
    .sort((a, b) => b.ms - a.ms)[0];
}
