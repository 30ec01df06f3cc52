import { EventFile } from '../adapters/event-file';
import { EventLog, type LogLevel } from '../adapters/event-log';
import { LineWriter } from '../adapters/line-writer';
import { LogDigest } from '../adapters/log-digest';
import type { SystemClock } from '../adapters/system-clock';
import type { LinkEvent } from '../events';
import type { EventSink } from '../ports';
import { UsageError, warn } from './command-line';

const STANDARD_OUTPUT = 1;

interface Options {
  /** How the log is written: `auto` for a person on a terminal, else as JSON. */
  readonly logFormat: 'auto' | 'human' | 'json';
  readonly logLevel: LogLevel;
  readonly file: EventFile | undefined;
  readonly secrets: readonly string[];
}

/** The settings that this is about, and how the user knows them. */
interface Settings {
  readonly values: Pick<Options, 'logFormat' | 'logLevel'> & {
    readonly events: string | undefined;
  };
  whereOf(name: 'events'): string;
}

/** Throws a {@link UsageError} where the file of events cannot be made. */
export function makeProgramEvents(
  clock: SystemClock,
  settings: Settings,
  secrets: readonly (string | undefined)[],
): ProgramEvents {
  const { events: path, logFormat, logLevel } = settings.values;
  return new ProgramEvents(clock, {
    ...{ logFormat, logLevel },
    file: path === undefined ? undefined : openEventFile(path, settings.whereOf('events'), clock),
    secrets: secrets.filter((secret) => secret !== undefined),
  });
}

/** Tells what happens: in the log, on standard output, and in a file where one is asked for. */
export class ProgramEvents implements EventSink {
  private readonly log: EventLog;
  private readonly digest: LogDigest;
  private readonly file: EventFile | undefined;

  constructor(clock: SystemClock, options: Options) {
    const { logFormat, logLevel: level, secrets } = options;
    const isTerminal = process.stdout.isTTY;
    const writer = new LineWriter(STANDARD_OUTPUT);
    this.log = new EventLog({
      wall: clock,
      level,
      secrets,
      format: logFormat === 'auto' ? (isTerminal ? 'human' : 'json') : logFormat,
      colors: isTerminal && process.env['NO_COLOR'] === undefined,
      write: (line) => writer.write(line),
    });
    this.digest = new LogDigest({ clock, log: (entry) => this.log.emit(entry) });
    this.file = options.file;
  }

  emit(event: LinkEvent): void {
    this.digest.emit(event);
    this.file?.emit(event);
  }

  /** The last words of a program that ends because of this. */
  fatal(error: unknown): void {
    this.log.fatal(error);
  }
}

function openEventFile(path: string, where: string, clock: SystemClock): EventFile {
  const onError = ({ message }: Error): void => warn(`${where}: ${path}: ${message}`);
  try {
    return new EventFile(path, clock, onError);
  } catch (error) {
    throw new UsageError(`${where}: ${path}: ${(error as Error).message}`);
  }
}
