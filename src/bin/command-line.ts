import { CommanderError, InvalidArgumentError } from 'commander';

/** Wrong use of a command or a setting: told without a stack, and the exit code is 2. */
export class UsageError extends Error {}

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
  const text = error instanceof Error && !isUsage ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text.replace(/^Error: /, 'error: ')}\n`);
  return isUsage ? WRONG_USE : FAILED;
}

/**
 * What to do when nobody reads our output any more, as after `| head`. Without it the next line
 * ends the program with a stack.
 */
export function onOutputClosed(act: () => void): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    act();
  });
}

/** For an option that takes a whole number from `min` on. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const number = Number(text);
    const isWhole = /^-?\d+$/.test(text) && Number.isSafeInteger(number);
    if (isWhole && number >= min && number <= max) return number;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It must be a whole number ${range}.`);
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
