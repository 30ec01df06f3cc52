import { HEARTBEAT_INTERVAL_MS, PONG_TIMEOUT_MS, SESSION_START_TIMEOUT_MS } from '../constants';
import type { RecordedEvent } from '../events';

/** Instants at which something hangs by a thread: a fault there finds more than one anywhere. */
export const MOMENTS = [
  'dialing',
  'upgraded',
  'connected',
  'lost',
  'redial',
  'ping',
  'next ping',
  'pong deadline',
  'asked',
  'started',
  'start deadline',
  'answer begins',
  'answer sounds',
  'cue sounds',
  'answer sent',
  'answer heard',
  'session over',
  'stopping',
  'booted',
] as const;

export type Moment = (typeof MOMENTS)[number];

/** These pass so soon that they are missed unless they are often aimed at. */
export const BRIEF_MOMENTS: readonly Moment[] = [
  ...Array<Moment>(8).fill('upgraded'),
  'ping',
  ...Array<Moment>(6).fill('answer sounds'),
  ...Array<Moment>(4).fill('asked'),
];

/** From the word that something is played to its first sound, mostly. */
const FIRST_SOUND_MS = 1;

/** The moment that an event is, or leads to, and how much later. */
function momentsOf(event: RecordedEvent): readonly (readonly [Moment, number])[] {
  switch (event.type) {
    case 'link.dialing':
      return [['dialing', 0]];
    case 'link.open':
      return [['upgraded', 0]];
    case 'link.connected':
      return [['connected', 0]];
    case 'link.lost':
      return [['lost', 0]];
    case 'backoff.scheduled':
      return [['redial', Math.ceil(event.delayMs)]];
    case 'heartbeat.sent':
      return [
        ['ping', 0],
        ['next ping', HEARTBEAT_INTERVAL_MS],
        ['pong deadline', PONG_TIMEOUT_MS],
      ];
    case 'session.requested':
      return [
        ['asked', 0],
        ['start deadline', SESSION_START_TIMEOUT_MS],
      ];
    case 'session.started':
      return [['started', 0]];
    case 'turn.started':
      return [['answer begins', 0]];
    case 'playback.started':
      return [['answer sounds', FIRST_SOUND_MS]];
    case 'cue.played':
      return [['cue sounds', FIRST_SOUND_MS]];
    case 'turn.ended':
      return [['answer sent', 0]];
    case 'playback.ended':
      return [['answer heard', 0]];
    case 'session.ended':
      return [['session over', 0]];
    case 'host.stopping':
      return [['stopping', 0]];
    case 'host.started':
      return [['booted', 0]];
    default:
      return [];
  }
}

/** Collects the moments of a run, in order. */
export class Moments {
  private readonly instants = new Map<Moment, number[]>();

  observe(event: RecordedEvent): void {
    for (const [moment, laterMs] of momentsOf(event)) {
      const instants = this.instants.get(moment) ?? [];
      instants.push(event.atMs + laterMs);
      this.instants.set(moment, instants);
    }
  }

  /** The `nth` of these moments, counted round, in milliseconds; undefined where there was none. */
  instant(moment: Moment, nth: number): number | undefined {
    const instants = this.instants.get(moment);
    return instants?.[nth % instants.length];
  }
}
