/**
 * The flight recorder of a program: what it keeps of its lives, on its disk.
 *
 *   journal-file    this file: a queue of lines, when they are written, and what comes of failure
 *   journal-store   the files: appending, rotating, syncing
 *   journal-tail    how a journal ends, and what a kill has torn of it
 *   journal-lock    which process writes it
 *   event-line      an event as a line
 *   refusal-digest  what strangers do is counted, and does not fill it
 */
import { JOURNAL_SYNC_MS } from '../constants';
import { isDurable, type LifeFields, type LinkEvent } from '../events';
import type { Clock, EventSink, TimerHandle, WallClock } from '../ports';
import { EventLine, type Teller } from './event-line';
import { JournalStore, type JournalStoreOptions } from './journal-store';

export interface JournalFileOptions extends JournalStoreOptions, Teller {
  /** Its timers must not keep the program alive. */
  readonly clock: Clock & WallClock;
  /** What the first line of each file says of this life. */
  readonly life: LifeFields;
  /** It is not written from now on; told once, until it is again. */
  readonly onFailed: (error: Error) => void;
  readonly onRecovered: () => void;
}

/** Lines that wait for a disk; what comes beyond is counted, and lost. */
const QUEUE_BYTES = 256 * 1024;
/** What is written at once. */
const WRITE_BYTES = 32 * 1024;
/** As much again is left for the disk. */
const SYNC_AFTER_MS = JOURNAL_SYNC_MS / 2;
/** The waits before a disk that failed is tried again: they double, up to the last. */
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 5 * 60_000;
/** For the first line at the start, and for the last ones at the end. */
const PATIENCE_MS = 1_000;

/**
 * Appends durable events to a file, as JSON Lines. Nothing waits for the disk: one operation at a
 * time is under way, off the event loop, and lines queue behind it. Whatever the disk does costs
 * lines and no more.
 */
export class JournalFile implements EventSink {
  private readonly options: JournalFileOptions;
  private readonly store: JournalStore;
  private readonly queue: EventLine[] = [];
  private queuedLength = 0;
  /** So many lines at the head of the queue are being written. */
  private underWay = 0;
  private lost = 0;
  /** Of the last line that was written. */
  private seq = 0;
  private boot: number | undefined;
  private working: Promise<void> | undefined;
  private isSyncDue = false;
  private syncTimer: TimerHandle | undefined;
  private retryTimer: TimerHandle | undefined;
  private retryMs = FIRST_RETRY_MS;
  private isFailing = false;
  private isClosed = false;

  constructor(options: JournalFileOptions) {
    this.options = options;
    this.store = new JournalStore(options);
    this.emit({ type: 'host.started', ...options.life });
  }

  emit(event: LinkEvent): void {
    if (this.isClosed || !isDurable(event.type)) return;
    if (this.queuedLength >= QUEUE_BYTES) this.lost += 1;
    else {
      this.tellLost();
      this.push(event);
    }
    this.work();
  }

  /** Resolves when this life has its first line in the file, or that has failed, or takes long. */
  async opened(): Promise<void> {
    await this.inTime(this.working);
  }

  /** Writes what is left, in bounded time; what is emitted afterwards is dropped. Never rejects. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.options.clock.clearTimeout(this.syncTimer);
    this.options.clock.clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    await this.inTime(this.finish());
  }

  /** The last thing that a program does which ends because of an error. Never throws. */
  closeNow(): void {
    if (this.isClosed || this.boot === undefined) return;
    this.isClosed = true;
    this.tellLost();
    try {
      this.store.appendNow(this.textOf(this.queue.slice(this.underWay), this.underWay));
    } catch (error) {
      this.options.onFailed(error as Error);
    }
  }

  private push(event: LinkEvent): void {
    const line = new EventLine(event, this.options);
    this.queue.push(line);
    this.queuedLength += line.length;
  }

  private tellLost(): void {
    const { lost } = this;
    this.lost = 0;
    if (lost > 0) this.push({ type: 'journal.gap', lines: lost });
  }

  /** Unless it is done already, or waits for a disk to get well. */
  private work(): void {
    if (this.working !== undefined || this.retryTimer !== undefined) return;
    this.working = this.workThrough().then(
      () => this.rest(),
      (error: unknown) => this.fail(error as Error),
    );
  }

