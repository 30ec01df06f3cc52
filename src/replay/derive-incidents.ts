import { type Candidate, type Incident, type StoryTime } from './derivation';
import { FailedDial } from './failed-dial';
import type { FieldLink, House } from './house';
import { LostAlone } from './lost-alone';
import { LostLink } from './lost-link';
import { MisreadMessages } from './misread-messages';

/** What ended each connection, and why each dial failed: what may have been behind it. */
export function incidentsOf(house: House, time: StoryTime, latencyMs: number): Incident[] {
  return house.links
    .flatMap((link) => [
      ...endOf(house, link, time, latencyMs),
      ...new MisreadMessages(house, link, time, latencyMs).incidents(),
    ])
    .sort((a, b) => a.atMs - b.atMs);
}

function endOf(house: House, link: FieldLink, time: StoryTime, latencyMs: number): Incident[] {
  const { dialledMs: fromMs, diedMs, end, id, serverEnd } = link;
  const toldMs = Math.min(end?.atMs ?? Infinity, serverEnd?.atMs ?? Infinity);
  const atMs = Number.isFinite(toldMs) ? toldMs : (diedMs ?? Infinity);
  if (!Number.isFinite(atMs)) return [];
  const label = end?.label ?? serverEnd?.label ?? 'lost with its client';
  const Lost = house.knowsServer ? LostLink : LostAlone;
  const candidates: readonly Candidate[] =
    end?.type === 'link.failed'
      ? new FailedDial(house, link, time, latencyMs).candidates(end)
      : new Lost(house, link, time, latencyMs).candidates();
  if (candidates.every(({ faults }) => faults.length === 0)) return [];
  const shownMs = end?.type === 'link.failed' ? end.atMs : atMs;
  return [{ what: `${id} ${label}`, fromMs, atMs: shownMs, candidates }];
}
