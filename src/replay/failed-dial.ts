import type { EventOf } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type Candidate, type StoryTime } from './derivation';
import {
  between,
  EndOfLink,
  KIND,
  NATURAL,
  one,
  SOON_MS,
  TOGETHER_MS,
  type Way,
} from './end-of-link';
import { SYN_AGAIN_MS } from './derive-delays';
import { PLAIN_TRIPS, stalledSince } from './house';

/** A byte of the first frame after the answer to an upgrade, which has 162 bytes of its own. */
const IN_THE_WELCOME = 170;
/** Of the answer itself. */
const ANSWER_BYTES = 162;

/** Bytes of the request for an upgrade, in its first line and in its headers. */
const IN_THE_REQUEST = [2, 10, 30, 60, 90, 120, 150];

/** Bytes of the status in the first line of an answer: `HTTP/1.1 101`. */
const IN_THE_STATUS = [10, 11, 12];

/** So many ways to garble an answer are tried with each to garble what asked for it. */
const FEW = 2;

/** So much earlier and later a dial may come again. */
const AROUND_MS = 300;

interface Whole {
  readonly at: ReturnType<StoryTime['at']>;
  readonly for: ReturnType<StoryTime['at']>;
}

/** A dial that failed, and what may have been behind it. */
export class FailedDial extends EndOfLink {
  candidates(failed: EventOf<'link.failed'>): Candidate[] {
    const { serverEnd } = this.link;
    const found = this.atClient(failed);
    const isHeard = serverEnd === undefined || isGoodbye(serverEnd);
    if (isHeard || serverEnd.atMs < this.heardByMs(failed.atMs)) return found;
    // What broke it later was not what the client had to say.
    const untold = [this.silence('upstream', failed.atMs - 1), ...this.serverSide()];
    if (found.length === 0) return [{ cause: 'the server was not told', faults: untold }];
    const alsoUntold = found.map(({ cause, faults }) => ({
      cause: `${cause}, and the server was not told`,
      faults: [...faults, ...untold],
    }));
    return [...alsoUntold, ...found];
  }

  /** When at the latest the server has heard that the client has given up, if it was told. */
  private heardByMs(failedMs: number): number {
    const acceptedMs = this.link.accepted?.atMs ?? failedMs;
    const readMs = stalledSince(this.house.serverEvents, this.link.serverEnd?.atMs ?? Infinity);
    if (readMs !== undefined) return Infinity;
    return Math.max(failedMs, acceptedMs) + TOGETHER_MS + 2 * this.latencyMs;
  }

  private atClient({ atMs, httpStatus, label }: EventOf<'link.failed'>): Candidate[] {
    const { dialledMs } = this.link;
    const whole = this.around(dialledMs, atMs);
    switch (label) {
      case 'dns':
        return [one('no name could be resolved', { kind: 'dns', host: CLIENT, ...whole })];
      case 'dial_unreachable':
        return [one('no route', { kind: 'unreachable', host: CLIENT, ...this.again(atMs) })];
      case 'dial_refused':
        return this.refused(atMs, whole);
      case 'auth':
      case 'http_status':
        return this.answered(httpStatus ?? 401, whole, atMs);
      case 'tls':
      case 'tls_expired':
      case 'tls_not_yet_valid':
        return this.tlsFailed(label, whole);
      case 'dial_closed':
        return this.dialClosed(atMs);
      case 'dial_timeout':
        return this.dialTimedOut(whole, atMs);
      case 'no_welcome':
        return [this.unwelcome()];
      case 'protocol_error':
        return this.answerGarbled(atMs);
      case 'fin':
      case 'reset':
        return this.brokeOpen(label, atMs);
      case 'local_shutdown':
        return this.leftInDial(atMs);
      default:
        return [];
    }
  }

  /** What made a dial fail, and what would have made it fail a little earlier or later. */
  private around(fromMs: number, untilMs: number): Whole {
    const { links } = this.house;
    const index = links.indexOf(this.link);
    const [before, after] = [links[index - 1], links[index + 1]];
    const beforeMs = before?.end?.atMs ?? before?.dialledMs ?? -Infinity;
    const sinceMs = Math.max(0, fromMs - beforeMs);
    const untilNextMs = Math.max(0, (after?.dialledMs ?? Infinity) - untilMs);
    const startMs = Math.max(0, fromMs - Math.min(AROUND_MS, Math.floor(sinceMs / 3)));
    const endMs = untilMs + Math.min(AROUND_MS, Math.floor(untilNextMs / 3));
    return { at: this.time.at(startMs), for: lasting(endMs - startMs + 1) };
  }

  /** There was none when the first SYN had got lost, and another was to be sent. */
  private again(atMs: number): Whole {
    const { dialledMs } = this.link;
    const extraMs = atMs - dialledMs - 2 * this.latencyMs;
    const lostMs = Math.floor(extraMs / SYN_AGAIN_MS) * SYN_AGAIN_MS;
    return lostMs > 0
      ? this.around(dialledMs + lostMs - SYN_AGAIN_MS / 4, atMs)
      : this.around(dialledMs, atMs);
  }

