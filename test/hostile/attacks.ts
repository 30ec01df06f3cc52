/**
 * What strangers send, generated: fast-check draws recipes, and bytes are made of them here. So a
 * recipe of a few numbers is a hundred frames, and still shrinks.
 */
import fc from 'fast-check';

import { upgradeRequest } from '../server/server-bench';

/** One frame, so often in a row. */
export interface FrameRecipe {
  readonly opcode: number;
  /** FIN and the three reserved bits, as the upper half of the first byte. */
  readonly flags: number;
  readonly isMasked: boolean;
  readonly payload: PayloadRecipe;
  /** How the length is written, and whether it is true. */
  readonly length: 'true' | 'as_16_bits' | 'as_64_bits' | 'longer' | 'huge' | 'beyond_numbers';
  readonly times: number;
}

type PayloadRecipe =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'noise'; readonly bytes: number; readonly salt: number };

const TEXT = 0x1;
const BINARY = 0x2;
const FIN = 0x80;
/** Long frames are repeated less often: to copy them is no attack. */
const MAX_RECIPE_BYTES = 200_000;

/** Texts that a parser chokes on, and messages in an order that nobody expects. */
const TEXTS: readonly string[] = [
  ...['', '{', '[]', 'null', '1e999', '"\\ud800"', '{}', '{"type":7}', '{"type":"__proto__"}'],
  '{"type":"hotword_detected","session":"s1"}',
  '{"type":"hotword_detected","session":"s2","trigger":"button"}',
  '{"type":"hotword_detected"}',
  '{"type":"playback_complete","session":"s1","turn":1}',
  '{"type":"playback_complete","session":"s1","turn":-0.5}',
  '{"type":"session_end","session":"s1","reason":"user"}',
  `{"type":"session_end","session":"s1","reason":"${'r'.repeat(201)}"}`,
  `{"type":"session_end","session":"${'../'.repeat(30)}"}`,
  '{"__proto__":{"type":"session_end"},"constructor":{"prototype":{"type":"x"}}}',
  '['.repeat(30_000),
  '{"a":'.repeat(12_000),
  `{"type":"session_end","a":${'[1,'.repeat(9_000)}`,
  `{"type":"session_end","turn":${'9'.repeat(60_000)}}`,
  `{"type":"${'\\u0000'.repeat(10_000)}"}`,
  `{${Array.from({ length: 4_000 }, (_, index) => `"k${index}":${index}`).join()}}`,
];

const payload: fc.Arbitrary<PayloadRecipe> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...TEXTS).map((text) => ({ kind: 'text', text }) as const),
  },
  { weight: 1, arbitrary: fc.json().map((text) => ({ kind: 'text', text }) as const) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('noise' as const),
      bytes: fc.oneof(fc.constantFrom(0, 1, 2, 125, 126, 640, 3_200), fc.nat(70_000)),
      salt: fc.nat(0xffff),
    }),
  },
);

/** Mostly frames that are right in themselves: a wrong one ends the connection. */
const frameRecipe: fc.Arbitrary<FrameRecipe> = fc.record({
  opcode: fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(TEXT, TEXT, BINARY, 0x9, 0xa) },
    { weight: 2, arbitrary: fc.constantFrom(0x0, 0x8) },
    { weight: 1, arbitrary: fc.nat(0xf) },
  ),
  flags: fc.oneof(
    { weight: 60, arbitrary: fc.constant(FIN) },
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.nat(0xf).map((bits) => bits << 4) },
  ),
  isMasked: fc.nat(100).map((draw) => draw > 0),
  payload,
  length: fc.oneof(
    { weight: 60, arbitrary: fc.constant('true' as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('as_16_bits', 'as_64_bits', 'longer', 'huge', 'beyond_numbers'),
    },
  ),
  times: fc.oneof(fc.constantFrom(1, 2), fc.nat(60)),
});

/** What one connection of a device sends. */
export const frames: fc.Arbitrary<readonly FrameRecipe[]> = fc.array(frameRecipe, {
  minLength: 1,
  maxLength: 12,
});

/** The bytes of a recipe, and how many frames they are. */
export function cook(recipes: readonly FrameRecipe[]): {
  readonly bytes: Buffer;
  readonly frames: number;
} {
  const all = recipes.flatMap((recipe) => {
    const one = frameOf(recipe);
    const times = Math.min(recipe.times, Math.ceil(MAX_RECIPE_BYTES / one.length));
    return Array<Buffer>(times).fill(one);
  });
  return { bytes: Buffer.concat(all), frames: all.length };
}

