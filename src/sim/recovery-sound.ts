import { soundMs } from '../constants';
import type { EventOf, RecordedEvent } from '../events';
import { isLater } from './invariants/invariant';
import { cutsLinks, failsDevices, type Suspect } from './recovery-blame';

/** The last fault, of those that count, that was on or has just ended. */
export type FindSuspect = (counts: (fault: string) => boolean) => Suspect | undefined;

/** Told of sound that was lost, in milliseconds. */
export type OnLost = (
  quantity: 'uplink_lost' | 'downlink_lost',
  suspect: Suspect | undefined,
  ms: number,
) => void;

/** One answer, as its server says it and its client plays it. */
interface Answer {
  readonly turn: number;
  saidBytes: number;
  playedBytes: number;
  /** Set where it ended before all was heard. */
  brokenOff: EventOf<'playback.ended'> | undefined;
  /** Whether that was against everybody's will. */
  isLost: boolean;
}

/**
 * The sound of one session that never arrived, in both directions. What a person cut short, by hand
 * or by speaking, is not lost; nor is anything in a session that was never granted, because then
 * the person is told so.
 */
export class SessionSound {
  private readonly session: string;
  private readonly findSuspect: FindSuspect;
  private readonly lost = { uplinkBytes: 0, downlinkBytes: 0 };
  /** What was sent and has not been taken. */
  private flyingBytes = 0;
  private answer: Answer | undefined;
  private hasBegun = false;
  private isCut = false;
  /** Whether its server tells what it takes: a script does not. */
  private isTold = false;
  private uplinkSuspect: Suspect | undefined;
  private downlinkSuspect: Suspect | undefined;

  constructor(session: string, findSuspect: FindSuspect) {
    this.session = session;
    this.findSuspect = findSuspect;
  }

  /** Takes an event of its client, or of a server, which may be about anybody's session. */
  observe(event: RecordedEvent, isClient: boolean): void {
    if (!('session' in event) || event.session !== this.session) return;
    this.isTold ||= !isClient;
    switch (event.type) {
      case 'session.started':
        this.hasBegun ||= isClient;
        return;
      case 'audio.sent':
        if (isClient) this.flyingBytes += event.bytes;
        return;
      case 'audio.received':
        if (!isClient) this.flyingBytes -= event.bytes;
        return;
      case 'audio.dropped':
        if (event.reason === 'uplink_full') this.dropped(event.bytes);
        return;
      case 'turn.started':
      case 'playback.started':
        this.begin(event.turn);
        return;
      case 'playback.ended':
        this.played(event);
        return;
      case 'turn.ended':
        this.said(event);
        return;
      case 'session.ended':
        if (isClient && event.reason === 'link_lost') this.cut(event);
        return;
      default:
    }
  }

  /** Nothing more of it will arrive. */
  settle(onLost: OnLost): void {
    if (!this.hasBegun) return;
    this.settleAnswer();
    const { downlinkBytes, uplinkBytes } = this.lost;
    const upBytes = uplinkBytes + (this.isCut && this.isTold ? Math.max(0, this.flyingBytes) : 0);
    if (upBytes > 0) onLost('uplink_lost', this.uplinkSuspect, soundMs(upBytes));
    if (downlinkBytes > 0) onLost('downlink_lost', this.downlinkSuspect, soundMs(downlinkBytes));
  }

  private dropped(bytes: number): void {
    this.lost.uplinkBytes += bytes;
    this.uplinkSuspect = this.findSuspect(cutsLinks);
  }

  /** Whoever tells of it first: the server, unless that is a script. */
  private begin(turn: number): void {
    if (this.answer !== undefined && turn <= this.answer.turn) return;
    this.settleAnswer();
    this.answer = { turn, saidBytes: 0, playedBytes: 0, brokenOff: undefined, isLost: false };
  }

  private played(event: EventOf<'playback.ended'>): void {
    const { answer } = this;
    if (answer?.turn !== event.turn) return;
    if (event.how === 'finished') {
      this.answer = undefined;
      return;
    }
    answer.playedBytes = event.playedBytes;
    answer.saidBytes = Math.max(answer.saidBytes, event.receivedBytes);
    answer.brokenOff = event;
    if (event.how !== 'stopped') this.lose(answer, failsDevices);
  }

  /** A client that gave up waiting for the rest says so, and its server that playback failed. */
  private said({ bytes, error, turn }: EventOf<'turn.ended'>): void {
    const { answer } = this;
    if (answer?.turn !== turn) return;
    answer.saidBytes = Math.max(answer.saidBytes, bytes);
    if (error === 'interrupted') this.answer = undefined;
    if (error === 'playback_failed' && !answer.isLost) this.lose(answer, cutsLinks);
  }

  /** The link is lost, and the session with it. What was stopped before was so by somebody. */
  private cut(event: RecordedEvent): void {
    this.isCut = true;
    const suspect = this.findSuspect(cutsLinks);
    this.uplinkSuspect = suspect;
    this.downlinkSuspect = suspect;
    const { answer } = this;
    const wasStopped = answer?.brokenOff !== undefined && isLater(event, answer.brokenOff);
    if (wasStopped && !answer.isLost) this.answer = undefined;
  }

  private lose(answer: Answer, counts: (fault: string) => boolean): void {
    answer.isLost = true;
    this.downlinkSuspect = this.findSuspect(counts);
  }

  private settleAnswer(): void {
    const { answer } = this;
    this.answer = undefined;
    if (answer === undefined || !(answer.isLost || this.isCut)) return;
    this.lost.downlinkBytes += Math.max(0, answer.saidBytes - answer.playedBytes);
  }
}
