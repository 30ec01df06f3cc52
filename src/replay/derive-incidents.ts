import { PONG_TIMEOUT_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import type { FaultInput } from '../sim/network-faults';
import {
  CLIENT,
  lasting,
  SERVER,
  type Candidate,
  type Incident,
  type StoryTime,
} from './derivation';
import { stalledSince, type FieldLife, type FieldLink, type House } from './house';

/** Nothing of its own: it follows from what else happened. */
const NATURAL: Candidate = { cause: 'it follows from the rest', faults: [] };
const KIND: Readonly<Record<string, 'close' | 'reset'>> = { fin: 'close', reset: 'reset' };
/** A byte of the first frame after the answer to an upgrade, which has 162 bytes of its own. */
const IN_THE_WELCOME = 170;

type Way = 'both' | 'upstream' | 'downstream';

const between: [string, string] = [CLIENT, SERVER];
/** After the last that was heard; what came next would have come later still. */
const SOON_MS = 5;
/** What one end tells within so long after the other is about the same thing. */
const TOGETHER_MS = 400;

/** What ended each connection, and why each dial failed: what may have been behind it. */
export function incidentsOf(house: House, time: StoryTime, latencyMs: number): Incident[] {
  return house.links
    .flatMap((link) => new EndOfLink(house, link, time, latencyMs).incidents())
    .sort((a, b) => a.atMs - b.atMs);
}

class EndOfLink {
  private readonly house: House;
  private readonly link: FieldLink;
  private readonly time: StoryTime;
  private readonly latencyMs: number;

  constructor(house: House, link: FieldLink, time: StoryTime, latencyMs: number) {
    this.house = house;
    this.link = link;
    this.time = time;
    this.latencyMs = latencyMs;
  }

  incidents(): Incident[] {
    const { end } = this.link;
    if (end?.type === 'link.failed') return this.incident(end.atMs, end.label, this.failed(end));
    const atMs = Math.min(end?.atMs ?? Infinity, this.link.serverEnd?.atMs ?? Infinity);
    if (!Number.isFinite(atMs)) return [];
    const label = end?.label ?? this.link.serverEnd?.label ?? '';
    return this.incident(atMs, label, this.house.knowsServer ? this.lost() : this.lostAlone());
  }

  private incident(atMs: number, label: string, candidates: readonly Candidate[]): Incident[] {
    const isNothing = candidates.every(({ faults }) => faults.length === 0);
    if (candidates.length === 0 || isNothing) return [];
    return [{ what: `${this.link.id} ${label}`, fromMs: this.link.dialledMs, atMs, candidates }];
  }

  // Dials.

  private failed({ atMs, httpStatus, label }: EventOf<'link.failed'>): Candidate[] {
    const { dialledMs } = this.link;
    const whole = { at: this.time.at(dialledMs), for: lasting(atMs - dialledMs + 1) };
    switch (label) {
      case 'dns':
        return [one('no name could be resolved', { kind: 'dns', host: CLIENT, ...whole })];
      case 'dial_unreachable':
        return [one('no route', { kind: 'unreachable', host: CLIENT, ...whole })];
      case 'dial_refused':
        if (!this.serverRan(atMs)) return [];
        return [one('nothing listened', { kind: 'refused', host: SERVER, ...whole })];
      case 'auth':
      case 'http_status':
        return [this.answered(httpStatus ?? 401, whole)];
      case 'tls':
      case 'tls_expired':
      case 'tls_not_yet_valid':
        return this.tlsFailed(label, whole);
      case 'dial_closed':
        return this.dialClosed(atMs);
      case 'dial_timeout':
        return this.dialTimedOut(whole);
      case 'no_welcome':
        return this.unwelcome();
      case 'protocol_error':
        return this.garbled('downstream', atMs);
      case 'fin':
      case 'reset':
        return this.brokeOpen(label, atMs);
      case 'local_shutdown':
        return this.link.serverEnd?.label === 'peer_close' ? [...this.unwelcome(), NATURAL] : [];
      default:
        return [];
    }
  }

  private answered(status: number, whole: Whole): Candidate {
    const known = ([200, 302, 401, 503] as const).find((each) => each === status) ?? 503;
    const fault: FaultInput = { kind: 'upgrade_answered', between, status: known, ...whole };
    return one(`a proxy or a portal answered ${known}`, fault);
  }

  private tlsFailed(label: string, whole: Whole): Candidate[] {
    const code =
      label === 'tls_expired'
        ? 'CERT_HAS_EXPIRED'
        : label === 'tls_not_yet_valid'
          ? 'CERT_NOT_YET_VALID'
          : 'DEPTH_ZERO_SELF_SIGNED_CERT';
    return [
      one('the certificate was not taken', { kind: 'tls', between, code, ...whole }),
      { cause: 'the clock was wrong', faults: [] },
    ];
  }

  private dialClosed(atMs: number): Candidate[] {
    const { accepted, dialledMs } = this.link;
    const at = this.time.at(atMs);
    if (!this.serverRan(dialledMs + this.latencyMs)) return this.closedByProxy(at);
    // What asked for the upgrade did not get to the server either.
    const askedMs = dialledMs + (this.house.trips - 2) * this.latencyMs + 1;
    const unheard =
      this.house.knowsServer && accepted === undefined && askedMs <= atMs
        ? [this.silence('upstream', askedMs)]
        : [];
    return (['reset', 'close'] as const).map((kind) => ({
      cause: `a ${kind === 'reset' ? 'reset' : 'FIN'} came before it was a link`,
      faults: [...unheard, { kind, between, at, direction: 'downstream' }, ...this.serverSide()],
    }));
  }

  /** Somebody took the dial although the server was off, and hung up. */
  private closedByProxy(at: ReturnType<StoryTime['at']>): Candidate[] {
    const proxy: FaultInput = {
      ...{
        kind: 'toxic',
        type: 'latency',
        attributes: { latency: 0, jitter: 0 },
        stream: 'upstream',
      },
      ...{ toxicity: 1, between, at, for: lasting(1) },
    } as FaultInput;
    const hangsUp: FaultInput = { kind: 'close', between, at, direction: 'downstream' };
    return [{ cause: 'a proxy took the dial, and hung up', faults: [proxy, hangsUp] }, NATURAL];
  }

  /** What ended the server's side, where that is no consequence of what ended the client's. */
  private serverSide(): FaultInput[] {
    const { serverEnd } = this.link;
    if (serverEnd === undefined || !isBroken(serverEnd)) return [];
    const kind = serverEnd.label === 'fin' ? 'close' : 'reset';
    return [{ kind, between, at: this.time.at(serverEnd.atMs), direction: 'upstream' }];
  }

  private dialTimedOut(whole: Whole): Candidate[] {
    const { accepted, dialledMs } = this.link;
    const isOff = this.isOffFor(dialledMs);
    const isLate = stalledSince(this.house.serverEvents, accepted?.atMs ?? Infinity) !== undefined;
    if (accepted !== undefined && isLate) {
      return [{ cause: 'the server stood still', faults: [] }];
    }
    if (accepted !== undefined) {
      const at = this.time.at(accepted.atMs);
      const ways = this.serverHeardNoMore() ? 'both' : 'downstream';
      return [one('the answer was lost', { kind: 'silence', between, at, direction: ways })];
    }
    const lost = one('dials were lost', { kind: 'lost_dials', between, ...whole });
    const natural: Candidate = { cause: 'the server was not there', faults: [] };
    return isOff || this.wasStalled(dialledMs) ? [natural, lost] : [lost, natural];
  }

  /** It was upgraded, and what should have welcomed it was none. */
  private unwelcome(): Candidate[] {
    const { accepted, dialledMs } = this.link;
    const sentMs = accepted?.atMs ?? dialledMs + (this.house.trips - 1) * this.latencyMs;
    const fault: FaultInput = {
      ...{ kind: 'corruption', between, direction: 'downstream', spread: 'fixed' },
      every: IN_THE_WELCOME,
      at: this.time.at(sentMs),
      for: lasting(this.latencyMs + 2),
    };
    return [one('its welcome did not come as it was sent', fault)];
  }

  private brokeOpen(label: 'fin' | 'reset', atMs: number): Candidate[] {
    const kind = label === 'fin' ? 'close' : 'reset';
    const at = this.time.at(atMs + SOON_MS);
    const broken: FaultInput = { kind, between, at, direction: 'downstream' };
    const [welcome] = this.unwelcome();
    return [
      {
        cause: `${welcome?.cause}, and it was broken then`,
        faults: [...(welcome?.faults ?? []), broken],
      },
      NATURAL,
    ];
  }

  // Links, where both ends tell.

  private lost(): Candidate[] {
    const { end, serverEnd } = this.link;
    const parts = [...this.deafness(), ...this.breaks(), ...this.suppressed()];
    const faults = parts.flatMap((part) => part.faults);
    const words = parts.map(({ cause }) => cause).filter((cause) => cause !== '');
    const main: Candidate = { cause: words.join(', and '), faults };
    const garbled = [
      ...(end?.label === 'protocol_error' ? this.garbled('downstream', end.atMs) : []),
      ...(serverEnd?.label === 'protocol_error' ? this.garbled('upstream', serverEnd.atMs) : []),
    ];
    if (garbled.length > 0) return [...garbled, NATURAL];
    if (faults.length === 0) return [];
    return [main, NATURAL, ...this.alreadyDead(main), ...this.otherWays(faults)];
  }

  /** The client had heard nothing for a while, and nothing of it was heard, when it was broken. */
  private alreadyDead({ cause, faults }: Candidate): Candidate[] {
    const { end } = this.link;
    if (end?.type !== 'link.lost' || end.sinceInboundMs < 1_000) return [];
    const silent = this.silence('both', end.atMs - end.sinceInboundMs + 1);
    return [{ cause: `nothing had passed for a while, and ${cause}`, faults: [silent, ...faults] }];
  }

  /** What either end had to wait for in vain. */
  private deafness(): Candidate[] {
    const { end, serverEnd } = this.link;
    const found: Candidate[] = [];
    if (end?.type === 'link.lost' && end.label === 'heartbeat_timeout') {
      const heardMs = end.atMs - end.sinceInboundMs;
      const isExplained =
        this.wasStalledBefore(CLIENT, end.atMs) ||
        this.serverStood(end.atMs) ||
        !this.serverRan(heardMs + 1);
      if (!isExplained) {
        found.push(
          one(
            'nothing came from the server any more',
            this.silence('downstream', this.silentFrom(end)),
          ),
        );
      }
    }
    if (serverEnd !== undefined) {
      const heardMs = serverEnd.atMs - serverEnd.sinceInboundMs;
      if (this.isUpstreamDead(heardMs)) {
        found.push(
          one('nothing came from the client any more', this.silence('upstream', heardMs + SOON_MS)),
        );
      }
    }
    return found;
  }

  /** A server's ping that came with the client's own counts for nothing, and is lost as well. */
  private silentFrom({ atMs, sinceInboundMs }: EventOf<'link.lost'>): number {
    const isTie = Math.abs(sinceInboundMs - PONG_TIMEOUT_MS) <= 2;
    return atMs - sinceInboundMs + (isTie ? -SOON_MS : SOON_MS);
  }

  /** What came to either end from somewhere else than the other. */
  private breaks(): Candidate[] {
    const { end, serverEnd } = this.link;
    const atClientMs = this.brokenAtClientMs();
    const atServerMs = this.brokenAtServerMs();
    if (atClientMs !== undefined && atServerMs !== undefined) {
      const isOne = Math.abs(atClientMs - atServerMs) <= 1 && end?.label === serverEnd?.label;
      if (isOne) {
        const kind = KIND[end?.label ?? ''] ?? 'close';
        // Not before what it broke was there.
        const upMs = (this.link.connected?.atMs ?? -Infinity) + 2;
        const at = this.time.at(Math.max(upMs, Math.min(atClientMs, atServerMs)));
        return [one(`a ${end?.label} came to both ends`, { kind, between, at })];
      }
    }
    return [
      ...this.breakAt('downstream', atClientMs, end?.label),
      ...this.breakAt('upstream', atServerMs, serverEnd?.label),
    ];
  }

  private breakAt(
    direction: Way,
    atMs: number | undefined,
    label: string | undefined,
  ): Candidate[] {
    const kind = KIND[label ?? ''];
    if (atMs === undefined || kind === undefined) return [];
    const whose = direction === 'downstream' ? 'client' : 'server';
    return [
      one(`a ${label} came to the ${whose}`, { kind, between, direction, at: this.time.at(atMs) }),
    ];
  }

  /** When something other than the server ended the client's side; undefined where nothing did. */
  private brokenAtClientMs(): number | undefined {
    const { end, serverEnd } = this.link;
    if (end === undefined || KIND[end.label] === undefined || this.serverLeftAt(end.atMs)) return;
    if (this.isConsequence(CLIENT, end.atMs, serverEnd?.atMs)) return;
    return this.inStall(CLIENT, end.atMs, serverEnd?.atMs);
  }

  private brokenAtServerMs(): number | undefined {
    const { diedMs, end, serverEnd } = this.link;
    if (serverEnd === undefined || !isBroken(serverEnd)) return;
    const lostMs = serverEnd.atMs;
    if (diedMs !== undefined && this.clientDied(lostMs - this.togetherMs(), lostMs)) return;
    const canBeHeard = end?.label !== 'reset' && end?.label !== 'dial_closed';
    if (canBeHeard && this.isConsequence(SERVER, lostMs, end?.atMs)) return;
    return this.inStall(SERVER, lostMs, end?.atMs);
  }

  /** One end knew it long before the other, which so cannot have heard of it from that. */
  private suppressed(): Candidate[] {
    const { end, serverEnd } = this.link;
    const [clientMs, serverMs] = [end?.atMs ?? Infinity, serverEnd?.atMs ?? Infinity];
    if (Math.abs(clientMs - serverMs) <= this.togetherMs()) return [];
    const isRead =
      clientMs < serverMs
        ? this.isConsequence(SERVER, serverMs, clientMs)
        : this.isConsequence(CLIENT, clientMs, serverMs);
    if (isRead) return [];
    const firstMs = Math.min(clientMs, serverMs);
    const isServerLeft = serverMs === Infinity && !this.serverRan(clientMs + this.togetherMs());
    if (isServerLeft || firstMs === Infinity) return [];
    if (clientMs === Infinity && this.link.diedMs === undefined) return [];
    return [{ cause: 'the other end was not told', faults: [this.silence('both', firstMs)] }];
  }

  /** Whether one end can have heard of it from the other, which was the first to know. */
  private isConsequence(
    host: typeof CLIENT | typeof SERVER,
    atMs: number,
    firstMs = Infinity,
  ): boolean {
    const sinceMs = atMs - firstMs;
    const readMs = stalledSince(this.eventsOf(host), atMs);
    const couldReadMs = readMs === undefined || sinceMs < 0 ? 0 : atMs - readMs;
    const isSoon = sinceMs <= this.togetherMs() + couldReadMs;
    return sinceMs >= Math.max(1, this.latencyMs - 1) && isSoon;
  }

  private togetherMs(): number {
    return TOGETHER_MS + 2 * this.latencyMs;
  }

  /** A program that stood still has found out when it went on: what it found had come before. */
  private inStall(host: typeof CLIENT | typeof SERVER, atMs: number, otherMs = Infinity): number {
    const fromMs = stalledSince(this.eventsOf(host), atMs);
    if (fromMs === undefined) return atMs;
    return otherMs >= fromMs && otherMs < atMs ? otherMs : atMs - 1;
  }

  private eventsOf(host: typeof CLIENT | typeof SERVER): readonly RecordedEvent[] {
    return host === CLIENT ? this.house.clientEvents : this.house.serverEvents;
  }

  /** Each of its faults alone, or at both ends. */
  private otherWays(faults: readonly FaultInput[]): Candidate[] {
    const alone = faults.length > 1 ? faults.map((fault) => one('only one of these', fault)) : [];
    const both = faults
      .filter((fault) => 'direction' in fault && fault.direction !== 'both')
      .map((fault) => one('in both directions', { ...fault, direction: 'both' } as FaultInput));
    return [...alone, ...both];
  }

  private silence(direction: Way, atMs: number): FaultInput {
    return { kind: 'silence', between, direction, at: this.time.at(atMs) };
  }

  /** Whether what the client sent after that cannot have arrived at a server that was there. */
  private isUpstreamDead(heardMs: number): boolean {
    const { diedMs, end, serverEnd } = this.link;
    if (serverEnd === undefined || !this.serverRan(serverEnd.atMs - 1)) return false;
    if (this.wasStalledBefore(SERVER, serverEnd.atMs)) return false;
    if (serverEnd.label === 'heartbeat_timeout') {
      if (diedMs !== undefined && this.clientDied(heardMs, serverEnd.atMs)) return false;
      return !this.wasStalledBefore(CLIENT, serverEnd.atMs);
    }
    if (serverEnd.label !== 'replaced' && serverEnd.label !== 'local_shutdown') return false;
    // The end of the client's side would have been heard.
    const wentMs = end?.atMs;
    return wentMs !== undefined && serverEnd.atMs - wentMs > 2 * this.latencyMs + 5;
  }

  private clientDied(fromMs: number, untilMs: number): boolean {
    return this.house.client.some(
      ({ end, endMs, nextMs }) =>
        (end === 'lost_power' || end === 'killed') &&
        endMs <= untilMs &&
        (nextMs ?? Infinity) >= fromMs,
    );
  }

  // Links, where the client alone tells.

  private lostAlone(): Candidate[] {
    const { end } = this.link;
    if (end?.type !== 'link.lost') return [];
    const at = this.time.at(end.atMs);
    switch (end.label) {
      case 'heartbeat_timeout': {
        if (this.wasStalledBefore(CLIENT, end.atMs)) return [NATURAL];
        const silentMs = this.silentFrom(end);
        return [
          one('nothing passed any more, and nobody said so', this.silence('both', silentMs)),
          one('nothing came from the server any more', this.silence('downstream', silentMs)),
        ];
      }
      case 'fin':
        return [
          one('something on the way closed it', { kind: 'close', between, at }),
          one('the server was killed', this.serverEnds('kill', end.atMs)),
        ];
      case 'reset':
        return [
          one('something on the way reset it', { kind: 'reset', between, at }),
          one('the server was killed', this.serverEnds('kill', end.atMs)),
        ];
      case 'peer_restart':
        return [one('the server was restarted', this.serverEnds('restart', end.atMs))];
      case 'protocol_error':
        return this.garbled('downstream', end.atMs);
      default:
        return [];
    }
  }

  private serverEnds(kind: 'kill' | 'restart', atMs: number): FaultInput {
    const fromMs = atMs - this.latencyMs;
    const next = this.house.links.find(
      ({ dialledMs, end }) => dialledMs >= atMs && end?.label !== 'dial_refused',
    );
    const untilMs = next === undefined ? this.house.untilMs : next.dialledMs;
    return { kind, host: SERVER, at: this.time.at(fromMs), for: lasting(untilMs - fromMs) };
  }

  /** A message, or the header of one, that was changed on its way. */
  private garbled(direction: 'upstream' | 'downstream', atMs: number): Candidate[] {
    return [1, 2, 3, 1].flatMap((every, index) =>
      [0, 1].map((earlier) =>
        one('what came was garbled', {
          ...{ kind: 'corruption', between, direction, every, spread: 'fixed' },
          at: this.time.at(atMs - earlier - (index === 3 ? 100 : 0)),
          for: lasting(2 + (index === 3 ? 100 : 0)),
        } as FaultInput),
      ),
    );
  }

  // What is known of the programs.

  private serverRan(atMs: number): boolean {
    const { server } = this.house;
    if (server.length === 0) return true;
    return server.some(
      ({ end, endMs, nextMs, startedMs }) =>
        startedMs <= atMs &&
        (end === 'none' || atMs <= endMs || (nextMs === undefined && end !== 'stopped')),
    );
  }

  /** Whether the server went just then, by a stop, a kill or a cut of its power. */
  private serverLeftAt(atMs: number): boolean {
    return this.house.server.some((life) => isOver(life) && this.mayHaveLeft(life, atMs));
  }

  private mayHaveLeft({ endMs, nextMs = Infinity, startedMs }: FieldLife, atMs: number): boolean {
    const { serverEnd } = this.link;
    // It had lost it before, and left only then.
    if (serverEnd !== undefined && serverEnd.label !== 'local_shutdown') return false;
    const acceptedMs = this.link.accepted?.atMs ?? this.link.dialledMs;
    if (acceptedMs < startedMs || acceptedMs > endMs) return false;
    return atMs >= endMs - TOGETHER_MS && atMs - this.latencyMs <= nextMs;
  }

  private isOffFor(dialledMs: number): boolean {
    return this.house.knowsServer && !this.serverRan(dialledMs + this.latencyMs);
  }

  private serverHeardNoMore(): boolean {
    return this.link.serverEnd?.label === 'heartbeat_timeout';
  }

  private wasStalled(atMs: number): boolean {
    return this.house.serverEvents.some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.atMs - event.ms <= atMs + 2 * this.house.trips * this.latencyMs &&
        event.atMs >= atMs,
    );
  }

  /** Whether the server stood still while the client waited for its pong. */
  private serverStood(atMs: number): boolean {
    return this.house.serverEvents.some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.atMs - event.ms <= atMs - PONG_TIMEOUT_MS &&
        event.atMs >= atMs,
    );
  }

  /** Whether a stall of its own may be why this side gave up the other. */
  private wasStalledBefore(host: typeof CLIENT | typeof SERVER, atMs: number): boolean {
    const events = host === CLIENT ? this.house.clientEvents : this.house.serverEvents;
    const LONG_MS = 10_000;
    return events.some(
      (event) =>
        event.type === 'loop.stalled' &&
        event.ms >= LONG_MS &&
        event.atMs <= atMs &&
        event.atMs >= atMs - LONG_MS,
    );
  }
}

interface Whole {
  readonly at: ReturnType<StoryTime['at']>;
  readonly for: ReturnType<StoryTime['at']>;
}

function one(cause: string, fault: FaultInput): Candidate {
  return { cause, faults: [fault] };
}

function isBroken(lost: EventOf<'link.lost'> | undefined): boolean {
  return lost?.label === 'fin' || lost?.label === 'reset';
}

function isOver({ end }: FieldLife): boolean {
  return end !== 'none';
}
