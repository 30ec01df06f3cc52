import { HARMLESS } from '../network-faults';
import type { RecordedEvent } from '../../events';
import { endsLife, Gauge, NONE, type Breach, type Invariant, readingLives } from './invariant';

/** How long two ends of a live link may differ, and how long after a fault. */
const LIVE_MS = 1_000;
const AFTER_FAULT_MS = 45_000;

/** A Pi, the connection that it has by the server's name for it, and the session it believes in. */
interface Pair {
  peerConnection: string | undefined;
  session: string | undefined;
}

/** A connection as its server has it. */
interface Accepted {
  readonly server: string;
  readonly device: string;
}

/** L6: client and server believe in the same session, or both in none. */
export class AgreementInvariant implements Invariant {
  readonly id = 'L6';
  readonly claim =
    'Both ends have the same session within 1 s on a live link, and within 45 s of a fault.';
  readonly meaning =
    'The Pi streams to a server that does not listen, or waits for one that never talks.';
  readonly reads = readingLives(
    'fault.began',
    'fault.ended',
    'link.accepted',
    'link.closed',
    'link.connected',
    'session.ended',
    'session.rejected',
    'session.requested',
  );
  judged = false;
  private readonly gauge = new Gauge('the two ends differed', 'ms', '<= 1 s, 45 s after a fault');
  private readonly pairs = new Map<string, Pair>();
  /** Pis whose server has another session, and since when. */
  private readonly differing = new Map<string, number>();
  /** By server and device: the session that the server has. */
  private readonly sessions = new Map<string, string>();
  private readonly accepted = new Map<string, Accepted>();
  /** By server and device: the connection that counts, which a newer one may have replaced. */
  private readonly currents = new Map<string, string>();
  private readonly paused = new Set<string>();
  private readonly faults = new Set<number>();
  private lastFaultMs = -Infinity;

  observe(event: RecordedEvent): readonly Breach[] {
    if (this.followWorld(event) || this.followEnds(event)) this.compare(event.atMs);
    return NONE;
  }

  overdue(nowMs: number): readonly Breach[] {
    if (this.differing.size === 0) return NONE;
    const breaches: Breach[] = [];
    for (const [host, sinceMs] of this.differing) {
      const breach = this.tooLong(host, sinceMs, nowMs);
      if (breach !== undefined) breaches.push(breach);
    }
    return breaches;
  }

  pending(): readonly string[] {
    return [...this.differing.keys()].map((host) => `${host}: the server has another session`);
  }

  measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  /** Whether what can be compared may have changed. */
  private followWorld(event: RecordedEvent): boolean {
    switch (event.type) {
      case 'fault.began':
        if (HARMLESS.has(event.fault)) return false;
        this.faults.add(event.id);
        this.lastFaultMs = event.atMs;
        return true;
      case 'fault.ended':
        if (this.faults.delete(event.id)) this.lastFaultMs = event.atMs;
        return true;
      case 'host.paused':
        this.paused.add(event.host);
        return true;
      case 'host.resumed':
        this.paused.delete(event.host);
        this.lastFaultMs = event.atMs;
        return true;
      default:
        if (!endsLife(event)) return false;
        this.gone(event.host);
        return true;
    }
  }

  private gone(host: string): void {
    this.paused.delete(host);
    this.pairs.delete(host);
    this.differing.delete(host);
    for (const [id, { server }] of this.accepted) if (server === host) this.accepted.delete(id);
    for (const key of [...this.sessions.keys(), ...this.currents.keys()]) {
      if (!key.startsWith(`${host}/`)) continue;
      this.sessions.delete(key);
      this.currents.delete(key);
    }
  }

  /** Whether an end has another link or session now. */
  private followEnds(event: RecordedEvent): boolean {
    const { host } = event;
    switch (event.type) {
      case 'link.accepted':
        this.accepted.set(event.connection, { server: host, device: event.device });
        this.currents.set(`${host}/${event.device}`, event.connection);
        return true;
      case 'link.connected':
        this.ofPair(host).peerConnection = event.peerConnection;
        return true;
      case 'link.closed':
        this.accepted.delete(event.connection);
        return true;
      case 'session.requested':
        if (event.device === undefined) this.ofPair(host).session = event.session;
        else this.sessions.set(`${host}/${event.device}`, event.session);
        return true;
      case 'session.ended':
      case 'session.rejected':
        if (event.device === undefined) this.ended(this.ofPair(host), event.session);
        else this.endedAtServer(`${host}/${event.device}`, event.session);
        return true;
      default:
        return false;
    }
  }

  private ended(pair: Pair, session: string): void {
    if (pair.session === session) pair.session = undefined;
  }

  private endedAtServer(key: string, session: string): void {
    if (this.sessions.get(key) === session) this.sessions.delete(key);
  }

  private ofPair(host: string): Pair {
    let pair = this.pairs.get(host);
    if (pair === undefined) {
      pair = { peerConnection: undefined, session: undefined };
      this.pairs.set(host, pair);
    }
    return pair;
  }

  private compare(nowMs: number): void {
    for (const [host, pair] of this.pairs) {
      const key = this.keyOf(host, pair);
      if (key === undefined) {
        this.differing.delete(host);
        continue;
      }
      this.judged = true;
      if (this.sessions.get(key) === pair.session) this.agreed(host, nowMs);
      else if (!this.differing.has(host)) this.differing.set(host, nowMs);
    }
  }

  /** Where the server keeps what belongs to this Pi; undefined where the two cannot be compared. */
  private keyOf(host: string, { peerConnection }: Pair): string | undefined {
    const accepted = this.accepted.get(peerConnection ?? '');
    if (accepted === undefined) return undefined;
    const { device, server } = accepted;
    const key = `${server}/${device}`;
    const isCurrent = this.currents.get(key) === peerConnection;
    return isCurrent && !this.paused.has(host) && !this.paused.has(server) ? key : undefined;
  }

  private agreed(host: string, nowMs: number): void {
    const sinceMs = this.differing.get(host);
    if (sinceMs === undefined) return;
    this.gauge.add(nowMs - sinceMs);
    this.differing.delete(host);
  }

  private tooLong(host: string, sinceMs: number, nowMs: number): Breach | undefined {
    // A fault that still lasts may slow down the word of it, but not for ever.
    const leastMs = this.faults.size === 0 ? LIVE_MS : AFTER_FAULT_MS;
    const dueMs = Math.max(sinceMs + leastMs, this.lastFaultMs + AFTER_FAULT_MS);
    if (nowMs <= dueMs) return undefined;
    this.differing.delete(host);
    const pair = this.ofPair(host);
    const other = this.sessions.get(this.keyOf(host, pair) ?? '');
    const seen = `${pair.session ?? 'none'} here and ${other ?? 'none'} at the server`;
    return { host, atMs: dueMs, expected: `one session by ${dueMs} ms`, seen };
  }
}
