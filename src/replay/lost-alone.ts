import { CLOSE_BAD_DATA, CLOSE_PROTOCOL_ERROR } from '../constants';
import type { EventOf } from '../events';
import type { FaultInput } from '../sim/network-faults';
import { CLIENT, lasting, SERVER, type Candidate } from './derivation';
import { EndOfLink, NATURAL, one } from './end-of-link';
import type { FieldLink } from './house';

/** A link that was up and is no longer, where the client alone tells of it. */
export class LostAlone extends EndOfLink {
  candidates(): Candidate[] {
    const { end } = this.link;
    if (end?.type !== 'link.lost') return [];
    const atMs = end.atMs + (this.isLaterAt(CLIENT, end.atMs) ? 1 : 0);
    switch (end.label) {
      case 'heartbeat_timeout': {
        const silentMs = this.silentFrom(end);
        const stood = this.wasStalledBefore(CLIENT, end.atMs) ? [NATURAL] : [];
        return [
          ...stood,
          one('nothing passed any more, and nobody said so', this.silence('both', silentMs)),
          one('nothing came from the server any more', this.silence('downstream', silentMs)),
        ];
      }
      case 'fin': {
        const closed = one('something on the way closed it', this.broken('close', 'both', atMs));
        const killed = one('the server was killed', this.serverEnds('kill', end.atMs));
        return this.isThenRefused() ? [killed, closed] : [closed, killed];
      }
      case 'reset':
        return [
          one('something on the way reset it', this.broken('reset', 'both', atMs)),
          // A kernel resets what its process had not read; the simulator's never does.
          {
            cause: 'the server was killed',
            faults: [
              this.broken('reset', 'both', atMs),
              this.serverEnds('kill', end.atMs + this.latencyMs + 1),
            ],
          },
        ];
      case 'peer_restart':
        return [one('the server was restarted', this.serverEnds('restart', end.atMs))];
      case 'protocol_error': {
        const down = this.garbled('downstream', end.atMs);
        // What came may have been the word that what the client had sent was garbled.
        return [...down, ...this.garbledBothWays(end.atMs - this.latencyMs, end.atMs)];
      }
      case 'peer_close':
        return this.misunderstood(end);
      default:
        return [];
    }
  }

  /** The server said that what the client had sent was none of the protocol. */
  private misunderstood({ atMs, code }: EventOf<'link.lost'>): Candidate[] {
    const isOfProtocol = code === CLOSE_PROTOCOL_ERROR || code === CLOSE_BAD_DATA;
    return isOfProtocol ? this.garbled('upstream', atMs - this.latencyMs, code) : [];
  }

  /** Whether nothing listened where the next dial went. */
  private isThenRefused(): boolean {
    const { links } = this.house;
    return links[links.indexOf(this.link) + 1]?.end?.label === 'dial_refused';
  }

  private serverEnds(kind: 'kill' | 'restart', atMs: number): FaultInput {
    const fromMs = atMs - this.latencyMs;
    const lasts = lasting(this.serverBackMs(atMs) - fromMs);
    return { kind, host: SERVER, at: this.time.at(fromMs), for: lasts };
  }

  /** In the middle of when it can have come back: no dial is exactly where it was in the field. */
  private serverBackMs(atMs: number): number {
    const later = this.house.links.filter(({ dialledMs }) => dialledMs >= atMs);
    const next = later.findIndex(({ end }) => end?.label !== 'dial_refused');
    if (next === -1) return this.house.untilMs;
    const refusedMs = later[next - 1]?.dialledMs ?? atMs;
    return (refusedMs + (later[next] as FieldLink).dialledMs) / 2;
  }
}
