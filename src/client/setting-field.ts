/**
 * Fields of settings, checked by hand: a library for schemas is a fifth of the memory that the
 * client has on the Pi, and most of the time in which it starts.
 */

/** One setting: what it is when nothing is said, and what it must be. */
export interface Field<Value> {
  /** `undefined` for one that has to be given. */
  readonly byDefault: Value | undefined;
  /** What is wrong with a value, as the end of "<name>: ..."; `undefined` where nothing is. */
  readonly problem: (value: unknown) => string | undefined;
}

/** Fields by name, and what comes of them. */
export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ValuesOf<Table extends Fields> = {
  readonly [Name in keyof Table]: Table[Name] extends Field<infer Value> ? Value : never;
};

/** A whole number from 1 to `max`. */
export function count(byDefault: number, unit: string, max = Number.MAX_SAFE_INTEGER) {
  const problem = (value: unknown): string | undefined => {
    const isRight = Number.isInteger(value) && (value as number) >= 1 && (value as number) <= max;
    return isRight ? undefined : `must be a whole number of ${unit} from 1 to ${max}`;
  };
  return { byDefault, problem } satisfies Field<number>;
}

/** A text; `problem` says what is wrong with one, and is shown an empty one for what is none. */
export function text(byDefault: string | undefined, problem: (text: string) => string | undefined) {
  const field: Field<string> = {
    byDefault,
    problem: (value) => problem(typeof value === 'string' ? value : ''),
  };
  return field;
}

/** A text that need not be given. */
export function optional(problem: (text: string) => string | undefined) {
  const field: Field<string | undefined> = {
    byDefault: undefined,
    problem: (value) => {
      if (value === undefined) return undefined;
      return problem(typeof value === 'string' ? value : '');
    },
  };
  return field;
}

/** One of a few values, the first of which is the default. */
export function choice<const Value>(byDefault: Value, ...others: readonly Value[]) {
  const values: readonly unknown[] = [byDefault, ...others];
  const field: Field<Value> = {
    byDefault,
    problem: (value) => (values.includes(value) ? undefined : `must be ${values.join(' or ')}`),
  };
  return field;
}

/** What is wrong, each as "<name>: ..."; and the values, with defaults for what is left out. */
export function checkFields(
  table: Fields,
  input: Readonly<Record<string, unknown>>,
): { readonly values: Record<string, unknown>; readonly problems: readonly string[] } {
  const unknown = Object.keys(input).filter((name) => !Object.hasOwn(table, name));
  const problems = unknown.map((name) => `${name}: there is no such setting`);
  const values: Record<string, unknown> = {};
  for (const [name, { byDefault, problem }] of Object.entries(table)) {
    const value = input[name] === undefined ? byDefault : input[name];
    const wrong = problem(value);
    if (wrong !== undefined) problems.push(`${name}: ${wrong}`);
    if (value !== undefined) values[name] = value;
  }
  return { values, problems };
}
