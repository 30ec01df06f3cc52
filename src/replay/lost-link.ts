import { PONG_TIMEOUT_MS } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import { ms } from '../fuzz/drawn-faults';
import { durationMs, type Duration } from '../sim/duration';
import type { FaultInput } from '../sim/network-faults';
import { goodbye, matched } from './align';
import { CLIENT, SERVER, type Candidate } from './derivation';
import {
  EndOfLink,
  isBroken,
  KIND,
  NATURAL,
  one,
  SOON_MS,
  TOGETHER_MS,
  type Side,
  type Way,
} from './end-of-link';
import { stalledSince, wordsOf, type FieldLife, type FieldLink } from './house';

/** One that ends so is not heard: it was told, or is deaf and has nothing acknowledged. */
const UNHEARD = new Set(['reset', 'dial_closed', 'heartbeat_timeout']);

/** What had been so long on its way without arriving was lost. */
const UNHEARD_MS = 10;

/** A link that was up and is no longer, where both ends tell of it. */
export class LostLink extends EndOfLink {
  candidates(): Candidate[] {
    const deaf = this.deafness();
    const parts = [
      ...deaf,
      ...this.unheard(),
      ...this.unanswered(),
      ...this.unanswering(),
      ...this.unwelcomed(),
      ...this.breaks(),
      ...this.suppressed(),
    ];
    const faults = parts.flatMap((part) => part.faults);
    const words = parts.map(({ cause }) => cause).filter((cause) => cause !== '');
    const main: Candidate = { cause: words.join(', and '), faults };
    const garbled = this.garbledWays();
    if (garbled.length > 0) return [...garbled, NATURAL];
    // A standstill may be why an end was deaf, and it may have come on top.
    const alsoDeaf = this.deafEnds().filter(
      ({ cause }) => !deaf.some((one) => one.cause === cause),
    );
    const deafer = alsoDeaf.map((one) => ({
      cause: [one.cause, ...words].join(', and '),
      faults: [...one.faults, ...faults],
    }));
    if (faults.length === 0) return deafer.length === 0 ? [] : [NATURAL, ...deafer];
    return [
      main,
      NATURAL,
      ...deafer,
      ...this.silentLater(main),
      ...this.alreadyDead(main),
      ...this.otherWays(faults),
    ];
  }

  /** What one end did not understand; or both, of which one had it from the other. */
  private garbledWays(): Candidate[] {
    const { end, serverEnd } = this.link;
    const down =
      end?.label === 'protocol_error' ? this.garbled('downstream', end.atMs, codeOf(end)) : [];
    const up =
      serverEnd?.label === 'protocol_error'
        ? this.garbled('upstream', serverEnd.atMs, serverEnd.code)
        : [];
    const both = up.length > 0 && down.length > 0;
    return [
      ...(both ? this.garbledBothWays(serverEnd?.atMs ?? 0, end?.atMs ?? 0) : []),
      ...up,
      ...down,
    ];
  }

  /** What was heard last had its acknowledgement. */
  private silentLater({ cause, faults }: Candidate): Candidate[] {
    if (!faults.some(({ kind }) => kind === 'silence')) return [];
    const later = faults.map((fault) =>
      fault.kind === 'silence'
        ? { ...fault, at: ms(durationMs(fault.at as Duration) + 3 * this.latencyMs) }
        : fault,
    );
    return [{ cause, faults: later }];
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
    const { serverEnd } = this.link;
    const isServers =
      serverEnd !== undefined && this.isUpstreamDead(serverEnd.atMs - serverEnd.sinceInboundMs);
    return [
      ...(this.isDownstreamDead() ? this.deafClient() : []),
      ...(isServers ? this.deafServer() : []),
    ];
  }

  /** Either end that has waited for a pong in vain. */
  private deafEnds(): Candidate[] {
    return [
      ...this.deafClient(),
      ...(this.link.serverEnd?.label === 'heartbeat_timeout' ? this.deafServer() : []),
    ];
  }

  private isDownstreamDead(): boolean {
    const { end } = this.link;
    if (end?.type !== 'link.lost') return false;
    const isExplained =
      this.wasStalledBefore(CLIENT, end.atMs) ||
      this.serverStood(end.atMs) ||
      !this.serverRan(end.atMs - end.sinceInboundMs + 1);
    return !isExplained;
  }

  private deafClient(): Candidate[] {
    const { end } = this.link;
    if (end?.type !== 'link.lost' || end.label !== 'heartbeat_timeout') return [];
    const silent = this.silence('downstream', this.silentFrom(end));
    return [one('nothing came from the server any more', silent)];
  }

  private deafServer(): Candidate[] {
    const { end, serverEnd } = this.link;
    if (serverEnd === undefined) return [];
    const heardMs = serverEnd.atMs - serverEnd.sinceInboundMs;
    // The FIN of one that is killed comes right after its last byte.
    const soonMs = end === undefined ? 1 : SOON_MS;
    const silent = this.silence('upstream', heardMs + soonMs);
    return [one('nothing came from the client any more', silent)];
  }

