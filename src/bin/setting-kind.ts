/** What a setting may be, whether it comes as text or out of a file. */
import type { TomlValue } from 'smol-toml';

export interface Kind<Value> {
  /** How the value is named in a usage line; none for a switch. */
  readonly placeholder: string | undefined;
  /** What it must be, as the end of "It must be ...". */
  readonly must: string;
  /** A flag's argument, or a variable. Undefined: it is not what it must be. */
  fromText(text: string): Value | undefined;
  /** The value of a key in a file of settings, where numbers and switches have types. */
  fromToml(value: TomlValue): Value | undefined;
}

/** Any text that is not empty. */
export function text(placeholder: string): Kind<string> {
  const take = (value: TomlValue): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  return { placeholder, must: 'text, and not empty', fromText: take, fromToml: take };
}

/** The name of a file; a relative one counts from the folder that the program is started in. */
export function file(): Kind<string> {
  return { ...text('<file>'), must: 'the name of a file' };
}

/** One of a few words. */
export function oneOf<const Words extends readonly string[]>(...words: Words): Kind<Words[number]> {
  const take = (value: TomlValue): Words[number] | undefined =>
    words.find((word) => word === value);
  const must = `one of ${words.join(', ')}`;
  return { placeholder: `<${words.join('|')}>`, must, fromText: take, fromToml: take };
}

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} on` : `from ${min} to ${max}`;
  const take = (value: unknown): number | undefined =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? (value as number)
      : undefined;
  return {
    placeholder: '<number>',
    must: `a whole number ${range}`,
    fromText: (digits) => (/^-?\d+$/.test(digits) ? take(Number(digits)) : undefined),
    fromToml: take,
  };
}

/** Bytes, as `10MB`; {@link bytesOf} says how many that is. */
export function size(minBytes: number): Kind<string> {
  const take = (value: TomlValue): string | undefined =>
    typeof value === 'string' && bytesOf(value) >= minBytes ? value : undefined;
  const must = `a size from ${minBytes / 1_000}KB to ${MAX_SIZE}, as 500KB or 10MB`;
  return { placeholder: '<size>', must, fromText: take, fromToml: take };
}

const UNITS = { KB: 1e3, MB: 1e6, GB: 1e9 } as const;
const MAX_SIZE = '999GB';

/** How many bytes a size is; NaN where it is none. */
export function bytesOf(text: string): number {
  const [, digits, unit] = /^(\d{1,3})(KB|MB|GB)$/.exec(text) ?? [];
  return Number(digits) * UNITS[unit as keyof typeof UNITS];
}

/** A number from 0 to 1. */
export function share(): Kind<number> {
  const take = (value: unknown): number | undefined =>
    typeof value === 'number' && value >= 0 && value <= 1 ? value : undefined;
  return {
    placeholder: '<number>',
    must: 'a number from 0 to 1',
    fromText: (digits) => (/^\d*\.?\d+$/.test(digits) ? take(Number(digits)) : undefined),
    fromToml: take,
  };
}

/** On or off. */
export function toggle(): Kind<boolean> {
  const WORDS: Readonly<Record<string, boolean>> = { true: true, 1: true, false: false, 0: false };
  return {
    placeholder: undefined,
    must: 'true or false',
    fromText: (word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined),
    fromToml: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

/**
 * A device: one of a few words, an adapter that may have a name after a colon, or `wav:FILE`. What
 * the names are only the adapters know.
 */
export function device(words: readonly string[], adapters: Readonly<Record<string, string>>) {
  const take = (value: TomlValue): string | undefined => {
    if (typeof value !== 'string') return undefined;
    const [, adapter = '', name] = /^([^:]*)(?::(.+))?$/s.exec(value) ?? [];
    const isKnown = name === undefined && words.includes(adapter);
    const isFile = adapter === 'wav' && name !== undefined;
    return isKnown || isFile || Object.hasOwn(adapters, adapter) ? value : undefined;
  };
  const named = Object.entries(adapters).map(([adapter, what]) => `${adapter}[:${what}]`);
  const must = `${[words[0], ...named, 'wav:FILE'].join(', ')} or ${words.slice(1).join(' or ')}`;
  return { placeholder: '<device>', must, fromText: take, fromToml: take } satisfies Kind<string>;
}

/** Any number of phrases, which may have commas in them; an empty text is none. */
export function phrases(): Kind<readonly string[]> {
  return {
    placeholder: '<phrases>',
    must: 'phrases with semicolons between them, or a list',
    fromText: (list) => (list.trim() === '' ? [] : list.split(';').map((phrase) => phrase.trim())),
    fromToml: (value) =>
      Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined,
  };
}
