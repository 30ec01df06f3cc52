import { HARMLESS } from '../network-faults';
import type { FailureLabel, RecordedEvent } from '../../events';
import { Gauge, endsLife, DueInvariant, readingLives } from './invariant';
import { ProxyQueues } from './proxy-queues';

/**
 * The longest wait, a dial that was under way into nothing when things became good, and what the
 * next one takes over a path of seconds.
 */
const RECONNECT_MS = 75_000;

/**
 * The server has no place, or a newer connection has it, or it does not know the token; or the
 * clock of the Pi, or who looks after the certificate, is to blame.
 */
export const TURNED_AWAY: ReadonlySet<FailureLabel> = new Set<FailureLabel>([
  'auth',
  'busy',
  'replaced',
  'tls_expired',
  'tls_not_yet_valid',
]);

interface Client {
  connected: boolean;
  /** The host that it dials, where that is known. */
  readonly server: string | undefined;
}

/**
 * L1: from the moment the network and the server are good, a client is connected within 60 s, 10 s
 * more where a dial was under way into nothing, and the time of its handshake.
 */
export class ReconnectInvariant extends DueInvariant {
  readonly id = 'L1';
  readonly claim = 'A client is connected within 75 s of the network and the server being good.';
  readonly meaning = 'The house has its link back, and the Pi still says that it is offline.';
  readonly reads = readingLives(
    'fault.began',
    'fault.ended',
    'link.connected',
    'link.failed',
    'link.lost',
    'server.listening',
    'wire.closed',
    'wire.opened',
  );
  judged = false;
  private readonly gauge = new Gauge('reconnected after all was good', 'ms', '<= 75 s');
  private readonly faults = new Set<number>();
  private readonly servers = new Set<string>();
  private readonly paused = new Set<string>();
  private readonly clients = new Map<string, Client>();
  private readonly queues = new ProxyQueues();
  /** Those who waited at a Toxiproxy when something became good: it is good when their turn was. */
  private jam: readonly number[] = [];

  protected override follow(event: RecordedEvent): void {
    this.queues.observe(event);
    const wasJammed = this.jam.length > 0;
    if (wasJammed) this.jam = this.queues.waiting().filter((flow) => this.jam.includes(flow));
    const isClear = wasJammed && this.jam.length === 0;
    if (this.heed(event) || isClear) this.demand(event.atMs);
  }

  override measurements(): ReturnType<Gauge['read']> {
    return this.gauge.read();
  }

  /** Whether the event may change what is good, or who is connected. */
  private heed(event: RecordedEvent): boolean {
    const { host } = event;
    switch (event.type) {
      case 'fault.began':
        if (!HARMLESS.has(event.fault)) this.faults.add(event.id);
        return true;
      case 'fault.ended':
        this.faults.delete(event.id);
        this.jam = this.queues.waiting();
        return true;
      case 'host.started':
        if (event.program !== 'client') return false;
        this.clients.set(host, { connected: false, server: event.server });
        return true;
      case 'server.listening':
        this.servers.add(host);
        return true;
      case 'host.paused':
        this.paused.add(host);
        return true;
      case 'host.resumed':
        this.paused.delete(host);
        return true;
      case 'link.connected':
        this.connected(event);
        return true;
      case 'link.failed':
      case 'link.lost':
        this.setConnected(host, false);
        // Whoever is turned away comes back a minute later; till then nothing was good for it.
        if (TURNED_AWAY.has(event.label)) this.due.meet(host);
        return true;
      default:
        if (!endsLife(event)) return false;
        this.ended(host);
        return true;
    }
  }

  private connected({ atMs, host }: RecordedEvent): void {
    this.setConnected(host, true);
    const met = this.due.meet(host);
    if (met !== undefined) this.gauge.add(atMs - met.sinceMs);
  }

  private setConnected(host: string, connected: boolean): void {
    const client = this.clients.get(host);
    if (client !== undefined) client.connected = connected;
  }

  private ended(host: string): void {
    this.servers.delete(host);
    this.paused.delete(host);
    this.due.dropHost(host);
    this.clients.delete(host);
  }

  /** Where anything is bad, nothing is demanded; where all is good, everybody has to connect. */
  private demand(nowMs: number): void {
    for (const [host, { connected, server }] of this.clients) {
      const good = this.isGoodFor(server);
      if (!good) this.due.meet(host);
      if (!good || connected) continue;
      this.judged = true;
      this.due.begin(host, {
        host,
        sinceMs: nowMs,
        dueMs: nowMs + RECONNECT_MS,
        expected: `connected within ${RECONNECT_MS} ms of all being good`,
        what: `not connected since all is good at ${nowMs} ms`,
      });
    }
  }

  private isGoodFor(server: string | undefined): boolean {
    if (this.faults.size + this.paused.size + this.jam.length > 0) return false;
    return server === undefined ? this.servers.size > 0 : this.servers.has(server);
  }
}