  private refused(atMs: number, whole: Whole): Candidate[] {
    const refused = one('nothing listened', { kind: 'refused', host: SERVER, ...whole });
    return this.serverRan(atMs) ? [refused] : [NATURAL, refused];
  }

  private answered(status: number, whole: Whole, atMs: number): Candidate[] {
    // No box answers so: it was the answer that was changed.
    if (!Number.isInteger(status) || status < 200 || status > 599) {
      return IN_THE_STATUS.map((every) => this.misspelt('downstream', every, atMs));
    }
    const box: FaultInput = { kind: 'upgrade_answered', between, status, ...whole };
    const byBox = one(`a proxy or a portal answered ${status}`, box);
    // It has no certificate for the server's name.
    return this.house.trips > PLAIN_TRIPS ? this.askedGarbled() : [byBox];
  }

  /** The server's answer to the upgrade, or its refusal of what was garbled itself. */
  private answerGarbled(atMs: number): Candidate[] {
    const answered = this.garbled('downstream', atMs);
    if (!this.wasRefused(atMs)) return answered;
    return this.askedGarbled().flatMap(({ cause, faults }) =>
      answered.slice(0, FEW).map((answer) => ({
        cause: `${cause}, and so was the answer`,
        faults: [...faults, ...answer.faults],
      })),
    );
  }

  private wasRefused(failedMs: number): boolean {
    return this.house.serverEvents.some(
      ({ atMs, type }) =>
        type === 'link.refused' && atMs >= this.link.dialledMs && atMs <= failedMs,
    );
  }

  /** The server did not understand what asked for the upgrade. */
  private askedGarbled(): Candidate[] {
    const askedMs = this.link.dialledMs + (this.house.trips - 2) * this.latencyMs;
    return IN_THE_REQUEST.map((every) =>
      one(
        'what asked for the upgrade was garbled',
        this.corruption('upstream', every, askedMs - 1, this.latencyMs + 2),
      ),
    );
  }

  private tlsFailed(label: string, whole: Whole): Candidate[] {
    const code =
      label === 'tls_expired'
        ? 'CERT_HAS_EXPIRED'
        : label === 'tls_not_yet_valid'
          ? 'CERT_NOT_YET_VALID'
          : 'DEPTH_ZERO_SELF_SIGNED_CERT';
    const box: FaultInput = { kind: 'upgrade_answered', between, status: 503, ...whole };
    return [
      one('the certificate was not taken', { kind: 'tls', between, code, ...whole }),
      ...(label === 'tls' ? [one('a box had no certificate for the server', box)] : []),
      { cause: 'the clock was wrong', faults: [] },
    ];
  }

  private dialClosed(atMs: number): Candidate[] {
    const { accepted, dialledMs } = this.link;
    if (!this.serverRan(dialledMs + this.latencyMs)) return this.closedByBox(atMs);
    // What asked for the upgrade did not get to the server either.
    const askedMs = dialledMs + (this.house.trips - 2) * this.latencyMs + 1;
    const unheard =
      this.house.knowsServer && accepted === undefined && askedMs <= atMs
        ? [this.silence('upstream', askedMs)]
        : [];
    // What the server answered did not get to the client.
    if (accepted !== undefined && atMs >= accepted.atMs + this.latencyMs) {
      unheard.push(this.silence('downstream', accepted.atMs - 1));
    }
    const held = this.isOverdue(atMs) ? [this.answerHeld(dialledMs, atMs)] : [];
    return (['reset', 'close'] as const).flatMap((kind) => {
      const cause = `a ${kind === 'reset' ? 'reset' : 'FIN'} came before it was a link`;
      const breaks = [this.broken(kind, 'downstream', atMs), ...this.serverSide()];
      const plain = { cause, faults: [...unheard, ...breaks] };
      if (held.length === 0) return [plain];
      const byHolding = { cause, faults: [...held, ...breaks] };
      return this.house.knowsServer ? [plain, byHolding] : [byHolding, plain];
    });
  }

  /** Whether an answer would have been there long ago. */
  private isOverdue(atMs: number): boolean {
    return atMs > this.link.dialledMs + this.house.trips * this.latencyMs + SOON_MS;
  }

  /** Whenever the answer is sent meanwhile, it comes a little too late. */
  private answerHeld(dialledMs: number, untilMs: number): FaultInput {
    const { at, for: lasts } = this.around(dialledMs, untilMs);
    const heldMs = (untilMs - dialledMs) * 1.1 + AROUND_MS;
    const bytesPerSecond = Math.max(1, Math.floor(ANSWER_BYTES / (heldMs / 1_000)));
    return { kind: 'slow_path', between, direction: 'downstream', bytesPerSecond, at, for: lasts };
  }

