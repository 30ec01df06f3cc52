import type { RecordedEvent } from '../events';
import { FAULT_KINDS } from './drawn-faults';
import {
  LINK_STATES,
  SESSION_STATES,
  WatchedClients,
  type LinkState,
  type SessionState,
} from './watched-clients';

/**
 * Every pair of a kind of fault, the state of the link and that of the session that there can be. A
 * fault can begin in any state; but a session needs a link, and a program that is off has neither.
 */
export const POSSIBLE_PAIRS: readonly string[] = [
  ...FAULT_KINDS.flatMap((kind) => LINK_STATES.map((link) => pair(kind, 'link', link))),
  ...FAULT_KINDS.flatMap((kind) => SESSION_STATES.map((state) => pair(kind, 'session', state))),
  ...LINK_STATES.flatMap((link) =>
    SESSION_STATES.filter((session) => goTogether(link, session)).map((session) =>
      pair(link, 'session', session),
    ),
  ),
];

function pair(one: string, axis: 'link' | 'session', state: string): string {
  return `${one} / ${axis} ${state}`;
}

function goTogether(link: LinkState, session: SessionState): boolean {
  if (link === 'off' || session === 'off') return link === session;
  return link === 'connected' || session === 'listening_for_hotword';
}

/** Notes in which states faults begin, and which states there are together. */
export class Pairs {
  private readonly clients = new WatchedClients();
  private readonly onMet: (pair: string) => void;
  private step: number | undefined;

  /** @param onMet - is told each pair that is met, and again each time. */
  constructor(onMet: (pair: string) => void) {
    this.onMet = onMet;
  }

  observe(event: RecordedEvent): void {
    if (event.type === 'fault.began') {
      this.began(event.fault, event.hosts);
      return;
    }
    this.settled(event);
    this.clients.observe(event);
  }

  /** Within a step a client is on its way from one state to another. */
  private settled({ step }: RecordedEvent): void {
    if (step === this.step) return;
    this.step = step;
    for (const { link, session } of this.clients.all()) {
      this.onMet(pair(link, 'session', session));
    }
  }

  /** What befalls a server befalls every client of it. */
  private began(fault: string, hosts: readonly string[]): void {
    for (const { link, session } of this.clients.at(hosts)) {
      this.onMet(pair(fault, 'link', link));
      this.onMet(pair(fault, 'session', session));
    }
  }
}