  /** TCP loses nothing but what is last: where a message did not arrive, nothing did after it. */
  private unheard(): Candidate[] {
    const { end, serverEnd } = this.link;
    const { ours, theirs } = wordsOf(this.house, this.link);
    return [
      ...this.unheardOf('upstream', ours, theirs, SERVER, serverEnd),
      ...this.unheardOf('downstream', theirs, ours, CLIENT, end ?? this.clientsDeath()),
    ];
  }

  /** The end of a client that was killed, as the server has heard of it. */
  private clientsDeath(): Pick<EventOf<'link.lost'>, 'atMs' | 'label'> | undefined {
    const { diedMs, serverEnd } = this.link;
    if (diedMs === undefined || serverEnd === undefined || !isBroken(serverEnd)) return undefined;
    return { atMs: serverEnd.atMs - this.latencyMs, label: serverEnd.label };
  }

  /** A server that is there again knows nothing of the link, and says so to whoever speaks. */
  private unanswered(): Candidate[] {
    const { accepted, diedMs = Infinity, end, serverEnd } = this.link;
    if (accepted === undefined || serverEnd !== undefined || isBroken(end)) return [];
    const { server } = this.house;
    const backMs = server.find(({ startedMs }) => startedMs > accepted.atMs)?.startedMs;
    const endMs = end?.atMs ?? diedMs;
    if (backMs === undefined || endMs <= backMs + 2 * this.latencyMs + UNHEARD_MS) return [];
    const silent = this.silence('upstream', backMs - 1);
    return [one('nothing answered for a server that had gone', silent)];
  }

  /** A client whose power came back knows nothing of the link either. */
  private unanswering(): Candidate[] {
    const { diedMs, serverEnd } = this.link;
    if (diedMs === undefined || serverEnd === undefined) return [];
    const isReplaced = serverEnd.label === 'replaced';
    if (!isReplaced && serverEnd.label !== 'heartbeat_timeout') return [];
    // What the server sent last, somebody would have answered.
    const sentMs = serverEnd.atMs - (isReplaced ? 2 * this.latencyMs : PONG_TIMEOUT_MS);
    if (diedMs > sentMs || !this.clientLostPower(0, serverEnd.atMs)) return [];
    const silent = this.silence('downstream', diedMs - 1);
    return [one('nothing answered for a client that had gone', silent)];
  }

  /** A client that was upgraded, and ended before it heard of it. */
  private unwelcomed(): Candidate[] {
    const { accepted, connected, diedMs = Infinity, end, serverEnd } = this.link;
    if (accepted === undefined || connected !== undefined || end !== undefined) return [];
    // It may have been told that it was connected, in the second that went with its power.
    if (this.clientLostPower(accepted.atMs, diedMs)) return [];
    const heardMs = (serverEnd?.atMs ?? Infinity) - this.latencyMs;
    if (heardMs <= accepted.atMs + this.latencyMs) return [];
    return [one('the answer was lost', this.silence('downstream', accepted.atMs + 1))];
  }

  private unheardOf(
    direction: Way,
    from: readonly RecordedEvent[],
    to: readonly RecordedEvent[],
    host: Side,
    end: Pick<EventOf<'link.lost'>, 'atMs' | 'label'> | FieldLink['end'],
  ): Candidate[] {
    const heard = [...matched(from, to), ...goodbye(from, to)];
    const heardMs = Math.max(...heard.map(([sentMs]) => sentMs));
    const lost = from.find(
      // A welcome is not told as received: there is a link then.
      (event) =>
        event.type === 'control.sent' && event.message !== 'welcome' && event.atMs > heardMs,
    );
    if (lost === undefined || end === undefined) return [];
    // What replaced it was dialled when all of it had been sent.
    const stood =
      end.label === 'replaced' ? undefined : stalledSince(this.eventsOf(host), end.atMs);
    const stoodMs = stood ?? end.atMs;
    if (stoodMs <= lost.atMs + this.latencyMs + UNHEARD_MS) return [];
    return [one('a message did not arrive any more', this.silence(direction, lost.atMs - 1))];
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
        const atMs = Math.max(upMs, atClientMs, atServerMs);
        return [one(`a ${end?.label} came to both ends`, this.broken(kind, 'both', atMs))];
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
    return [one(`a ${label} came to the ${whose}`, this.broken(kind, direction, atMs))];
  }

