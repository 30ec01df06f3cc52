/** What a program can be told: a table, from which all else that is known of its settings comes. */
import type { Kind } from './setting-kind';

export interface Setting<Value = unknown> {
  /** What it is for, for the help and the reference. */
  readonly summary: string;
  readonly kind: Kind<Value>;
  /** Absent: it may be left out, and then is not set. */
  readonly default?: Value;
  /** The name that the code behind has for it: what that says of it is told by the user's name. */
  readonly feeds?: string;
  /**
   * It names a file with a secret. This variable may hold the secret itself instead: the command
   * line may not, because every process of the machine can read it.
   */
  readonly secretVariable?: string;
  /** Where it may come from. Default `anywhere`: a flag, a variable, a file. */
  readonly from?: 'anywhere' | 'flag_or_variable' | 'flag';
}

/** Settings by the names that the code has for them: `maxDevices` is `--max-devices`. */
export type SettingsTable = Readonly<Record<string, Setting>>;

type ValueOf<Row> = Row extends { readonly kind: Kind<infer Value> } ? Value : never;

/** The values of a table. */
export type Values<Table extends SettingsTable> = {
  readonly [Name in keyof Table]: Table[Name] extends { readonly default: unknown }
    ? ValueOf<Table[Name]>
    : ValueOf<Table[Name]> | undefined;
};

/** As a file has it, and a flag after two dashes: `max-devices`. */
export function keyOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** `TARS_MAX_DEVICES`; undefined where no variable is read. */
export function variableOf(name: string, { from }: Setting): string | undefined {
  return from === 'flag' ? undefined : `TARS_${keyOf(name).toUpperCase().replaceAll('-', '_')}`;
}

/** How a usage line has it: `--port <number>`. */
export function flagOf(name: string, { kind }: Setting): string {
  return [`--${keyOf(name)}`, kind.placeholder].filter(Boolean).join(' ');
}

/** What a value must be, where its summary and its placeholder do not say so already. */
export function mustOf({ kind }: Setting): string | undefined {
  return /^(text|the name|one of|true|phrases)/.test(kind.must) ? undefined : kind.must;
}

/** A default in words; undefined where there is none, or it is only that a switch is off. */
export function defaultOf({ default: value }: Setting): string | undefined {
  if (value === undefined || value === false) return undefined;
  return Array.isArray(value) ? value.join('; ') : String(value);
}
