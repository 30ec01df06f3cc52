import type { Clock, EventSink, Random } from '../ports';
import type { ClientSettings } from './client-settings';
import { Uplink } from './uplink';
import type { WebSocketClient } from './websocket-client';

export interface SessionOptions {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: EventSink;
  readonly link: WebSocketClient;
  /** Whether the server says how much of the audio it took: in the base protocol it does not. */
  readonly acknowledges: boolean;
}

/** One session: its name, which the client chooses, and what the microphone sends in it. */
export class Session {
  readonly id: string;
  readonly acknowledges: boolean;
  readonly uplink: Uplink;

  constructor({ acknowledges, link, random, ...options }: SessionOptions) {
    const id = Math.floor(random.next() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    this.id = id;
    this.acknowledges = acknowledges;
    this.uplink = new Uplink({
      ...options,
      session: id,
      send: (chunk) => link.sendAudio(id, chunk),
      ...(acknowledges ? {} : { unsentBytes: () => link.bufferedBytes }),
    });
  }
}