function frameOf({ flags, isMasked, length, opcode, payload: recipe }: FrameRecipe): Buffer {
  const body = payloadOf(recipe);
  const mask = isMasked ? Buffer.from([0x12, 0x34, 0x56, 0x78]) : Buffer.alloc(0);
  const masked = isMasked ? body.map((byte, at) => byte ^ (mask[at % 4] as number)) : body;
  const bit = isMasked ? 0x80 : 0;
  return Buffer.concat([
    Buffer.from([flags | opcode]),
    sizeOf(body.length, length, bit),
    mask,
    masked,
  ]);
}

function sizeOf(bytes: number, how: FrameRecipe['length'], bit: number): Buffer {
  const MAX_SHORT = 125;
  const MAX_16 = 0xffff;
  switch (how) {
    case 'true':
      if (bytes <= MAX_SHORT) return Buffer.from([bit | bytes]);
      return bytes <= MAX_16 ? size16(bytes, bit) : size64(BigInt(bytes), bit);
    case 'as_16_bits':
      return size16(Math.min(bytes, MAX_16), bit);
    case 'as_64_bits':
      return size64(BigInt(bytes), bit);
    case 'longer':
      return size16(Math.min(bytes + 1_000, MAX_16), bit);
    case 'huge':
      return size64(1n << 40n, bit);
    case 'beyond_numbers':
      return size64((1n << 64n) - 1n, bit);
    default:
      return how satisfies never;
  }
}

function size16(bytes: number, bit: number): Buffer {
  return Buffer.from([bit | 126, bytes >> 8, bytes & 0xff]);
}

function size64(bytes: bigint, bit: number): Buffer {
  const size = Buffer.alloc(9);
  size[0] = bit | 127;
  size.writeBigUInt64BE(bytes, 1);
  return size;
}

function payloadOf(recipe: PayloadRecipe): Buffer {
  return recipe.kind === 'text' ? Buffer.from(recipe.text) : noise(recipe.bytes, recipe.salt);
}

/** Bytes of every kind, the same for the same salt (an xorshift). */
export function noise(bytes: number, salt: number): Buffer {
  const buffer = Buffer.allocUnsafe(bytes);
  let state = salt + 1;
  for (let at = 0; at < bytes; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    buffer[at] = state & 0xff;
  }
  return buffer;
}

const ODD_HEADERS: readonly Record<string, string>[] = [
  {},
  { 'TARS-Device': '../../etc/passwd' },
  { 'TARS-Device': '__proto__' },
  { 'TARS-Device': 'mallory', 'tars-device': 'mallory' },
  { Authorization: `Bearer ${'a'.repeat(4_000)}` },
  { 'Content-Length': '99999999999999999999' },
  { 'Content-Length': '-1' },
  { 'Transfer-Encoding': 'chunked', 'Content-Length': '3' },
  { Expect: '100-continue' },
  { Upgrade: 'h2c', 'HTTP2-Settings': 'AAMAAABkAAQAAP__' },
  { 'Sec-WebSocket-Protocol': ','.repeat(500) },
  { 'Sec-WebSocket-Protocol': 'tars.v2,'.repeat(300) },
  { 'Sec-WebSocket-Extensions': 'permessage-deflate; '.repeat(200) },
  { 'Sec-WebSocket-Key': '\u0000' },
  { Connection: 'keep-alive, Upgrade, close' },
  { Origin: 'null' },
];

/** Requests that are almost ones, whole ones with something behind, and none at all. */
export const requests: fc.Arbitrary<Buffer> = fc.oneof(
  fc.tuple(fc.nat(2_000), fc.nat(0xffff)).map(([bytes, salt]) => noise(bytes, salt)),
  fc
    .tuple(fc.nat(180), fc.nat(300), fc.nat(0xffff))
    .map(([at, bytes, salt]) => Buffer.concat([headOf(at), noise(bytes, salt)])),
  fc
    .tuple(fc.constantFrom(...ODD_HEADERS), fc.constantFrom('GET', 'POST', 'CONNECT', 'PRI', ''))
    .map(([headers, method]) => Buffer.from(upgradeRequest(headers).replace('GET', method))),
  fc.nat(400).map((times) => Buffer.from('GET / HTTP/1.1\r\n\r\n'.repeat(times))),
  fc.nat(3_000).map((times) => Buffer.from(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(times)}\r\n`)),
  fc.nat(70_000).map((length) => Buffer.from(`GET /${'a'.repeat(length)} HTTP/1.1\r\n\r\n`)),
  fc.nat(70_000).map((length) => Buffer.from(`GET / HTTP/1.1\r\nA: ${'a'.repeat(length)}`)),
);

function headOf(length: number): Buffer {
  return Buffer.from(upgradeRequest()).subarray(0, length);
}