  private rest(): void {
    this.working = undefined;
    // Something may have come in the very last moment.
    if (this.hasWork && !this.isClosed) this.work();
  }

  private get hasWork(): boolean {
    return this.queue.length > 0 || this.isSyncDue;
  }

  private async workThrough(): Promise<void> {
    // What is told in one turn of the loop is one write.
    await Promise.resolve();
    if (!this.store.isOpen) await this.open();
    while (this.hasWork) {
      if (this.isSyncDue) await this.sync();
      else await this.writeSome();
    }
  }

  private async open(): Promise<void> {
    const last = await this.store.open();
    const { boot } = this;
    if (last !== undefined) this.goOnAfter(last.seq, last.boot);
    this.boot ??= 1;
    // A life whose file was taken away goes on in a new one, or behind somebody else's lines.
    if (boot !== undefined && (this.store.isEmpty || boot !== this.boot)) await this.continue();
  }

  private goOnAfter(seq: number, boot: number): void {
    if (boot === this.boot) this.forget(Math.max(0, seq - this.seq));
    else if (this.boot === undefined || boot > this.boot) this.boot = boot + 1;
    this.seq = Math.max(this.seq, seq);
  }

  private async writeSome(): Promise<void> {
    const lines = this.nextLines();
    if (!this.store.hasRoomFor(Buffer.byteLength(this.textOf(lines)))) await this.rotate();
    this.underWay = lines.length;
    await this.store.append(this.textOf(lines));
    this.seq += lines.length;
    this.forget(lines.length);
    this.tellLost();
    this.syncSoon();
    this.recover();
  }

  private nextLines(): EventLine[] {
    let length = 0;
    const end = this.queue.findIndex((line) => (length += line.length) > WRITE_BYTES);
    return this.queue.slice(0, end === -1 ? undefined : Math.max(1, end));
  }

  /** @param after - so many lines come before them that have no number yet. */
  private textOf(lines: readonly EventLine[], after = 0): string {
    const { boot = 1, seq } = this;
    return lines.map((line, index) => line.at(seq + after + index + 1, boot)).join('');
  }

  private async rotate(): Promise<void> {
    await this.store.rotate();
    await this.continue();
  }

  private async continue(): Promise<void> {
    const event = { type: 'journal.continued', ...this.options.life } as const;
    const line = new EventLine(event, this.options, this.queue[0]);
    await this.store.append(this.textOf([line]));
    this.seq += 1;
  }

  /** These lines are in the file. */
  private forget(lines: number): void {
    this.underWay = 0;
    for (const { length } of this.queue.splice(0, lines)) this.queuedLength -= length;
  }

  private syncSoon(): void {
    if (this.isClosed) return;
    this.syncTimer ??= this.options.clock.setTimeout(() => {
      this.syncTimer = undefined;
      this.isSyncDue = true;
      this.work();
    }, SYNC_AFTER_MS);
  }

  private async sync(): Promise<void> {
    this.isSyncDue = false;
    await this.store.sync();
  }

  private recover(): void {
    this.retryMs = FIRST_RETRY_MS;
    if (this.isFailing) this.options.onRecovered();
    this.isFailing = false;
  }

  private async fail(error: Error): Promise<void> {
    if (!this.isFailing) this.options.onFailed(error);
    this.isFailing = true;
    this.isSyncDue = false;
    // Whether it can be closed or not, it is opened anew.
    await this.store.close().catch(() => undefined);
    this.underWay = 0;
    this.working = undefined;
    if (!this.isClosed) this.retryLater();
  }

  private retryLater(): void {
    this.retryTimer = this.options.clock.setTimeout(() => {
      this.retryTimer = undefined;
      this.work();
    }, this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }

  private async finish(): Promise<void> {
    await this.working;
    this.isSyncDue = true;
    this.work();
    await this.working;
    await this.store.close().catch(() => undefined);
  }

  private async inTime(done: Promise<void> | undefined): Promise<void> {
    const { clock } = this.options;
    let timer: TimerHandle | undefined;
    const late = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, PATIENCE_MS);
    });
    await Promise.race([done, late]);
    clock.clearTimeout(timer);
  }
}
