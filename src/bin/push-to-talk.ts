import { fstatSync } from 'node:fs';

import type { HotwordRefusal } from '../adapters/hotwords/lasting-hotword';
import { KeyboardButton } from '../adapters/keyboard-button';
import type { Button } from '../ports';
import { FailedError, note, UsageError } from './command-line';

/** A button, which has to be let go of. */
export type Keyboard = Button & { close(): void };

const STANDARD_INPUT = 0;

/** What may be well the next time: mostly the network, which was not up yet. */
const PASSING: ReadonlySet<string> = new Set([
  'ERR_HOTWORD_ENGINE',
  'ERR_HOTWORD_KEY_ACTIVATION',
  'ERR_HOTWORD_KEY_LIMIT',
  'ERR_HOTWORD_KEY_THROTTLED',
]);

/**
 * Takes a key in place of a hotword, and says so in a line; `refusals` are why nobody listens.
 *
 * A service has no keyboard: then nothing could ever begin a session, and the program had better
 * end than be deaf. Throws a {@link UsageError}, or a {@link FailedError} for what may pass.
 */
export function openKeyboard(where: string, refusals: readonly HotwordRefusal[]): Keyboard {
  const reasons = refusals.map(({ message }) => message.replace(/\s+/g, ' ')).join(' ');
  const why = reasons === '' ? '' : ` Nobody listens for a hotword: ${reasons}`;
  if (!canBePressed()) {
    const problem = `${where}: nobody can begin a session: there is no keyboard.${why}`;
    const passes = refusals.some(({ code }) => PASSING.has(code));
    throw passes ? new FailedError(problem) : new UsageError(problem);
  }
  const button = new KeyboardButton();
  note(`push to talk: ${button.keys} begins a session, and ends it.${why}`);
  return button;
}

/** What reads from /dev/null has nobody at its keyboard. */
function canBePressed(): boolean {
  try {
    return process.stdin.isTTY || !fstatSync(STANDARD_INPUT).isCharacterDevice();
  } catch {
    return false; // Closed by whoever started us.
  }
}

/** What an adapter has against a setting: for the user to mend, or to be tried again. */
export function asToldError(where: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof UsageError || !('code' in error)) return error;
  const told = `${where}: ${error.message}`;
  return PASSING.has(String(error.code)) ? new FailedError(told) : new UsageError(told);
}
