import type { ClientSettings } from './client-settings';

/** Acknowledgements that come closer together are one, so that a talkative server costs nothing. */
const GRAIN_MS = 100;

interface Acknowledgement {
  readonly atMs: number;
  readonly bytes: number;
}

/**
 * How much audio may fly: no more than the link took in the last 2 s, so that what is written now
 * is there 2 s from now, a word that ends the session too. A link at half the pace of speech would
 * otherwise hold 4 s of it.
 *
 * What a link takes is known by its acknowledgements alone; before there are any, a second's worth
 * may fly, and never less.
 */
export class FlightLimit {
  private readonly settings: ClientSettings;
  /** Of the last 2 s, oldest first, and the one before. */
  private recent: Acknowledgement[] = [{ atMs: -Infinity, bytes: 0 }];

  constructor(settings: ClientSettings) {
    this.settings = settings;
  }

  /** The server has taken this many bytes so far: a number that grows. */
  acknowledged(atMs: number, bytes: number): void {
    const last = this.recent.at(-1);
    if (last === undefined || last.atMs + GRAIN_MS <= atMs) this.recent.push({ atMs, bytes });
    else this.recent[this.recent.length - 1] = { atMs: last.atMs, bytes };
  }

  bytes(nowMs: number): number {
    const { uplinkDelayMs, uplinkLeastBytes, uplinkLimitBytes } = this.settings;
    const begin = this.recent.findLastIndex(({ atMs }) => atMs <= nowMs - uplinkDelayMs);
    this.recent = this.recent.slice(begin);
    const taken = (this.recent.at(-1)?.bytes ?? 0) - (this.recent[0]?.bytes ?? 0);
    return Math.min(uplinkLimitBytes, Math.max(uplinkLeastBytes, taken));
  }
}