  /** When something other than the server ended the client's side; undefined where nothing did. */
  private brokenAtClientMs(): number | undefined {
    const { end, serverEnd } = this.link;
    if (end === undefined || KIND[end.label] === undefined) return;
    if (this.serverLeftAt(end.atMs)) {
      // A kernel resets what its process had not read, and the simulator's process reads at once.
      return end.label === 'reset' && this.serverWasKilled(end.atMs) ? end.atMs - 1 : undefined;
    }
    const canBeHeard = !UNHEARD.has(serverEnd?.label ?? '');
    const isConsequence = canBeHeard && this.isConsequence(CLIENT, end.atMs, serverEnd?.atMs);
    // Who is told of a FIN takes its leave by another, which a reset comes before.
    if (isConsequence && end.label === 'reset' && serverEnd?.label === 'fin') return end.atMs - 1;
    if (isConsequence) return;
    return this.inStall(CLIENT, end.atMs, serverEnd?.atMs);
  }

  private serverWasKilled(atMs: number): boolean {
    return this.house.server.some((life) => life.end === 'killed' && this.mayHaveLeft(life, atMs));
  }

  private brokenAtServerMs(): number | undefined {
    const { diedMs, end, serverEnd } = this.link;
    if (serverEnd === undefined || !isBroken(serverEnd)) return;
    const lostMs = serverEnd.atMs;
    const saidMs = lostMs - this.latencyMs + 1;
    if (diedMs !== undefined && this.clientWasKilled(lostMs - this.togetherMs(), saidMs)) return;
    const canBeHeard = !UNHEARD.has(end?.label ?? '');
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
    // It was, if late.
    if (isTold(end) || isTold(serverEnd)) return [];
    const firstMs = Math.min(clientMs, serverMs);
    const isServerLeft = serverMs === Infinity && !this.serverRan(clientMs + this.togetherMs());
    if (isServerLeft || firstMs === Infinity) return [];
    if (clientMs === Infinity && this.link.diedMs === undefined) return [];
    const way = clientMs < serverMs ? 'upstream' : 'downstream';
    return [{ cause: 'the other end was not told', faults: [this.silence(way, firstMs)] }];
  }

  /** Whether one end can have heard of it from the other, which was the first to know. */
  private isConsequence(host: Side, atMs: number, firstMs = Infinity): boolean {
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
  private inStall(host: Side, atMs: number, otherMs = Infinity): number {
    const fromMs = stalledSince(this.eventsOf(host), atMs);
    if (fromMs === undefined) return this.isLaterAt(host, atMs) ? atMs + 1 : atMs;
    return otherMs >= fromMs && otherMs < atMs ? otherMs : atMs - 1;
  }

  /** Each of its faults alone, or at both ends. */
  private otherWays(faults: readonly FaultInput[]): Candidate[] {
    const alone = faults.length > 1 ? faults.map((fault) => one('only one of these', fault)) : [];
    const both = faults
      .filter((fault) => 'direction' in fault && fault.direction !== 'both')
      .map((fault) => one('in both directions', { ...fault, direction: 'both' } as FaultInput));
    return [...alone, ...both];
  }

  /** Whether what the client sent after that cannot have arrived at a server that was there. */
  private isUpstreamDead(heardMs: number): boolean {
    const { diedMs, end, serverEnd } = this.link;
    if (serverEnd === undefined || !this.serverRan(serverEnd.atMs - 1)) return false;
    if (this.wasStalledBefore(SERVER, serverEnd.atMs)) return false;
    if (serverEnd.label === 'heartbeat_timeout') {
      if (diedMs !== undefined && this.clientLostPower(heardMs, serverEnd.atMs)) return false;
      return !this.clientStood(heardMs, serverEnd.atMs);
    }
    if (serverEnd.label !== 'replaced' && serverEnd.label !== 'local_shutdown') return false;
    // The end of the client's side would have been heard.
    const wentMs = end?.atMs;
    if (wentMs === undefined && diedMs !== undefined && serverEnd.label === 'replaced') {
      return !this.clientLostPower(heardMs, serverEnd.atMs);
    }
    return wentMs !== undefined && serverEnd.atMs - wentMs > 2 * this.latencyMs + 5;
  }

  /** A kernel says what one that was killed cannot; without power, nobody does. */
  private clientWasKilled(fromMs: number, untilMs: number): boolean {
    return this.clientDied('killed', fromMs, untilMs);
  }

  private clientLostPower(fromMs: number, untilMs: number): boolean {
    return this.clientDied('lost_power', fromMs, untilMs);
  }

  private clientDied(how: FieldLife['end'], fromMs: number, untilMs: number): boolean {
    return this.house.client.some(
      ({ end, endMs, nextMs }) => end === how && endMs <= untilMs && (nextMs ?? Infinity) >= fromMs,
    );
  }
}

function codeOf(end: NonNullable<FieldLink['end']>): number | undefined {
  return end.type === 'link.lost' ? end.code : undefined;
}

/** Whether one end had it from the other in so many words. */
function isTold(lost: FieldLink['end'] | undefined): boolean {
  return lost?.type === 'link.lost' && lost.initiator === 'remote';
}
