/**
 * JSON as `encoding/json` of Go reads it: only the first value of a text counts, whole numbers are
 * told from others by how they are written, and errors have Go's words.
 */

/** A number as it was written: `1`, `1.0` and `1e0` are three things to Go. */
export class JsonNumber {
  constructor(readonly text: string) {}

  /** Its value where it is written as a whole number, else undefined. */
  whole(): number | undefined {
    return /^-?\d+$/.test(this.text) ? Number(this.text) : undefined;
  }
}

export type JsonObject = { readonly [key: string]: Json };
export type Json = null | boolean | string | JsonNumber | readonly Json[] | JsonObject;

/** The text is not JSON; the message is Go's. */
export class JsonSyntaxError extends Error {}

/** Go allows 10,000; a stack of ours may not. */
const DEEPEST_NESTING = 1_000;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** @throws {JsonSyntaxError} `EOF` where there is nothing but white space. */
export function parseGoJson(text: string): Json {
  return new Parser(text).first();
}

/** The name among `names` that a key means: keys match in any case. */
export function foldKey(names: readonly string[], key: string): string | undefined {
  const folded = key.toLowerCase();
  return names.find((name) => name.toLowerCase() === folded);
}

/** What a value is, in the words of Go's errors. */
export function describeJson(value: unknown): string {
  if (value instanceof JsonNumber) return 'number';
  if (typeof value === 'boolean') return 'bool';
  if (Array.isArray(value)) return 'array';
  return typeof value;
}

/** The same where a number was wanted: a number that does not fit is named. */
export function describeMisfit(value: unknown): string {
  if (value instanceof JsonNumber) return `number ${value.text}`;
  if (typeof value === 'number') return `number ${value}`;
  return describeJson(value);
}

class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  first(): Json {
    this.#skipSpace();
    if (this.#at === this.#text.length) throw new JsonSyntaxError('EOF');
    return this.#value();
  }

  #value(): Json {
    this.#skipSpace();
    switch (this.#peek()) {
      case '{':
        return this.#nested(() => this.#object());
      case '[':
        return this.#nested(() => this.#array());
      case '"':
        return this.#string();
      case 't':
        return this.#literal('true', true);
      case 'f':
        return this.#literal('false', false);
      case 'n':
        return this.#literal('null', null);
      default:
        return this.#number();
    }
  }

  #nested<Value>(read: () => Value): Value {
    this.#depth += 1;
    if (this.#depth > DEEPEST_NESTING) throw new JsonSyntaxError('exceeded max depth');
    this.#at += 1;
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): JsonObject {
    const entries: [string, Json][] = [];
    if (this.#skips('}')) return {};
    do {
      this.#skipSpace();
      if (this.#peek() !== '"')
        throw this.#unexpected('looking for beginning of object key string');
      const key = this.#string();
      if (!this.#skips(':')) throw this.#unexpected('after object key');
      entries.push([key, this.#value()]);
    } while (this.#skips(','));
    if (!this.#skips('}')) throw this.#unexpected('after object key:value pair');
    // Not by assignment: `__proto__` is a key like any other.
    return Object.fromEntries(entries);
  }

  #array(): Json[] {
    const values: Json[] = [];
    if (this.#skips(']')) return values;
    do values.push(this.#value());
    while (this.#skips(','));
    if (!this.#skips(']')) throw this.#unexpected('after array element');
    return values;
  }

  #string(): string {
    this.#at += 1;
    let value = '';
    for (;;) {
      const char = this.#peek();
      if (char < ' ') throw this.#unexpected('in string literal');
      this.#at += 1;
      if (char === '"') return value;
      value += char === '\\' ? this.#escape() : char;
    }
  }

  #escape(): string {
    const char = this.#peek();
    const escaped = ESCAPES[char];
    if (escaped === undefined && char !== 'u') throw this.#unexpected('in string escape code');
    this.#at += 1;
    return escaped ?? this.#hexadecimal();
  }

  #hexadecimal(): string {
    const from = this.#at;
    for (; this.#at < from + 4; this.#at += 1) {
      if (!/[\da-f]/i.test(this.#peek())) {
        throw this.#unexpected('in \\u hexadecimal character escape');
      }
    }
    return String.fromCharCode(parseInt(this.#text.slice(from, this.#at), 16));
  }

  #literal<Value>(word: string, value: Value): Value {
    for (const char of word) {
      if (this.#peek() !== char) {
        throw this.#unexpected(`in literal ${word} (expecting '${char}')`);
      }
      this.#at += 1;
    }
    return value;
  }

  #number(): JsonNumber {
    const from = this.#at;
    const isNegative = this.#peek() === '-';
    if (isNegative) this.#at += 1;
    const where = isNegative ? 'in numeric literal' : 'looking for beginning of value';
    if (this.#peek() === '0') this.#at += 1;
    else this.#digits(where);
    if (this.#text[this.#at] === '.') {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    if (/^e$/i.test(this.#text[this.#at] ?? '')) {
      this.#at += 1;
      if (/^[+-]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
      this.#digits('in exponent of numeric literal');
    }
    return new JsonNumber(this.#text.slice(from, this.#at));
  }

  #digits(where: string): void {
    if (!/\d/.test(this.#peek())) throw this.#unexpected(where);
    while (/^\d$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  /** Takes a character, behind white space, if it is this one. */
  #skips(char: string): boolean {
    this.#skipSpace();
    if (this.#peek() !== char) return false;
    this.#at += 1;
    return true;
  }

  #skipSpace(): void {
    while (/^[ \t\r\n]$/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #peek(): string {
    const char = this.#text[this.#at];
    if (char === undefined) throw new JsonSyntaxError('unexpected EOF');
    return char;
  }

  #unexpected(where: string): JsonSyntaxError {
    const code = this.#text.codePointAt(this.#at) ?? 0;
    return new JsonSyntaxError(`invalid character ${quoted(code)} ${where}`);
  }
}

/** As `quoteChar` of Go has it, for what is likely. */
function quoted(code: number): string {
  const char = String.fromCodePoint(code);
  if (char === "'") return "'\\''";
  const special = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }[char];
  if (special !== undefined) return `'${special}'`;
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`;
  return `'${char}'`;
}
