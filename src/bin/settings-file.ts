import { parse, TomlError, type TomlValue } from 'smol-toml';

import { FileRefusedError, readSmallFile } from '../adapters/small-file';
import { UsageError } from './command-line';

/** Nobody writes a longer one by hand. */
const LIMIT_BYTES = 64 * 1024;

/** A file of settings: TOML, one key for each setting. */
export interface SettingsFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, TomlValue>;
  /** Where a key is, as `FILE:LINE`, or as `FILE` where no line begins with it. */
  whereOf(key: string): string;
}

/** Throws a {@link UsageError}; `askedForBy` is the flag or the variable that named the file. */
export function readSettingsFile(path: string, askedForBy: string): SettingsFile {
  const content = readText(path, askedForBy);
  const keys = linesOfKeys(content);
  return {
    path,
    values: new Map(Object.entries(parseToml(path, content))),
    whereOf: (key) => [path, keys.get(key)].filter((each) => each !== undefined).join(':'),
  };
}

function readText(path: string, askedForBy: string): string {
  const { bytes } = refusing(askedForBy, path, () => readSmallFile(path, LIMIT_BYTES));
  try {
    // This takes away a byte order mark, too.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${askedForBy}: ${path}: it is not UTF-8. Settings are text, in TOML.`);
  }
}

function refusing<Result>(askedForBy: string, path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const hint =
      error instanceof FileRefusedError ? '. It must be a file of settings, in TOML' : '';
    throw new UsageError(`${askedForBy}: ${path}: ${(error as Error).message}${hint}`);
  }
}

function parseToml(path: string, content: string): Readonly<Record<string, TomlValue>> {
  try {
    return parse(content);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The rest of its message shows the lines around, and one of them may hold a secret.
    const [problem = ''] = error.message.replace('Invalid TOML document: ', '').split('\n');
    const place = `${path}:${error.line}:${error.column}`;
    throw new UsageError(`${place}: no TOML: ${problem}. A setting is a line such as port = 8765.`);
  }
}

/** The first line that begins with each key; the library tells no places. */
function linesOfKeys(content: string): ReadonlyMap<string, number> {
  const keys = new Map<string, number>();
  for (const [index, line] of withoutLongStrings(content).split('\n').entries()) {
    const [, key] = /^\s*\[*\s*["']?([\w-]+)/.exec(line) ?? [];
    if (key !== undefined && !keys.has(key)) keys.set(key, index + 1);
  }
  return keys;
}

/** What lies between three quotes may look like anything. */
function withoutLongStrings(content: string): string {
  return content.replace(/"""[^]*?"""|'''[^]*?'''/g, (text) => text.replace(/[^\n]/g, ' '));
}
