/** Journals that are written by hand, and what is told of them. */
import type { CloseRecord, LinkEvent, RecordedEvent } from '../../src/events';
import { accountText } from '../../src/journal/account-text';
import type { Account } from '../../src/journal/explain';
import type { Journal } from '../../src/journal/field-record';

export type Told = readonly [atMs: number, event: LinkEvent];

export const WALL_MS = 1_800_000_000_000;
export const started: LinkEvent = {
  type: 'host.started',
  program: 'client',
  machine: 'a',
  version: 1,
};
export const stopped: LinkEvent = {
  type: 'host.stopped',
  timers: 0,
  sockets: 0,
  dials: 0,
  devices: 0,
};
export const up = (connection: string): LinkEvent => {
  return { type: 'link.connected', connection, protocol: 'tars.v2', peerConnection: 's-1' };
};
export const lost = (record: Partial<CloseRecord>, connection = 'c1'): LinkEvent => {
  const plain = { label: 'reset', initiator: 'network', upMs: 60_000, sinceInboundMs: 20 } as const;
  return { type: 'link.lost', connection, ...plain, ...record };
};
export const failed = (
  label: Extract<LinkEvent, { type: 'link.failed' }>['label'],
  httpStatus?: number,
) =>
  ({
    ...{ type: 'link.failed', connection: 'c2', label },
    ...(httpStatus === undefined ? {} : { httpStatus }),
  }) as LinkEvent;

/** A journal that is written by hand; a start of the program begins another life. */
export function journal(...told: readonly Told[]): Journal {
  let boot = 0;
  const lines = told.map(([atMs, event], index) => {
    if (event.type === 'host.started') boot += 1;
    const stamp = { seq: index + 1, atMs, wallMs: WALL_MS + atMs, host: 'pi', boot };
    return { ...stamp, ...event } as RecordedEvent;
  });
  return { host: 'pi', program: 'client', lines, problems: [] };
}

export function causesOf(account: Account): readonly string[] {
  return account.explanations.map(({ cause, sureness }) => `${cause ?? 'nothing'}, ${sureness}`);
}

/** As a person reads it. */
export function textOf(account: Account, most?: number): string {
  const plain = (text: string): string => text;
  const style = { bold: plain, dim: plain, green: plain, red: plain };
  const timeOfDay = (wallMs: number): string => new Date(wallMs).toISOString();
  return accountText(account, { client: 'pi' }, { ...style, timeOfDay }, most);
}
