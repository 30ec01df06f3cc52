import { stringify, type TomlValue } from 'smol-toml';

import { readableWarning, readSecretFile, secretIn } from '../adapters/secret-file';
import { readSmallFile } from '../adapters/small-file';
import { asked, UsageError } from './command-line';
import { flagOf, keyOf, variableOf, type SettingsTable, type Values } from './setting';
import { readSettingsFile, type SettingsFile } from './settings-file';
import { suggestion } from './suggestion';

/** What a program was given. */
export interface SettingsInput {
  /** Flags by name; a switch is true or false, the rest text as it was typed. */
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly environment: NodeJS.ProcessEnv;
  /** Tables whose variables may stand in the same environment, for other programs. */
  readonly others?: readonly SettingsTable[];
}

/** A value, and the words for where it was set. */
interface Given {
  readonly value: unknown;
  readonly where: string;
  /** Whether `value` is a secret itself, rather than the name of a file with one. */
  readonly isSecret?: true;
}

/** How a name begins that is ours, in the environment. */
const OURS = /^TARS_/;
/** Another program of this package, with no table. */
const TOXIPROXY = /^TARS_TOXIPROXY_(HOST|PORT)$/;
/** All certificates that a browser trusts take a quarter of it. */
const FILE_LIMIT_BYTES = 1024 * 1024;
/** A value in a message is cut to so many characters. */
const SHOWN = 80;

/**
 * Settings as they are in the end: from flags, then variables, then a file, then the defaults.
 *
 * Whatever nobody knows, or is not what it must be, is an error that says where it was found. The
 * first one is told.
 */
export class EffectiveSettings<Table extends SettingsTable> {
  readonly values: Values<Table>;
  private readonly table: Table;
  private readonly given: ReadonlyMap<string, Given>;

  /** Throws a {@link UsageError}. */
  constructor(table: Table, input: SettingsInput) {
    this.table = table;
    const file = fileOf(table, input);
    refuseUnknownVariables([table, ...(input.others ?? [])], input.environment);
    if (file !== undefined) refuseUnknownKeys(table, file);
    this.given = new Map(
      Object.keys(table).flatMap((name) => {
        const given = new Lookup(table, name, input, file).find();
        return given === undefined ? [] : [[name, given] as const];
      }),
    );
    this.values = Object.fromEntries(
      Object.entries(table).map(([name, row]) => [name, this.valueOf(name) ?? row.default]),
    ) as Values<Table>;
  }

  /** Whether a setting was set anywhere, if only to its default. */
  isGiven(name: keyof Table & string): boolean {
    return this.given.has(name);
  }

  /** How the user knows a setting: by the flag, variable or line that set it, else by its flag. */
  whereOf(name: keyof Table & string): string {
    return this.given.get(name)?.where ?? `--${keyOf(name)}`;
  }

  /** What the code behind says of a setting, by the names that the user knows. */
  inUsersWords(message: string): string {
    return Object.entries(this.table).reduce(
      (told, [name, { feeds }]) =>
        feeds === undefined ? told : told.replace(nameIn(feeds), `${this.whereOf(name)}:`),
      message,
    );
  }

  /**
   * A secret, from its variable or its file; undefined where neither is given. `warn` is told what
   * is unwise. Throws a {@link UsageError}, which never holds the secret.
   */
  secret(name: keyof Table & string, warn: (warning: string) => void): string | undefined {
    const given = this.given.get(name);
    if (given === undefined) return undefined;
    const told = given.isSecret ? given.where : `${given.where}: ${String(given.value)}`;
    if (given.isSecret) return asked(told, () => secretIn(String(given.value)));
    const { text, warning } = asked(told, () => readSecretFile(String(given.value)));
    if (warning !== undefined) warn(`${told}: ${warning}`);
    return text;
  }

  /** Takes secrets out of an environment, so that no child of this process inherits them. */
  forgetSecrets(environment: NodeJS.ProcessEnv): void {
    for (const { secretVariable } of Object.values(this.table)) {
      if (secretVariable !== undefined) delete environment[secretVariable];
    }
  }

  /**
   * What is in the file that a setting names; undefined where it names none. Where it is secret,
   * `warn` is told that everybody may read it. Throws a {@link UsageError}.
   */
  readFile(name: keyof Table & string, warn?: (warning: string) => void): Buffer | undefined {
    const path = this.given.get(name)?.value;
    if (path === undefined) return undefined;
    const told = `${this.whereOf(name)}: ${String(path)}`;
    const { bytes, mode } = asked(told, () => readSmallFile(String(path), FILE_LIMIT_BYTES));
    const warning = readableWarning(mode);
    if (warning !== undefined) warn?.(`${told}: ${warning}`);
    return bytes;
  }

  /** Every setting and where it comes from, as a file that could be given back. Hides secrets. */
  print(): string {
    const lines = Object.keys(this.table)
      .filter((name) => this.table[name]?.from !== 'flag')
      .map((name) => this.printOne(name));
    return `${lines.join('\n')}\n`;
  }

