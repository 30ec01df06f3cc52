import { resolve } from 'node:path';

import { EventFile } from '../adapters/event-file';
import type { Teller } from '../adapters/event-line';
import { EventLog, type LogLevel } from '../adapters/event-log';
import { JournalFile } from '../adapters/journal-file';
import { LineWriter } from '../adapters/line-writer';
import { LogDigest } from '../adapters/log-digest';
import { LoopWatch } from '../adapters/loop-watch';
import { machineStart } from '../adapters/machine-start';
import { RefusalDigest } from '../adapters/refusal-digest';
import { SystemClock } from '../adapters/system-clock';
import { EVENTS_VERSION, type LifeFields, type LinkEvent } from '../events';
import type { EventSink } from '../ports';
import { asked, note, UsageError, warn } from './command-line';
import { bytesOf } from './setting-kind';

const STANDARD_OUTPUT = 1;

/** The settings that this is about, and how the user knows them. */
interface Settings {
  readonly values: {
    /** How the log is written: `auto` for a person on a terminal, else as JSON. */
    readonly logFormat: 'auto' | 'human' | 'json';
    readonly logLevel: LogLevel;
    readonly events: string | undefined;
    readonly journal: string;
    readonly journalLimit: string;
  };
  whereOf(name: 'events' | 'journal'): string;
}

/** Whose events they are. */
export interface Program {
  /** A device's name, or `server`. */
  readonly host: string;
  readonly life: Pick<LifeFields, 'program' | 'server' | 'settings'>;
  readonly secrets: readonly (string | undefined)[];
}

type Background = Teller & { readonly clock: SystemClock };

/**
 * Resolves once the journal has its first line, or cannot have it: that is no reason not to run.
 * Rejects with a {@link UsageError} where the file of events cannot be made.
 */
export async function openProgramEvents(
  settings: Settings,
  program: Program,
): Promise<ProgramEvents> {
  // Nothing of this keeps the program alive, or is what it has to let go of.
  const clock = new SystemClock({ isBackground: true });
  const secrets = program.secrets.filter((secret) => secret !== undefined);
  const teller: Background = { clock, secrets, host: program.host };
  const life = { ...program.life, version: EVENTS_VERSION, machine: machineStart() };
  const file = openEventFile(settings, teller, life);
  const journal = openJournal(settings, teller, life);
  await journal?.opened();
  return new ProgramEvents(settings, teller, { file, journal });
}

/**
 * Tells what happens: in the log, on standard output, and in files where they are asked for. Knows
 * how long the event loop stood still, which nobody else would tell.
 */
export class ProgramEvents implements EventSink {
  readonly lag: LoopWatch;
  private readonly log: EventLog;
  private readonly digest: LogDigest;
  private readonly file: EventFile | undefined;
  private readonly journal: JournalFile | undefined;
  private readonly toJournal: EventSink | undefined;

  constructor(
    { values }: Settings,
    { clock, secrets }: Background,
    { file, journal }: { file: EventFile | undefined; journal: JournalFile | undefined },
  ) {
    const { logFormat, logLevel: level } = values;
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
    this.file = file;
    this.journal = journal;
    this.toJournal = journal && new RefusalDigest({ clock, sink: journal });
    this.lag = new LoopWatch({ clock, events: this });
  }

  emit(event: LinkEvent): void {
    this.digest.emit(event);
    this.file?.emit(event);
    this.toJournal?.emit(event);
  }

  /** The last words of a program that ends because of this. */
  fatal(error: unknown): void {
    this.log.fatal(error);
    this.journal?.closeNow();
  }

  /** Resolves within two seconds, when the journal is on the disk. May be called twice. */
  async close(): Promise<void> {
    this.lag.close();
    await this.journal?.close();
    this.file?.close();
  }
}

function openEventFile(
  settings: Settings,
  teller: Teller,
  life: LifeFields,
): EventFile | undefined {
  const { events: path, journal } = settings.values;
  if (path === undefined) return undefined;
  const where = `${settings.whereOf('events')}: ${path}`;
  // It is begun anew each time, which a journal would not survive.
  if (resolve(path) === resolve(journal)) throw new UsageError(`${where}: it is the journal, too`);
  const onError = ({ message }: Error): void => warn(`${where}: ${message}`);
  return asked(where, () => new EventFile({ ...teller, path, life, onError }));
}

/** One that cannot be written may be so later: a link is worth more than its journal. */
function openJournal(
  settings: Settings,
  teller: Background,
  life: LifeFields,
): JournalFile | undefined {
  const { journal: path, journalLimit } = settings.values;
  if (path === 'off') return undefined;
  const where = `${settings.whereOf('journal')}: ${path}`;
  return new JournalFile({
    ...{ ...teller, path, life, limitBytes: bytesOf(journalLimit) },
    onFailed: ({ message }) => warn(`${where}: ${message}; it is tried again, the link goes on`),
    onRecovered: () => note(`${where}: it is written again`),
  });
}
