import type { EventOf, EventType, RecordedEvent } from '../events';
import { HotwordEar } from './invariants/hotword-ear';
import { endsLife } from './invariants/invariant';
import { TURNED_AWAY } from './invariants/l01-reconnect';
import { Blame, cutsLinks, hindersDials, type Suspect } from './recovery-blame';
import { SessionSound, type FindSuspect } from './recovery-sound';
import { NO_FAULT, type Quantity, type RecoveryTally } from './recovery-tally';

/**
 * A heartbeat, the wait for its pong, and what a stall is forgiven: for so long the other end may
 * go on to send over a link that is cut one way. So a fault that was over for longer when the last
 * byte came in did not cut it.
 */
const JUST_ENDED_MS = 45_000;

/** A host on the way is there again. */
const COMEBACKS: ReadonlySet<EventType> = new Set<EventType>([
  'host.resumed',
  'host.started',
  'server.listening',
]);

/** Something has begun that is to be over, and whom it is put down to. */
interface Stage {
  readonly sinceMs: number;
  suspect: Suspect | undefined;
}

/**
 * What one client goes through, in the time of its host: while that stands still, or has no power,
 * no time passes.
 *
 *   connected ... the link is dead ... lost ... the way is clear ... connected ... listening
 *                 '-- until noticed --'                '-- until ----'
 *                                      '-- until connected ----------'-- until --'
 */
export class ClientRecovery {
  private readonly host: string;
  private readonly server: string;
  private readonly servers: ReadonlySet<string>;
  private readonly tally: RecoveryTally;
  private readonly blame: Blame;
  /** The server that it dials, and the Toxiproxy before it. */
  private readonly way = new Set<string>();
  private ear = new HotwordEar();
  private nowMs = 0;
  private stoodMs = 0;
  private pausedAtMs: number | undefined;
  private isOff = false;
  private wasEverOff = false;
  /** Undefined where nobody tells of the wire. */
  private heardMs: number | undefined;
  /** Since when nothing is in the way of a dial, as far as anybody tells. */
  private clearMs = -Infinity;
  /** Without a link. */
  private away: Stage | undefined;
  /** With a link, and not listening yet. */
  private deaf: Stage | undefined;
  private sound: SessionSound | undefined;

  /** @param servers - those of ours that have listened: a script lets in whom it likes. */
  constructor(host: string, server: string, servers: ReadonlySet<string>, tally: RecoveryTally) {
    this.host = host;
    this.server = server;
    this.servers = servers;
    this.tally = tally;
    this.way.add(server);
    this.blame = new Blame((hosts) =>
      hosts.every((each) => each === this.host || this.way.has(each)),
    );
  }

  /** Bytes came in. */
  heard(atMs: number): void {
    this.heardMs = this.timeAt(atMs);
  }

  dialled(to: string): void {
    this.way.add(to);
  }

  faultBegan(event: EventOf<'fault.began'>): void {
    this.blame.began(event, this.timeAt(event.atMs));
  }

  /**
   * What lasted until now was in the way of dials. What struck at once was in nobody's way for
   * long, and is to blame for no wait but its own.
   */
  faultEnded(event: EventOf<'fault.ended'>): void {
    const nowMs = this.timeAt(event.atMs);
    const ended = this.blame.ended(event, nowMs);
    if (ended === undefined || !hindersDials(ended.fault)) return;
    this.clearMs = nowMs;
    if (this.away !== undefined && ended.sinceMs < nowMs) this.away.suspect = ended;
  }

  /** The kind of the last fault that was on or has just ended, whatever it does. */
  anyFault(): string {
    return nameOf(this.suspect());
  }

  /** Takes an event of this host. */
  observe(event: RecordedEvent): void {
    if (event.type === 'host.started') this.started(event);
    this.nowMs = this.timeAt(event.atMs);
    if (this.isOff) return;
    if (endsLife(event)) this.ended();
    else this.follow(event);
  }

  /** Takes an event of any host but a client. */
  observeOther(event: RecordedEvent): void {
    if (COMEBACKS.has(event.type) && this.way.has(event.host)) {
      this.clearMs = this.timeAt(event.atMs);
    }
    this.sound?.observe(event, false);
  }

