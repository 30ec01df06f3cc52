import type { Clock, EventSink } from '../ports';
import type { ClientSettings } from './client-settings';
import { FlightLimit } from './flight-limit';

export interface UplinkOptions {
  readonly session: string;
  readonly clock: Clock;
  readonly settings: ClientSettings;
  readonly events: EventSink;
  readonly send: (chunk: Buffer) => void;
  /**
   * Bytes on their way, where the server acknowledges none (base protocol): what the kernel has not
   * taken yet is all that can be known.
   */
  readonly unsentBytes?: () => number;
}

/**
 * The microphone audio of one session on its way to the server.
 *
 *   microphone --> [part of a chunk] --> [waiting] --> in flight --> acknowledged
 *                                        '--- at most 64,000 bytes ---'
 *
 * Until the session is acknowledged everything waits, so that the first words are not lost. On a
 * slow link less may fly, see {@link FlightLimit}, and the rest waits. When
 * there is too much, the oldest that waits is dropped: late words help nobody. Nothing outlives the
 * session.
 */
export class Uplink {
  private readonly options: UplinkOptions;
  private readonly limit: FlightLimit;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;
  private part: Buffer[] = [];
  private partBytes = 0;
  private sentBytes = 0;
  private acknowledgedBytes = 0;
  private phase: 'filling' | 'open' | 'closed' = 'filling';

  constructor(options: UplinkOptions) {
    this.options = options;
    this.limit = new FlightLimit(options.settings);
  }

  /** Takes what the microphone heard, in pieces of any size. */
  take(pcm: Buffer): void {
    if (this.phase === 'closed') return;
    let rest = pcm;
    while (rest.length > 0) {
      const missing = this.options.settings.uplinkChunkBytes - this.partBytes;
      this.part.push(rest.subarray(0, missing));
      this.partBytes += Math.min(missing, rest.length);
      rest = rest.subarray(missing);
      if (this.partBytes === this.options.settings.uplinkChunkBytes) this.completeChunk();
    }
  }

  /** The server has acknowledged the session: what waited goes first, in order. */
  open(): void {
    if (this.phase !== 'filling') return;
    this.phase = 'open';
    this.flush();
  }

  /**
   * The server has taken this many bytes of the session so far. Counts that shrink, or exceed what
   * was sent, are a peer's mistake and change nothing.
   */
  acknowledge(bytes: number): void {
    if (bytes <= this.acknowledgedBytes || bytes > this.sentBytes) return;
    this.acknowledgedBytes = bytes;
    this.limit.acknowledged(this.options.clock.now(), bytes);
    this.flush();
  }

  /** The ear was closed: a begun chunk would be continued with what is heard much later. */
  cut(): void {
    this.part = [];
    this.partBytes = 0;
  }

  /** An answer begins: what waits would be sent while nobody listens. */
  hush(): void {
    this.cut();
    this.dropOldest(-Infinity);
  }

  close(): void {
    this.phase = 'closed';
    this.cut();
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  private completeChunk(): void {
    const chunk = this.part.length === 1 ? (this.part[0] as Buffer) : Buffer.concat(this.part);
    this.cut();
    this.waiting.push(chunk);
    this.waitingBytes += chunk.length;
    this.flush();
    this.dropOldest(this.options.settings.uplinkLimitBytes);
  }

  private flush(): void {
    if (this.phase !== 'open') return;
    const { send } = this.options;
    const limitBytes = this.flightLimitBytes();
    let next = this.waiting[0];
    while (next !== undefined && this.inFlightBytes() + next.length <= limitBytes) {
      this.waiting.shift();
      this.waitingBytes -= next.length;
      this.sentBytes += next.length;
      send(next);
      next = this.waiting[0];
    }
  }

  private dropOldest(limitBytes: number): void {
    const { events, session } = this.options;
    while (this.inFlightBytes() + this.waitingBytes > limitBytes) {
      const oldest = this.waiting.shift();
      if (oldest === undefined) return;
      this.waitingBytes -= oldest.length;
      const bytes = oldest.length;
      events.emit({ type: 'audio.dropped', session, bytes, reason: 'uplink_full' });
    }
  }

  private flightLimitBytes(): number {
    const { clock, settings, unsentBytes } = this.options;
    return unsentBytes === undefined ? this.limit.bytes(clock.now()) : settings.uplinkLimitBytes;
  }

  private inFlightBytes(): number {
    return this.options.unsentBytes?.() ?? this.sentBytes - this.acknowledgedBytes;
  }
}
