import type { EventOf } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type Candidate, type Incident, type StoryTime } from './derivation';
import { tripsOf } from './derive-delays';
import type { FieldLife, FieldLink, House } from './house';

type Way = 'both' | 'upstream' | 'downstream';

const between: [string, string] = [CLIENT, SERVER];
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
    return [{ what: `${this.link.id} ${label}`, atMs, candidates }];
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
        return this.unwelcome(whole);
      case 'protocol_error':
        return this.garbled('downstream', atMs);
      case 'fin':
      case 'reset':
        return this.brokeOpen(label, atMs);
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
    if (!this.serverRan(atMs) && this.house.knowsServer) return [];
    const at = this.time.at(atMs);
    return [
      one('the connection was reset before it was a link', { kind: 'reset', between, at, direction: 'downstream' }),
      one('the connection was closed before it was a link', { kind: 'close', between, at, direction: 'downstream' }),
    ];
  }

  private dialTimedOut(whole: Whole): Candidate[] {
    const { accepted, dialledMs } = this.link;
    const isOff = this.isOffFor(dialledMs);
    if (accepted !== undefined) {
      const at = this.time.at(accepted.atMs);
      const ways = this.serverHeardNoMore() ? 'both' : 'downstream';
      return [one('the answer was lost', { kind: 'silence', between, at, direction: ways })];
    }
    const lost = one('dials were lost', { kind: 'lost_dials', between, ...whole });
    const natural: Candidate = { cause: 'the server was not there', faults: [] };
    return isOff || this.wasStalled(dialledMs) ? [natural, lost] : [lost, natural];
  }

  private unwelcome(whole: Whole): Candidate[] {
    const welcomeMs = (this.link.accepted?.atMs ?? this.link.dialledMs + 3 * this.latencyMs);
    const at = this.time.at(welcomeMs);
    return [
      ...[140, 160, 180, 200].map((every) =>
        one('the welcome was garbled', {
          ...{ kind: 'corruption', between, direction: 'downstream', every, spread: 'fixed' },
          at,
          for: lasting(this.latencyMs + 2),
        } as FaultInput),
      ),
      one('the welcome was lost', { kind: 'outage', between, ...whole }),
    ];
  }

  private brokeOpen(label: 'fin' | 'reset', atMs: number): Candidate[] {
    const kind = label === 'fin' ? 'close' : 'reset';
    const at = this.time.at(atMs);
    const welcomeLost = this.unwelcome({ at, for: lasting(1) })[0] as Candidate;
    return [
      { cause: 'natural', faults: [] },
      {
        cause: `${welcomeLost.cause}, and then a ${label}`,
        faults: [...welcomeLost.faults, { kind, between, at, direction: 'downstream' } as FaultInput],
      },
    ];
  }

  // Links, where both ends tell.

  private lost(): Candidate[] {
    const { end, serverEnd } = this.link;
    const faults: FaultInput[] = [];
    const heardC = end?.type === 'link.lost' ? end.atMs - end.sinceInboundMs : undefined;
    const heardS = serverEnd === undefined ? undefined : serverEnd.atMs - serverEnd.sinceInboundMs;
    const words: string[] = [];
    const isClientDeaf = end?.label === 'heartbeat_timeout' && !this.wasStalledBefore(CLIENT, end.atMs);
    if (isClientDeaf && heardC !== undefined && this.serverRan(heardC + 1)) {
      faults.push(this.silence('downstream', heardC + 1));
      words.push('nothing came from the server any more');
    }
    if (heardS !== undefined && this.isUpstreamDead(heardS)) {
      faults.push(this.silence('upstream', heardS + 1));
      words.push('nothing came from the client any more');
    }
    if (end?.type === 'link.lost') this.brokenAtClient(end, faults, words);
    if (serverEnd !== undefined) this.brokenAtServer(serverEnd, faults, words);
    const main: Candidate = { cause: words.join(', and ') || 'natural', faults };
    const garbled = [
      ...(end?.label === 'protocol_error' ? this.garbled('downstream', end.atMs) : []),
      ...(serverEnd?.label === 'protocol_error' ? this.garbled('upstream', serverEnd.atMs) : []),
    ];
    const natural: Candidate = { cause: 'natural', faults: [] };
    if (garbled.length > 0) return [...garbled, natural];
    return faults.length === 0 ? [] : [main, natural, ...this.otherWays(faults)];
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

  private brokenAtClient(end: EventOf<'link.lost'>, faults: FaultInput[], words: string[]): void {
    if (end.label !== 'fin' && end.label !== 'reset') return;
    const { serverEnd } = this.link;
    if (this.serverLeftAt(end.atMs)) return;
    const apartMs = serverEnd === undefined ? Infinity : serverEnd.atMs - end.atMs;
    // The server went first, and the client heard of it.
    if (apartMs < -1 && apartMs > -TOGETHER_MS - 4 * this.latencyMs && !isBroken(serverEnd)) return;
    const kind = end.label === 'fin' ? 'close' : 'reset';
    const at = this.time.at(end.atMs);
    if (Math.abs(apartMs) <= 1 && serverEnd?.label === end.label) {
      faults.push({ kind, between, at });
      words.push(`a ${end.label} came to both`);
      return;
    }
    if (apartMs < -1 && isBroken(serverEnd)) return;
    faults.push({ kind, between, at, direction: 'downstream' });
    words.push(`a ${end.label} came to the client`);
    const isHeard = serverEnd !== undefined && isBroken(serverEnd) && apartMs <= TOGETHER_MS + 4 * this.latencyMs;
    if (!isHeard) faults.push(this.silence('upstream', end.atMs));
  }

  private brokenAtServer(lost: EventOf<'link.lost'>, faults: FaultInput[], words: string[]): void {
    if (!isBroken(lost)) return;
    const { diedMs, end } = this.link;
    if (diedMs !== undefined && this.clientDied(lost.atMs - TOGETHER_MS, lost.atMs)) return;
    const apartMs = end === undefined ? Infinity : end.atMs - lost.atMs;
    // The client went first, in whatever way, or both at once.
    if (apartMs <= 1) return;
    const kind = lost.label === 'fin' ? 'close' : 'reset';
    faults.push({ kind, between, at: this.time.at(lost.atMs), direction: 'upstream' });
    words.push(`a ${lost.label} came to the server`);
    const isHeard =
      (end?.label === 'fin' || end?.label === 'reset') && apartMs <= TOGETHER_MS + 4 * this.latencyMs;
    if (isHeard) return;
    faults.push(this.silence('downstream', lost.atMs));
    if (end?.label === 'fin' || end?.label === 'reset') {
      const later = end.label === 'fin' ? 'close' : 'reset';
      faults.push({ kind: later, between, at: this.time.at(end.atMs), direction: 'downstream' });
    }
  }

  // Links, where the client alone tells.

  private lostAlone(): Candidate[] {
    const { end } = this.link;
    if (end?.type !== 'link.lost') return [];
    const at = this.time.at(end.atMs);
    switch (end.label) {
      case 'heartbeat_timeout': {
        if (this.wasStalledBefore(CLIENT, end.atMs)) return [{ cause: 'natural', faults: [] }];
        const silentMs = end.atMs - end.sinceInboundMs + 1;
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
        startedMs <= atMs && (end === 'none' || atMs <= endMs || (nextMs === undefined && end !== 'stopped')),
    );
  }

  /** Whether the server went just then, by a stop, a kill or a cut of its power. */
  private serverLeftAt(atMs: number): boolean {
    return this.house.server.some((life) => isOver(life) && this.mayHaveLeft(life, atMs));
  }

  private mayHaveLeft({ endMs, nextMs = Infinity, startedMs }: FieldLife, atMs: number): boolean {
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
      (event) => event.type === 'loop.stalled' && event.atMs - event.ms <= atMs + 2 * tripsOf(this.house) * this.latencyMs && event.atMs >= atMs,
    );
  }

  /** Whether a stall of its own may be why this side gave up the other. */
  private wasStalledBefore(host: typeof CLIENT | typeof SERVER, atMs: number): boolean {
    const events = host === CLIENT ? this.house.clientEvents : this.house.serverEvents;
    const LONG_MS = 10_000;
    return events.some(
      (event) =>
        event.type === 'loop.stalled' && event.ms >= LONG_MS && event.atMs <= atMs && event.atMs >= atMs - LONG_MS,
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
