/** What lies between the two: names, certificates, portals, proxies, routers, and the air. */
import { CLOSE_BAD_DATA, CLOSE_PROTOCOL_ERROR, HEARTBEAT_INTERVAL_MS } from '../constants';
import type { FailureLabel } from '../events';
import { countNear, isDisowned, isForgotten, isUnanswered } from './habits';
import type { Outage } from './outages';
import { isCut, isSilence, match, seen, seenFailures, seenLoss, type Signature } from './signature';

/** Where proxies cut an idle connection: nginx, and Cloudflare. */
const PROXY_IDLE_MS = [60_000, 100_000];
const SAME_MS = 1_000;
/** Of idle connections to which this happens, more than two make a habit ... */
const HABIT = 2;
/** ... where they are most of all: among a hundred that are cut by chance, some are alike. */
const MOST = 0.5;
/** Nobody's patience with an idle connection is shorter. */
const LEAST_IDLE_MS = 5_000;
/** An answer that a page for guests gives, in place of the server's. */
const PORTAL_STATUS = new Set([200, 301, 302, 303, 307, 308, 511]);
/** An upgrade that went wrong although the answer says that it did not. */
const SWITCHING = 101;
/** What a server says to an upgrade that it cannot read. */
const BAD_REQUEST = 400;
const UNREADABLE: ReadonlySet<number> = new Set([CLOSE_PROTOCOL_ERROR, CLOSE_BAD_DATA]);
const SLOW_MS = 2_000;

export const dns: Signature = (outage) => {
  const { count, share, told } = seenFailures(outage, 'dns');
  if (count === 0) return undefined;
  return match(outage.lost === undefined ? 0.6 + share * 0.35 : share * 0.6, told);
};

export const auth: Signature = byFailure(['auth'], 0.95);
export const tls: Signature = byFailure(['tls'], 0.85);
export const tlsExpired: Signature = byFailure(['tls_expired'], 0.9);

export const tlsClock: Signature = (outage) => {
  const { count, told } = seenFailures(outage, 'tls_not_yet_valid');
  if (count === 0) return undefined;
  const set = outage.own.find((line) => line.type === 'clock.stepped' && line.byMs > 0);
  return match(set === undefined ? 0.88 : 0.97, told, set && seen(set, 'byMs'));
};

export const captivePortal: Signature = (outage) => {
  const portal = outage.failures.find(({ httpStatus }) => PORTAL_STATUS.has(httpStatus ?? 0));
  return portal && match(0.9, seen(portal, 'label', 'httpStatus'));
};

export const gateway: Signature = (outage) => {
  const other = outage.failures.find(
    ({ httpStatus, label }) =>
      label === 'http_status' && !PORTAL_STATUS.has(httpStatus ?? 0) && httpStatus !== SWITCHING,
  );
  return other && match(0.88, seen(other, 'label', 'httpStatus'));
};

/** What one end has sent, the other could not read: frames, or the answer to an upgrade. */
export const corruption: Signature = ({ failures, lost }) => {
  const isPeers = lost?.label === 'peer_close' && UNREADABLE.has(lost.code ?? 0);
  const isLoss = lost?.label === 'protocol_error' || isPeers;
  const failed = failures.find(
    ({ httpStatus, label }) =>
      label === 'protocol_error' ||
      httpStatus === SWITCHING ||
      (isLoss && httpStatus === BAD_REQUEST),
  );
  if (lost !== undefined && isLoss) {
    return match(failed === undefined ? 0.85 : 0.89, seenLoss(lost), failed && seenFailure(failed));
  }
  return failed && match(lost === undefined ? 0.85 : 0.3, seenFailure(failed));
};

function seenFailure(failed: Outage['failures'][number]): string {
  return seen(failed, 'label', 'httpStatus');
}

