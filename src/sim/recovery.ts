/**
 * How soon all is well again after a fault, and what was lost meanwhile. Invariants judge; this
 * measures, from the same events, and changes nothing. docs/recovery.md says what is counted how.
 *
 *   recovery          this file: hands the events of a run to the clients whom they concern
 *   recovery-client   one client: its link dies, is noticed, comes back, and the hotword works
 *   recovery-sound    one session: what was said in it and never arrived
 *   recovery-blame    which fault it is put down to
 *   recovery-tally    the figures of a run, of a campaign, of its shards
 *   histogram         many durations in bounded memory
 */
import { soundMs } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import type { Breach } from './invariants/invariant';
import { PrivacyInvariant } from './invariants/s07-privacy';
import { ClientRecovery } from './recovery-client';
import { RecoveryTally, type Recovery } from './recovery-tally';

/** Measures the recoveries of a run. */
export class RecoveryMeter {
  private readonly tally = new RecoveryTally();
  private readonly clients = new Map<string, ClientRecovery>();
  private readonly faultsOn = new Map<number, EventOf<'fault.began'>>();
  /** Servers of ours that have listened. */
  private readonly servers = new Set<string>();
  private readonly privacy = new PrivacyInvariant();
  /** The world is being shut down, and nobody recovers any more. */
  private isOver = false;

  observe(event: RecordedEvent): void {
    if (event.type === 'wire.delivered') this.clients.get(event.to)?.heard(event.atMs);
    else if (event.host === 'world') this.observeWorld(event);
    else this.observeHost(event);
  }

  /** What was measured so far; at `nowMs`, without a further event. */
  read(nowMs: number): Recovery {
    this.settle();
    for (const breach of this.privacy.overdue(nowMs)) this.wasOpen(breach, nowMs - breach.atMs);
    return this.tally.read();
  }

  private observeWorld(event: RecordedEvent): void {
    switch (event.type) {
      case 'wire.opened':
        this.clients.get(event.from)?.dialled(event.to);
        return;
      case 'fault.began':
        this.faultsOn.set(event.id, event);
        for (const client of this.clients.values()) client.faultBegan(event);
        return;
      case 'fault.ended':
        this.faultsOn.delete(event.id);
        for (const client of this.clients.values()) client.faultEnded(event);
        return;
      case 'phase.changed':
        if (event.phase === 'shutdown') this.settle();
        return;
      default:
    }
  }

  private observeHost(event: RecordedEvent): void {
    if (event.type === 'host.started' && event.program === 'client') this.clientStarted(event);
    const client = this.clients.get(event.host);
    if (client === undefined) this.observeServer(event);
    else this.observeClient(event, client);
  }

  /** A fault may be older than the client. */
  private clientStarted({ host, server = '' }: EventOf<'host.started'>): void {
    if (this.clients.has(host)) return;
    const client = new ClientRecovery(host, server, this.servers, this.tally);
    for (const fault of this.faultsOn.values()) client.faultBegan(fault);
    this.clients.set(host, client);
  }

  private observeClient(event: RecordedEvent, client: ClientRecovery): void {
    if (this.privacy.reads.has(event.type)) this.watchMicrophone(event);
    if (!this.isOver) client.observe(event);
  }

  private observeServer(event: RecordedEvent): void {
    if (this.isOver) return;
    if (event.type === 'server.listening') this.servers.add(event.host);
    for (const client of this.clients.values()) client.observeOther(event);
  }

  /** Sound that should not have left, or the time for which the ear was open to the speaker. */
  private watchMicrophone(event: RecordedEvent): void {
    for (const breach of this.privacy.observe(event)) {
      const hasLeft = event.type === 'audio.sent' && breach.atMs === event.atMs;
      this.wasOpen(breach, hasLeft ? soundMs(event.bytes) : event.atMs - breach.atMs);
    }
  }

  private wasOpen({ host }: Breach, ms: number): void {
    const fault = this.clients.get(host)?.anyFault();
    if (fault !== undefined) this.tally.add('microphone_open', fault, ms);
  }

  private settle(): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const client of this.clients.values()) client.settle();
  }
}