  /** No more of what was said will arrive. */
  settle(): void {
    this.sound?.settle((quantity, suspect, ms) => this.tell(quantity, suspect, ms));
    this.sound = undefined;
  }

  private follow(event: RecordedEvent): void {
    switch (event.type) {
      case 'host.paused':
        this.pausedAtMs = event.atMs;
        return;
      case 'host.resumed':
        this.goOn(event.atMs);
        return;
      case 'link.connected':
        this.connected();
        break;
      case 'link.failed':
        this.failed(event);
        return;
      case 'link.lost':
        this.lost(event);
        return;
      case 'session.requested':
        this.requested(event.session);
        return;
      default:
        this.sound?.observe(event, true);
    }
    this.listen(event);
  }

  /** A machine that is up again has its link back when it is connected. */
  private started({ atMs }: RecordedEvent): void {
    this.goOn(atMs);
    this.isOff = false;
    this.ear = new HotwordEar();
    this.heardMs = undefined;
    if (!this.wasEverOff) return;
    const sinceMs = this.timeAt(atMs);
    this.nowMs = sinceMs;
    this.away = { sinceMs, suspect: this.suspect(cutsLinks) };
    this.clearMs = -Infinity;
  }

  /** What was under way is not measured: nobody is there to notice. */
  private ended(): void {
    this.isOff = true;
    this.wasEverOff = true;
    this.away = undefined;
    this.deaf = undefined;
    this.sound = undefined;
  }

  /** Who was never connected notices by its first dial. */
  private failed({ label }: EventOf<'link.failed'>): void {
    this.away ??= { sinceMs: this.nowMs, suspect: this.suspect(hindersDials) };
    if (TURNED_AWAY.has(label)) this.clearMs = this.nowMs;
  }

  private lost({ label, sinceInboundMs }: EventOf<'link.lost'>): void {
    if (label === 'local_shutdown') return;
    const { nowMs } = this;
    const heardMs = this.heardMs ?? nowMs - sinceInboundMs;
    const suspect = this.blame.latest(heardMs - JUST_ENDED_MS, cutsLinks);
    const deadMs = Math.max(heardMs, suspect?.sinceMs ?? -Infinity);
    this.tell('dead_until_noticed', suspect, nowMs - deadMs);
    this.away = { sinceMs: nowMs, suspect };
    this.clearMs = -Infinity;
    this.deaf = undefined;
  }

  private connected(): void {
    const { away, nowMs } = this;
    if (away === undefined) return;
    const { sinceMs, suspect } = away;
    this.tell('noticed_until_connected', suspect, nowMs - sinceMs);
    const clearMs = Math.max(sinceMs, this.clearMs);
    if (this.servers.has(this.server)) this.tell('clear_until_connected', suspect, nowMs - clearMs);
    this.away = undefined;
    this.deaf = { sinceMs: nowMs, suspect };
  }

  private listen(event: RecordedEvent): void {
    this.ear.observe(event);
    const { deaf, ear } = this;
    // A device that does not work has nothing to do with the link.
    if (ear.isBroken) this.deaf = undefined;
    if (deaf === undefined || !ear.works) return;
    this.tell('connected_until_listening', deaf.suspect, this.nowMs - deaf.sinceMs);
    this.deaf = undefined;
  }

  /** Who is asked for a session listens already, or was woken by hand. */
  private requested(session: string): void {
    this.deaf = undefined;
    this.settle();
    const findSuspect: FindSuspect = (counts) => this.away?.suspect ?? this.suspect(counts);
    this.sound = new SessionSound(session, findSuspect);
  }

  private suspect(counts?: (fault: string) => boolean): Suspect | undefined {
    return this.blame.latest(this.nowMs - JUST_ENDED_MS, counts);
  }

  private goOn(atMs: number): void {
    this.stoodMs += atMs - (this.pausedAtMs ?? atMs);
    this.pausedAtMs = undefined;
  }

  private timeAt(atMs: number): number {
    return (this.pausedAtMs ?? atMs) - this.stoodMs;
  }

  private tell(quantity: Quantity, suspect: Suspect | undefined, ms: number): void {
    this.tally.add(quantity, nameOf(suspect), ms);
  }
}

function nameOf(suspect: Suspect | undefined): string {
  return suspect?.fault ?? NO_FAULT;
}
