import type { RecordedEvent } from '../events';

/** Where the link of a client stands, as its events tell. */
export const LINK_STATES = ['off', 'waiting', 'dialing', 'open', 'connected'] as const;
/** Where its session stands; `off` while the program does not run. */
export const SESSION_STATES = [
  'off',
  'listening_for_hotword',
  'starting_session',
  'active_session',
  'processing_response',
] as const;

export type LinkState = (typeof LINK_STATES)[number];
export type SessionState = (typeof SESSION_STATES)[number];

/** One client, followed through its events. */
export class WatchedClient {
  link: LinkState = 'off';
  session: SessionState = 'off';
  /** Whether the link that was last dialled came to be one. */
  wasConnected = false;

  observe(event: RecordedEvent): void {
    // What a program that was told to stop still tells of is its end.
    if (this.session === 'off' && event.type !== 'host.started') return;
    switch (event.type) {
      case 'host.started':
        this.link = 'waiting';
        this.session = 'listening_for_hotword';
        return;
      case 'link.dialing':
        this.link = 'dialing';
        this.wasConnected = false;
        return;
      case 'link.open':
        this.link = 'open';
        return;
      case 'link.connected':
        this.link = 'connected';
        this.wasConnected = true;
        return;
      case 'link.failed':
      case 'link.lost':
        this.link = 'waiting';
        return;
      case 'state.changed':
        if (event.machine === 'client') this.session = asSession(event.to);
        return;
      case 'host.stopping':
      case 'host.killed':
      case 'host.lost_power':
      case 'host.crashed':
      case 'host.stopped':
        this.link = 'off';
        this.session = 'off';
        return;
      default:
    }
  }
}

function asSession(state: string): SessionState {
  return SESSION_STATES.find((known) => known === state) ?? 'off';
}

/** Follows every client of a run. */
export class WatchedClients {
  private readonly clients = new Map<string, WatchedClient>();

  /** The client whose event it was, as it is afterwards; undefined for any other's. */
  observe(event: RecordedEvent): WatchedClient | undefined {
    if (event.type === 'host.started' && event.program === 'client') this.add(event.host);
    const client = this.clients.get(event.host);
    client?.observe(event);
    return client;
  }

  all(): readonly WatchedClient[] {
    return [...this.clients.values()];
  }

  of(host: string): WatchedClient | undefined {
    return this.clients.get(host);
  }

  /** The clients among these hosts; all, where there is none. */
  at(hosts: readonly string[]): readonly WatchedClient[] {
    const named = hosts.flatMap((host) => this.clients.get(host) ?? []);
    return named.length > 0 ? named : [...this.clients.values()];
  }

  private add(host: string): void {
    if (!this.clients.has(host)) this.clients.set(host, new WatchedClient());
  }
}