  /** Somebody took the dial although the server was off, and hung up. */
  private closedByBox(atMs: number): Candidate[] {
    const { dialledMs } = this.link;
    const whole = { at: this.time.at(dialledMs), for: lasting(atMs - dialledMs) };
    const box: FaultInput = { kind: 'upgrade_answered', between, status: 502, ...whole };
    const hangsUp = this.broken('close', 'downstream', atMs);
    const byBox: Candidate = { cause: 'a box took the dial, and hung up', faults: [box, hangsUp] };
    // One that has been asked answers; a proxy waits for its server.
    const proxy = {
      ...{ kind: 'toxic', type: 'latency', attributes: { latency: 0, jitter: 0 } },
      ...{ stream: 'upstream', toxicity: 1, between, at: this.time.at(atMs), for: lasting(1) },
    } as FaultInput;
    const byProxy: Candidate = {
      cause: 'a proxy took the dial, and hung up',
      faults: [proxy, hangsUp],
    };
    const isAsked = atMs >= dialledMs + PLAIN_TRIPS * this.latencyMs;
    // Through a proxy nothing is refused.
    const isRefusing = this.house.links.some(({ end }) => end?.label === 'dial_refused');
    return isAsked && !isRefusing ? [byProxy, byBox, NATURAL] : [byBox, byProxy, NATURAL];
  }

  /** What ended the server's side, where that is no consequence of what ended the client's. */
  private serverSide(): FaultInput[] {
    const { serverEnd } = this.link;
    const kind = KIND[serverEnd?.label ?? ''];
    if (serverEnd === undefined || kind === undefined) return [];
    return [this.broken(kind, 'upstream', serverEnd.atMs)];
  }

  private dialTimedOut(whole: Whole, failedMs: number): Candidate[] {
    const { accepted, dialledMs } = this.link;
    const isOff = this.isOffFor(dialledMs);
    const isLate = stalledSince(this.house.serverEvents, accepted?.atMs ?? Infinity) !== undefined;
    if (accepted !== undefined && isLate) {
      return [{ cause: 'the server stood still', faults: [] }];
    }
    const stoodMs = stalledSince(this.house.clientEvents, failedMs) ?? Infinity;
    if (accepted !== undefined && stoodMs <= accepted.atMs + this.latencyMs) {
      return [{ cause: 'the client stood still', faults: [] }, ...this.unanswered(accepted.atMs)];
    }
    if (accepted !== undefined && accepted.atMs > failedMs) {
      return [{ cause: 'what asked for the upgrade came late', faults: [] }];
    }
    if (accepted !== undefined) return this.unanswered(accepted.atMs);
    const lost = dialsLost(whole);
    const natural: Candidate = { cause: 'the server was not there', faults: [] };
    return isOff || this.wasStalled(dialledMs) ? [natural, lost] : [lost, natural];
  }

  /** The program was told to stop while nothing had come of its dial. */
  private leftInDial(atMs: number): Candidate[] {
    const { accepted, dialledMs, serverEnd } = this.link;
    if (serverEnd?.label === 'peer_close') return [this.unwelcome(), NATURAL];
    if (accepted === undefined) {
      return this.isOverdue(atMs) ? [NATURAL, dialsLost(this.around(dialledMs, atMs))] : [];
    }
    return atMs > accepted.atMs + this.latencyMs + 1 ? this.unanswered(accepted.atMs) : [];
  }

  private unanswered(acceptedMs: number): Candidate[] {
    const silent = (direction: Way): FaultInput => this.silence(direction, acceptedMs + 1);
    const cause = 'the answer was lost';
    const direction = this.serverHeardNoMore() ? 'both' : 'downstream';
    const broken = this.serverSide();
    const cut = { cause, faults: [silent('both'), ...broken] };
    // What the client says at last waits behind what it never heard to have arrived.
    return [one(cause, silent(direction)), ...(broken.length > 0 ? [cut] : [])];
  }

  /** It was upgraded, and what should have welcomed it was none. */
  private unwelcome(): Candidate {
    const { accepted, dialledMs } = this.link;
    const sentMs = accepted?.atMs ?? dialledMs + (this.house.trips - 1) * this.latencyMs;
    const fault = this.corruption('downstream', IN_THE_WELCOME, sentMs, this.latencyMs + 2);
    return one('its welcome did not come as it was sent', fault);
  }

  private brokeOpen(label: 'fin' | 'reset', atMs: number): Candidate[] {
    const kind = KIND[label] as 'close' | 'reset';
    const broken = this.broken(kind, 'downstream', atMs + SOON_MS);
    const welcome = this.unwelcome();
    const garbled: Candidate = {
      cause: `${welcome.cause}, and it was broken then`,
      faults: [...welcome.faults, broken],
    };
    const { serverEnd } = this.link;
    const isOne = serverEnd?.label === label && Math.abs(serverEnd.atMs - atMs) <= 1;
    const both = one(`a ${label} came to both ends`, this.broken(kind, 'both', atMs));
    const garbledBoth = { ...garbled, faults: [...welcome.faults, ...both.faults] };
    return isOne ? [both, garbledBoth, garbled, NATURAL] : [garbled, NATURAL];
  }
}

function dialsLost(whole: Whole): Candidate {
  return one('dials were lost', { kind: 'lost_dials', between, ...whole });
}

function isGoodbye({ initiator }: EventOf<'link.lost'>): boolean {
  return initiator === 'remote';
}
