import { writeFileSync } from 'node:fs';

import { CommanderError, InvalidArgumentError } from 'commander';

import { wholeNumber as wholeNumberKind } from './setting-kind';

/** Wrong use of a command or a setting: told without a stack, and the exit code is 2. */
export class UsageError extends Error {}

/** What may be well the next time: told without a stack, and the exit code is 1. */
export class FailedError extends Error {}

export const FAILED = 1;
const WRONG_USE = 2;
/** As a shell has it for SIGINT. */
export const INTERRUPTED = 130;

/** Runs a program and turns what comes of it into the exit code. */
export function runMain(main: () => Promise<number>): void {
  main().then(
    (exitCode) => (process.exitCode = exitCode),
    (error: unknown) => (process.exitCode = tell(error)),
  );
}

function tell(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_USE;
  const isUsage = error instanceof UsageError;
  const isTold = isUsage || error instanceof FailedError || !(error instanceof Error);
  const text = isTold ? String(error) : (error.stack ?? error.message);
  process.stderr.write(`${text.replace(/^Error: /, 'error: ')}\n`);
  return isUsage ? WRONG_USE : FAILED;
}

/**
 * What to do when nobody reads our output any more, as after `| head`. Without it the next line
 * ends the program with a stack. That nobody reads our complaints changes nothing.
 */
export function onOutputClosed(act: () => void): void {
  process.stdout.on('error', unlessClosed(act));
  process.stderr.on(
    'error',
    unlessClosed(() => undefined),
  );
}

function unlessClosed(act: () => void): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== 'EPIPE') throw error;
    act();
  };
}

/** For an option that takes a whole number from `min` on. */
export function wholeNumber(min: number, max?: number): (text: string) => number {
  const { fromText, must } = wholeNumberKind(min, max);
  return (text) => {
    const number = fromText(text);
    if (number === undefined) throw new InvalidArgumentError(`It must be ${must}.`);
    return number;
  };
}

/** For an option that takes a regular expression. */
export function toPattern(text: string): RegExp {
  try {
    return new RegExp(text, 'i');
  } catch {
    throw new InvalidArgumentError('It is no regular expression.');
  }
}

/**
 * What is asked for by a setting, and can be wrong in ways that have a code: then its message is
 * told by the name that the user knows, `where`.
 */
export function asked<Result>(where: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw asUsageError(where, error);
  }
}

/** What of an error a user can mend; anything else stays what it is. */
export function asUsageError(where: string, error: unknown): unknown {
  if (error instanceof UsageError || !(error instanceof Error)) return error;
  return 'code' in error ? new UsageError(`${where}: ${error.message}`) : error;
}

/** Tells what a person wants to know, and a program does not: no event. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Tells what works and is unwise. */
export function warn(text: string): void {
  process.stderr.write(`warning: ${text}\n`);
}

/**
 * An error that nobody expected leaves a program of which nothing is known: `tell` has its last
 * words, `letGo` what the system would keep after us, and it ends.
 */
export function onFatal(tell: (error: unknown) => void, letGo?: () => void): void {
  process.once('uncaughtException', (error) => {
    // A second one, out of what follows, ends the program by Node's own hand.
    try {
      tell(error);
      letGo?.();
    } finally {
      process.exit(FAILED);
    }
  });
}

/** Calls `act` at each SIGHUP, which would end the program otherwise. */
export function onHangUp(act: () => void): void {
  process.on('SIGHUP', act);
}

/**
 * Calls `stop` at the first SIGINT or SIGTERM. At the second the program ends at once, for somebody
 * who does not want to wait. Returns a function that leaves signals alone again.
 */
export function onSignals(stop: (signal: NodeJS.Signals) => void): () => void {
  let told = false;
  const heard = (signal: NodeJS.Signals): void => {
    if (told) process.exit(FAILED);
    told = true;
    stop(signal);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, heard);
  return () => {
    for (const signal of signals) process.off(signal, heard);
  };
}

/**
 * Writes a file that an option names; `''` at the start, so that one that cannot be written is
 * known before hours were spent on what goes into it. Throws a {@link UsageError}.
 */
export function writeOutput(option: string, file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${option}: ${(error as Error).message}`);
  }
}
