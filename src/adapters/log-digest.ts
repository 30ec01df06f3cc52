/**
 * Keeps a log readable when something is broken for long.
 *
 *   LogDigest          this file: which event goes through whom
 *   LinkDigest         a server that is away, or takes the Pi in and drops it again
 *   MicrophoneDigest   a microphone that fails each time that it is opened
 *   Recurrence         which of many alike facts are told
 *
 * Whatever is held back is counted, and told with the next line; that it works again is told with
 * how long it did not. A file of `--events` has each event all the same.
 */
import type { LinkEvent } from '../events';
import type { Clock } from '../ports';
import { LinkDigest } from './link-digest';
import { MicrophoneDigest } from './microphone-digest';
import { Recurrence } from './recurrence';

/** What a log has beside events. */
export type Digest =
  | {
      /** The link has been down for so long; `label` is what ended the latest of so many dials. */
      readonly type: 'link.down';
      readonly downMs: number;
      readonly dials: number;
      readonly label: string;
    }
  | { readonly type: 'link.recovered'; readonly downMs: number; readonly dials: number }
  | { readonly type: 'microphone.recovered'; readonly downMs: number; readonly failures: number };

/** An event that stands for all of its kind since `forMs`. */
export type RepeatedEvent = LinkEvent & { readonly times: number; readonly forMs: number };

export type LogEntry = LinkEvent | Digest | RepeatedEvent;

export interface LogDigestOptions {
  readonly clock: Clock;
  readonly log: (entry: LogEntry) => void;
}

/** After so much quiet the next fact of a kind is news again. */
const QUIET_MS = 30 * 60_000;

export class LogDigest {
  private readonly options: LogDigestOptions;
  private readonly link: LinkDigest;
  private readonly microphone: MicrophoneDigest;
  /** By what is alike about them: from closed lists, so that there are few. */
  private readonly rows = new Map<string, { row: Recurrence; latestMs: number }>();

  constructor(options: LogDigestOptions) {
    this.options = options;
    this.link = new LinkDigest(options);
    this.microphone = new MicrophoneDigest(options);
  }

  emit(event: LinkEvent): void {
    switch (event.type) {
      case 'link.refused':
        return this.repeated(`${event.type} ${event.reason}`, event);
      case 'speaker.failed':
        return this.repeated(`${event.type} ${event.failure}`, event);
      case 'engine.failed':
      case 'hotword.failed':
      case 'callback.threw':
      case 'heartbeat.late':
      case 'microphone.overrun':
      case 'loop.stalled':
      case 'clock.stepped':
        return this.repeated(event.type, event);
      case 'microphone.opened':
      case 'microphone.failed':
      case 'microphone.closed':
        return this.microphone.emit(event);
      default:
        return this.link.emit(event);
    }
  }

  private repeated(kind: string, event: LinkEvent): void {
    const nowMs = this.options.clock.now();
    const known = this.rows.get(kind);
    const isOld = known === undefined || nowMs - known.latestMs >= QUIET_MS;
    const row = isOld ? new Recurrence(nowMs) : known.row;
    this.rows.set(kind, { row, latestMs: nowMs });
    if (!row.next(nowMs)) return;
    const { sinceMs, times } = row;
    this.options.log(row.isNew ? event : { ...event, times, forMs: nowMs - sinceMs });
  }
}