/** Cut after the same time without a word, over and over, or after the time of a known proxy. */
export const idleCut: Signature = (outage, { cutIdleMs }) => {
  const { lost } = outage;
  if (lost === undefined || !isCut(lost.label) || outage.failures.length > 0) return undefined;
  const idleMs = lost.sinceInboundMs;
  if (idleMs < LEAST_IDLE_MS || outage.sessions.length > 0) return undefined;
  const near = countNear(cutIdleMs, idleMs, SAME_MS);
  const alike = near >= cutIdleMs.length * MOST ? near : 1;
  const told = alike > 1 ? `${alike} were cut ${seconds(idleMs)} after the last word` : undefined;
  const isKnown = PROXY_IDLE_MS.some((ms) => Math.abs(ms - idleMs) <= SAME_MS);
  const score = alike > HABIT ? 0.92 : isKnown ? 0.85 : alike === HABIT ? 0.7 : 0.4;
  return match(score, seenLoss(lost), told);
};

/** Silence on an idle line, and the next dial works: only the connection was forgotten. */
export const idleForgotten: Signature = (outage, { forgotten: count }) => {
  const { atServer, failures, lost, sessions } = outage;
  if (lost !== undefined && isDisowned(lost) && failures.length + sessions.length === 0) {
    const there = atServer?.lost;
    // The server has known of it: something else has said that there is none.
    const isKnown = there !== undefined && atServer?.starts.length === 0;
    return match(isKnown ? 0.62 : 0.55, seenLoss(lost), there && seenLoss(there));
  }
  if (!isForgotten(outage)) return undefined;
  const often =
    count > 1 ? `${count} idle connections fell silent, and the dial worked` : undefined;
  return match(count > HABIT ? 0.65 : 0.45, outage.lost && seenLoss(outage.lost), often);
};

/** Nothing came any more, or nothing can be dialled. */
export const networkDown: Signature = (outage) => {
  const { atServer, lost } = outage;
  const failed = seenFailures(outage, 'dial_timeout', 'dial_unreachable', 'dns');
  const both = isSilence(atServer?.lost?.label) ? atServer?.lost : undefined;
  const evidence = [lost && seenLoss(lost), failed.told, both && seenLoss(both)];
  if (isSilence(lost?.label)) {
    return match(failed.count > 0 ? 0.75 : both ? 0.65 : 0.55, ...evidence);
  }
  if (both && isCut(lost?.label)) return match(0.7, ...evidence);
  // The server has given it up, and told so when the way was there again.
  if (lost !== undefined && isUnanswered(lost)) {
    return match(lost.label === 'fin' ? 0.55 : 0.5, ...evidence);
  }
  const hasNoWay = seenFailures(outage, 'dial_unreachable').count > 0;
  if (failed.share < 0.5 || lost?.label === 'local_shutdown') return undefined;
  return match(hasNoWay ? 0.85 : lost === undefined ? 0.7 : 0.55, ...evidence);
};

/** The round trips had grown long before the end. */
export const slowNetwork: Signature = ({ lost }) => {
  const { maxRttMs = 0, rttP50Ms = 0 } = lost ?? {};
  if (lost === undefined || maxRttMs < SLOW_MS || lost.label === 'local_shutdown') return undefined;
  const isRising = maxRttMs >= 5 * Math.max(1, rttP50Ms);
  const isLate = isSilence(lost.label);
  return match(isLate && isRising ? 0.58 : isLate ? 0.5 : 0.3, seenLoss(lost));
};

/** Cut for no reason that is known here. */
export const lineCut: Signature = (outage) => {
  const { atServer, lost } = outage;
  const isOdd = lost?.label === 'unknown';
  if (lost === undefined || !(isCut(lost.label) || isOdd)) return undefined;
  const isFresh = lost.sinceInboundMs < HEARTBEAT_INTERVAL_MS + SLOW_MS;
  const other = atServer?.lost;
  const refused = seenFailures(outage, 'dial_refused');
  const evidence = [seenLoss(lost), other && seenLoss(other), refused.told];
  // The server was there all the while: something else has refused.
  if (other && refused.count > 0 && atServer?.starts.length === 0) return match(0.75, ...evidence);
  const both = other && (isCut(other.label) || isSilence(other.label)) ? 0.1 : 0;
  return match((isFresh ? 0.48 : 0.42) + both, ...evidence);
};

function byFailure(labels: readonly FailureLabel[], score: number): Signature {
  return (outage) => {
    const { count, told } = seenFailures(outage, ...labels);
    return count === 0 ? undefined : match(score, told);
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
