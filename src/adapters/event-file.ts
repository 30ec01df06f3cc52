import { closeSync, openSync, writeSync } from 'node:fs';

import type { LifeFields, LinkEvent } from '../events';
import type { EventSink } from '../ports';
import { EventLine, type Teller } from './event-line';

/** A file of events is for looking into a run of hours, not for keeping: then it stops growing. */
const LIMIT_BYTES = 256 * 2 ** 20;

export interface EventFileOptions extends Teller {
  readonly path: string;
  /** What the first line says of this life. */
  readonly life: LifeFields;
  /** It is not written any more. */
  readonly onError: (error: Error) => void;
  /** Default 256 MiB. */
  readonly limitBytes?: number;
}

/**
 * Writes every event to a file, the transient ones too: JSON Lines, as those of a journal are, and
 * so for the same readers.
 *
 * Each line is written at once, so that a process that is killed has told everything. A file that
 * cannot be written ends the file and not the program.
 */
export class EventFile implements EventSink {
  private readonly options: EventFileOptions;
  private file: number | undefined;
  private lines = 0;
  private leftBytes: number;

  /** Begins the file anew. Throws what the file system has against it. */
  constructor(options: EventFileOptions) {
    this.options = options;
    this.leftBytes = options.limitBytes ?? LIMIT_BYTES;
    this.file = openSync(options.path, 'w');
    this.emit({ type: 'host.started', ...options.life });
  }

  emit(event: LinkEvent): void {
    if (this.file === undefined) return;
    this.lines += 1;
    const line = Buffer.from(new EventLine(event, this.options).at(this.lines, 1));
    this.leftBytes -= line.length;
    if (this.leftBytes < 0) this.fail(new Error('the file of events is full'));
    else this.append(line);
  }

  /** What is emitted afterwards is dropped. May be called twice. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file);
    this.file = undefined;
  }

  private append(line: Buffer): void {
    try {
      for (let at = 0; at < line.length;) at += writeSync(this.file as number, line, at);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private fail(error: Error): void {
    this.close();
    this.options.onError(error);
  }
}
