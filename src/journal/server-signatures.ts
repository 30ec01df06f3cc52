/** What the server does: it restarts, dies, freezes, has no place, or sends a device away. */
import { REPLACED_REASON } from '../constants';
import { isDisowned, isUnanswered } from './habits';
import type { Outage } from './outages';
import {
  isCut,
  isSilence,
  match,
  seen,
  seenFailures,
  seenLoss,
  seenStart,
  type Signature,
} from './signature';

const LONG_STALL_MS = 5_000;

export const serverRestart: Signature = (outage) => {
  const { lost } = outage;
  const start = serverStart(outage, 'stopped');
  if (lost?.label === 'peer_restart') return match(0.97, seenLoss(lost), start);
  return start === undefined ? undefined : match(0.9, start, lost && seenLoss(lost));
};

export const serverKilled: Signature = (outage) => {
  const { failures, lost } = outage;
  const start = serverStart(outage, 'vanished', false);
  const refused = seenFailures(outage, 'dial_refused');
  if (lost === undefined || lost.label === 'peer_restart') return undefined;
  if (start !== undefined) return match(0.95, seenLoss(lost), refused.told, start);
  if (!isCut(lost.label) || failures[0]?.label !== 'dial_refused') return undefined;
  return match(outage.atServer === undefined ? 0.75 : 0.4, seenLoss(lost), refused.told);
};

export const serverPowerCut: Signature = (outage) => {
  const { lost } = outage;
  const start = serverStart(outage, 'vanished', true);
  if (start !== undefined) return match(0.95, lost && seenLoss(lost), start);
  const isAlone = outage.atServer === undefined;
  // Its kernel is back, and knows of no such connection.
  if (lost?.label === 'reset' && isAlone && (isDisowned(lost) || isUnanswered(lost))) {
    return match(0.52, seenLoss(lost));
  }
  const isOff = seenFailures(outage, 'dial_timeout', 'dial_unreachable');
  const isBooting = outage.failures.at(-1)?.label === 'dial_refused';
  if (!isSilence(lost?.label) || isOff.count === 0 || !isBooting) return undefined;
  return isAlone ? match(0.6, lost && seenLoss(lost), isOff.told) : undefined;
};

export const serverFrozen: Signature = (outage) => {
  const { atServer, failures, lost } = outage;
  const stall = atServer?.stalls.find(({ ms }) => ms >= LONG_STALL_MS);
  if (stall !== undefined && lost?.label !== 'local_shutdown') {
    return match(0.9, seen(stall, 'ms'), lost && seenLoss(lost));
  }
  const unwelcome = seenFailures(outage, 'no_welcome');
  if (unwelcome.count > 0) return match(0.65, lost && seenLoss(lost), unwelcome.told);
  const isDeaf = isSilence(lost?.label) && failures[0]?.label === 'dial_timeout';
  return isDeaf
    ? match(0.35, lost && seenLoss(lost), seenFailures(outage, 'dial_timeout').told)
    : undefined;
};

export const serverDown: Signature = (outage) => {
  const { failures, lost } = outage;
  const refused = seenFailures(outage, 'dial_refused');
  if (refused.share < 0.5) return undefined;
  const known = serverStart(outage, 'stopped') ?? serverStart(outage, 'vanished');
  if (lost === undefined) return match(0.85, refused.told, known);
  return match(failures.length > 2 ? 0.45 : 0.3, seenLoss(lost), refused.told, known);
};

export const noPlace: Signature = ({ lost }) =>
  lost?.label === 'busy' ? match(0.9, seenLoss(lost)) : undefined;

export const overload: Signature = ({ lost }) =>
  lost?.label === 'overload' ? match(0.9, seenLoss(lost)) : undefined;

export const serverSentAway: Signature = ({ lost }) =>
  lost?.label === 'policy' ? match(0.85, seenLoss(lost)) : undefined;

export const serverClosed: Signature = ({ lost }) =>
  lost?.label === 'peer_close' ? match(0.6, seenLoss(lost)) : undefined;

/** Two that take the connection from each other do so over and over. */
export const twoProcesses: Signature = ({ lost }, { replaced: count }) => {
  if (lost?.label !== 'replaced') return undefined;
  const often = count > 1 ? `replaced ${count} times in this journal` : undefined;
  const told = lost.reason ?? REPLACED_REASON;
  return match(count > 1 ? 0.97 : 0.8, seenLoss(lost), often ?? `the server's words: ${told}`);
};

function serverStart(
  { atServer, lost }: Outage,
  how: 'stopped' | 'vanished',
  isNewMachine?: boolean,
): string | undefined {
  if (lost?.label === 'local_shutdown') return undefined;
  const start = atServer?.starts.find(
    (life) =>
      life.before?.how === how &&
      (isNewMachine === undefined || life.isNewMachine === isNewMachine),
  );
  return start && seenStart(start);
}
