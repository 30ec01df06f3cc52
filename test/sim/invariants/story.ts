/** What the tests of the invariants share: a story is told to one of them, event by event. */
import type { AnyEvent, CloseRecord, FailureLabel, RecordedEvent } from '../../../src/events';
import type { Breach, Invariant } from '../../../src/sim/invariants/invariant';
import { Jury } from '../../../src/sim/invariants/jury';

/** Stamps events, tells them to an invariant, and keeps what it has against them. */
export class Story {
  readonly breaches: Breach[] = [];
  private readonly boots = new Map<string, number>();
  private seq = 0;
  private step = 0;
  private atMs = 0;

  private readonly jury: Jury;

  constructor(readonly invariant: Invariant) {
    this.jury = new Jury([invariant], (_, breach) => this.breaches.push(breach));
  }

  /** What happens on a host at an instant, all in one step. A start begins a new life there. */
  at(atMs: number, host: string, ...events: readonly AnyEvent[]): this {
    this.step += 1;
    this.atMs = atMs;
    for (const event of events) this.tell(host, event);
    return this;
  }

  /** Time passes, and nothing happens any more. */
  endAt(atMs: number): this {
    this.jury.pass(atMs);
    return this;
  }

  get verdict(): 'held' | 'broken' | 'unknown' {
    if (this.breaches.length > 0) return 'broken';
    return this.invariant.judged ? 'held' : 'unknown';
  }

  /** The breaches as a reader sees them. */
  get told(): readonly string[] {
    return this.breaches.map(
      ({ atMs, expected, host, seen }) => `${atMs} ${host}: ${expected}; ${seen}`,
    );
  }

  private tell(host: string, event: AnyEvent): void {
    if (event.type === 'host.started') this.boots.set(host, (this.boots.get(host) ?? 0) + 1);
    this.seq += 1;
    const { atMs, seq, step } = this;
    const stamp = { seq, atMs, wallMs: 0, host, boot: this.boots.get(host) ?? 1, step };
    this.jury.observe({ ...stamp, ...event } as RecordedEvent);
  }
}

export const started: AnyEvent = { type: 'host.started', program: 'client' };
export const serverStarted: AnyEvent = { type: 'host.started', program: 'server' };
export const paused: AnyEvent = { type: 'host.paused' };
export const stopping: AnyEvent = { type: 'host.stopping', signal: 'SIGTERM' };
export const killed: AnyEvent = { type: 'host.killed' };
/** Something that matters to no invariant: time passes. */
export const tick: AnyEvent = { type: 'wire.opened', flow: 1, from: 'a', to: 'b' };

export function resumed(pausedMs: number): AnyEvent {
  return { type: 'host.resumed', pausedMs };
}

export function stopped(
  left: Partial<Record<'timers' | 'sockets' | 'dials' | 'devices', number>> = {},
): AnyEvent {
  return { type: 'host.stopped', timers: 0, sockets: 0, dials: 0, devices: 0, ...left };
}

export function dialing(connection: string): AnyEvent {
  return { type: 'link.dialing', connection, attempt: 0 };
}

export function connected(connection: string, protocol: 'base' | 'tars.v2' = 'tars.v2'): AnyEvent {
  return { type: 'link.connected', connection, protocol };
}

export function accepted(connection: string, device: string): AnyEvent {
  return { type: 'link.accepted', connection, device, protocol: 'tars.v2' };
}

export function failed(connection: string, label: FailureLabel = 'dial_refused'): AnyEvent {
  return { type: 'link.failed', connection, label };
}

export function lost(connection: string, record: Partial<CloseRecord> = {}): AnyEvent {
  const plain = { label: 'reset', initiator: 'network', upMs: 0, sinceInboundMs: 0 } as const;
  return { type: 'link.lost', connection, ...plain, ...record };
}

export function closed(connection: string): AnyEvent {
  return { type: 'link.closed', connection };
}

export function pinged(connection: string): AnyEvent {
  return { type: 'heartbeat.sent', connection };
}

export function ponged(connection: string): AnyEvent {
  return { type: 'heartbeat.pong', connection, rttMs: 1 };
}

export function client(to: string, cause = 'test'): AnyEvent {
  return { type: 'state.changed', machine: 'client', from: 'before', to, cause };
}

export function conversation(to: string, device = 'kitchen'): AnyEvent {
  return {
    type: 'state.changed',
    machine: 'conversation',
    from: 'before',
    to,
    cause: 'test',
    device,
  };
}

export function hears(purpose: 'hotword' | 'session' | 'nothing'): AnyEvent {
  return { type: 'microphone.listening', purpose };
}

export function requested(session: string): AnyEvent {
  return { type: 'session.requested', session, trigger: 'hotword' };
}

export function sessionStarted(session: string, connection = 'c1', device?: string): AnyEvent {
  const where = device === undefined ? {} : { device };
  return { type: 'session.started', session, connection, ...where };
}

export function sessionEnded(session: string, reason = 'user', device?: string): AnyEvent {
  const where = device === undefined ? {} : { device };
  return { type: 'session.ended', session, reason, ...where };
}
