import { describeJson, describeMisfit, foldKey, JsonNumber } from './go-json';
import { badBody, type ToxiproxyError } from './toxiproxy-error';
import type { Attributes, ToxicKind } from './toxic';

/** The range of Go's `int64`. Beyond 2^53 a number is taken to the nearest one that we have. */
const INT64_LIMIT = 2 ** 63;

/** All fields of a kind, each 0. */
export function zeroAttributes({ fields }: ToxicKind): Attributes {
  return Object.fromEntries(fields.map((field) => [field, 0]));
}

/**
 * Attributes with those changes that were given. What is `undefined` or `null` is not given,
 * unknown names are ignored, and names match in any case.
 *
 * @throws {ToxiproxyError} (400) where one is no whole number; then none is taken.
 */
export function mergeAttributes(kind: ToxicKind, current: Attributes, given: unknown): Attributes {
  if (given === undefined || given === null) return current;
  if (typeof given !== 'object' || Array.isArray(given) || given instanceof JsonNumber) {
    const target = `value of type toxics.${structOf(kind)}`;
    throw badBody(`json: cannot unmarshal ${describeJson(given)} into Go ${target}`);
  }
  const merged: Record<string, number> = { ...current };
  for (const [name, value] of Object.entries(given as Readonly<Record<string, unknown>>)) {
    const field = foldKey(kind.fields, name);
    if (field === undefined || value === undefined || value === null) continue;
    merged[field] = wholeNumber(value) ?? raise(misfit(kind, field, value));
  }
  return merged;
}

function wholeNumber(value: unknown): number | undefined {
  const number = value instanceof JsonNumber ? value.whole() : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  return Math.abs(number) < INT64_LIMIT ? number : undefined;
}

/** As `encoding/json` words it. */
function misfit(kind: ToxicKind, field: string, value: unknown): ToxiproxyError {
  const target = `struct field ${structOf(kind)}.attributes.${field} of type int64`;
  return badBody(`json: cannot unmarshal ${describeMisfit(value)} into Go ${target}`);
}

/** The name of its struct in Go: `SlowCloseToxic`. */
function structOf({ type }: ToxicKind): string {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${words.join('')}Toxic`;
}

function raise(error: Error): never {
  throw error;
}