  private printOne(name: string): string {
    const key = keyOf(name);
    const given = this.given.get(name);
    const value = given?.value ?? this.table[name]?.default;
    if (given?.isSecret) return `# ${key}: hidden  # from ${given.where}`;
    if (value === undefined) return `# ${key}: not set`;
    const line = `${stringify({ [key]: value }).trim()}  # ${given?.where ?? 'default'}`;
    // A file of settings cannot name another one.
    return name === 'config' ? `# ${line}` : line;
  }

  /** The file that holds a secret counts as not set where a variable has the secret itself. */
  private valueOf(name: string): unknown {
    const given = this.given.get(name);
    return given?.isSecret ? undefined : given?.value;
  }
}

/** A setting of the code behind, as its complaints begin; of a list it may be one of its parts. */
function nameIn(feeds: string): RegExp {
  return new RegExp(`(setting )?\\b${feeds}(\\.\\d+)?:`);
}

/** Where one setting may have been set, in the order that decides. */
class Lookup {
  constructor(
    private readonly table: SettingsTable,
    private readonly name: string,
    private readonly input: SettingsInput,
    private readonly file: SettingsFile | undefined,
  ) {}

  find(): Given | undefined {
    return this.flag() ?? this.variable() ?? this.key();
  }

  private get row() {
    return this.table[this.name] as SettingsTable[string];
  }

  private flag(): Given | undefined {
    const given = this.input.flags[this.name];
    if (given === undefined) return undefined;
    const where = `--${keyOf(this.name)}`;
    if (typeof given === 'boolean') return { value: given, where };
    const problem = `option '${flagOf(this.name, this.row)}' argument ${quoted(given)} is invalid.`;
    return { value: this.checked(this.row.kind.fromText(given), problem), where };
  }

  private variable(): Given | undefined {
    const { secretVariable } = this.row;
    const secret = this.variableNamed(secretVariable);
    const plain = this.variableNamed(variableOf(this.name, this.row));
    if (secret !== undefined && plain !== undefined) {
      throw new UsageError(`${secret.name} and ${plain.name} are both set. Leave one of them out.`);
    }
    if (secret !== undefined) return { value: secret.text, where: secret.name, isSecret: true };
    return plain === undefined ? undefined : this.checkedVariable(plain.name, plain.text);
  }

  private variableNamed(name: string | undefined) {
    const text = name === undefined ? undefined : this.input.environment[name];
    return name === undefined || text === undefined ? undefined : { name, text };
  }

  private checkedVariable(where: string, text: string): Given {
    const flag = flagOf(this.name, this.row);
    const problem = `option '${flag}' value ${quoted(text)} from env '${where}' is invalid.`;
    return { value: this.checked(this.row.kind.fromText(text), problem), where };
  }

  private key(): Given | undefined {
    const { from = 'anywhere', kind } = this.row;
    const key = keyOf(this.name);
    const given = from === 'anywhere' ? this.file?.values.get(key) : undefined;
    if (this.file === undefined || given === undefined) return undefined;
    const where = `${this.file.whereOf(key)}: ${key}`;
    const problem = `${where}: ${quoted(given)} is invalid.`;
    return { value: this.checked(kind.fromToml(given), problem), where };
  }

  private checked(value: unknown, problem: string): unknown {
    if (value !== undefined) return value;
    throw new UsageError(`${problem} It must be ${this.row.kind.must}.`);
  }
}

/** The file of settings, which a flag or a variable may name. */
function fileOf(table: SettingsTable, input: SettingsInput): SettingsFile | undefined {
  if (table['config'] === undefined) return undefined;
  const given = new Lookup(table, 'config', input, undefined).find();
  return given === undefined ? undefined : readSettingsFile(String(given.value), given.where);
}

/** A slip in a variable's name would silently leave its setting as it is. */
function refuseUnknownVariables(
  tables: readonly SettingsTable[],
  environment: NodeJS.ProcessEnv,
): void {
  const known = new Set(tables.flatMap(variablesOf));
  const isKnown = (name: string): boolean => known.has(name) || TOXIPROXY.test(name);
  const unknown = Object.keys(environment).find((name) => OURS.test(name) && !isKnown(name));
  if (unknown === undefined) return;
  throw new UsageError(
    `${unknown}: no setting has this variable.${suggestion(unknown, known, OURS)}`,
  );
}

function variablesOf(table: SettingsTable): string[] {
  return Object.entries(table).flatMap(([name, row]) =>
    [variableOf(name, row), row.secretVariable].filter((each) => each !== undefined),
  );
}

function refuseUnknownKeys(table: SettingsTable, file: SettingsFile): void {
  const known = Object.keys(table).filter(
    (name) => (table[name]?.from ?? 'anywhere') === 'anywhere',
  );
  const keys = known.map(keyOf);
  const unknown = [...file.values.keys()].find((key) => !keys.includes(key));
  if (unknown === undefined) return;
  const place = file.whereOf(unknown);
  throw new UsageError(`${place}: no setting ${quoted(unknown)}.${suggestion(unknown, keys)}`);
}

/** A value on one line, and not too much of it. */
function quoted(value: TomlValue): string {
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
  const line = JSON.stringify(shown).slice(1, -1).replaceAll('\\"', '"');
  return typeof value === 'string' ? `'${line}'` : line;
}
