import type { AnyEvent, RecordedEvent } from '../../src/events';

/** An event, when and where. */
export type Told = readonly [atMs: number, host: string, event: AnyEvent];

/** Events as a run would record them: each in a step of its own. */
export function recorded(...events: readonly Told[]): readonly RecordedEvent[] {
  return events.map(
    ([atMs, host, event], index) =>
      ({ seq: index + 1, atMs, wallMs: 0, host, boot: 1, step: index, ...event }) as RecordedEvent,
  );
}

export const started: AnyEvent = { type: 'host.started', program: 'client', server: 'server' };
export const dialing: AnyEvent = { type: 'link.dialing', connection: 'c1', attempt: 0 };
export const connected: AnyEvent = {
  type: 'link.connected',
  connection: 'c1',
  protocol: 'tars.v2',
};
export const lost: AnyEvent = {
  type: 'link.lost',
  connection: 'c1',
  label: 'reset',
  initiator: 'network',
  upMs: 1,
  sinceInboundMs: 1,
};
export const stopping: AnyEvent = { type: 'host.stopping', signal: 'SIGTERM' };

export function client(to: string): AnyEvent {
  return { type: 'state.changed', machine: 'client', from: 'x', to, cause: 'x' };
}
