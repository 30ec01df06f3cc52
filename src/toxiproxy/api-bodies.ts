/** The bodies of the HTTP API: what Go's decoder makes of them, field by field. */
import {
  describeJson,
  foldKey,
  JsonNumber,
  JsonSyntaxError,
  parseGoJson,
  type Json,
  type JsonObject,
} from './go-json';
import type { NewProxy, ProxyChange } from './toxiproxy';
import type { ToxicChange, ToxicSettings } from './toxic-chains';
import { badBody } from './toxiproxy-error';

const PROXY = { name: 'string', listen: 'string', upstream: 'string', enabled: 'bool' } as const;
const TOXIC_CHANGE = { toxicity: 'float32', attributes: 'any' } as const;
const TOXIC = { name: 'string', type: 'string', stream: 'string', ...TOXIC_CHANGE } as const;

interface GoTypes {
  readonly string: string;
  readonly bool: boolean;
  readonly float32: number;
  readonly any: Json;
}

type Shape = Readonly<Record<string, keyof GoTypes>>;
/** What was given of a struct. */
type Fields<S extends Shape> = { readonly [Name in keyof S]?: GoTypes[S[Name]] };

/** @throws {ToxiproxyError} (400), as every function here. */
export function proxyBody(text: string): NewProxy {
  return newProxy(fieldsOf('Proxy', PROXY, parsed(text)));
}

export function proxyChangeBody(text: string): ProxyChange {
  const { name: _, ...change } = fieldsOf('Proxy', PROXY, parsed(text));
  return change;
}

export function populateBody(text: string): NewProxy[] {
  const entries = parsed(text) ?? [];
  if (!Array.isArray(entries)) throw mismatch(entries, 'value of type []toxiproxy.Proxy');
  return entries.map((entry: Json) => newProxy(fieldsOf('Proxy', PROXY, entry)));
}

export function toxicBody(text: string): ToxicSettings {
  const { type = '', attributes, ...rest } = fieldsOf('Toxic', TOXIC, parsed(text));
  // Looked at only after the rest, by the toxic that is meant.
  return { ...rest, type, attributes: attributes as ToxicSettings['attributes'] };
}

export function toxicChangeBody(text: string): ToxicChange {
  const { attributes, ...rest } = fieldsOf('Toxic', TOXIC_CHANGE, parsed(text));
  return { ...rest, attributes: attributes as ToxicChange['attributes'] };
}

function newProxy({ name = '', upstream = '', ...rest }: Fields<typeof PROXY>): NewProxy {
  return { ...rest, name, upstream };
}

function parsed(text: string): Json {
  try {
    return parseGoJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw badBody(error.message);
    throw error;
  }
}

/** Unknown fields are ignored, keys match in any case, and `null` is the same as not given. */
function fieldsOf<S extends Shape>(struct: string, shape: S, body: Json): Fields<S> {
  if (body === null) return {};
  if (!isObject(body)) throw mismatch(body, `value of type toxiproxy.${struct}`);
  const fields: Record<string, GoTypes[keyof GoTypes]> = {};
  for (const [key, value] of Object.entries(body)) {
    const name = foldKey(Object.keys(shape), key);
    const type = name === undefined ? undefined : shape[name];
    if (name === undefined || type === undefined || value === null) continue;
    const decoded = decode(value, type);
    if (decoded === undefined) throw mismatch(value, `struct field ${struct}.${name}`, type);
    fields[name] = decoded;
  }
  return fields as Fields<S>;
}

function decode(value: Json, type: keyof GoTypes): GoTypes[keyof GoTypes] | undefined {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'bool':
      return typeof value === 'boolean' ? value : undefined;
    case 'float32':
      return value instanceof JsonNumber ? Number(value.text) : undefined;
    case 'any':
      return value;
    default:
      return type satisfies never;
  }
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof JsonNumber);
}

function mismatch(value: Json, target: string, type?: string): Error {
  const where = type === undefined ? target : `${target} of type ${type}`;
  return badBody(`json: cannot unmarshal ${describeJson(value)} into Go ${where}`);
}
