import { Option } from 'commander';

import { EventFile } from '../adapters/event-file';
import { EventLog } from '../adapters/event-log';
import type { SystemClock } from '../adapters/system-clock';
import type { EventSink } from '../ports';
import { UsageError } from './command-line';

/** The option of {@link makeEventSink}. */
export function eventsOption(): Option {
  return new Option('--events <file>', 'writes every event to FILE as well, as JSON Lines').env(
    'TARS_EVENTS',
  );
}

/** Tells what happens on standard output, and in a file where one is asked for. */
export function makeEventSink(clock: SystemClock, path: string | undefined): EventSink {
  const log = new EventLog(clock, (line) => process.stdout.write(line));
  if (path === undefined) return log;
  const file = openEventFile(path, clock);
  return {
    emit: (event) => {
      log.emit(event);
      file.emit(event);
    },
  };
}

function openEventFile(path: string, clock: SystemClock): EventFile {
  const onError = ({ message }: Error): void => {
    process.stderr.write(`warning: --events: ${path}: ${message}\n`);
  };
  try {
    return new EventFile(path, clock, onError);
  } catch (error) {
    throw new UsageError(`--events: ${path}: ${(error as Error).message}`);
  }
}
