import { expect } from 'chai';
import fc from 'fast-check';

import { JsonNumber, JsonSyntaxError, parseGoJson, type Json } from '../../src/toxiproxy/go-json';

describe('JSON as Go reads it', () => {
  const wrong: readonly (readonly [string, string])[] = [
    ['', 'EOF'],
    [' \n', 'EOF'],
    ['{', 'unexpected EOF'],
    ['{"a":1', 'unexpected EOF'],
    ['"a', 'unexpected EOF'],
    ['tru', 'unexpected EOF'],
    ['x', "invalid character 'x' looking for beginning of value"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['"\n"', "invalid character '\\n' in string literal"],
    ['"\u0001"', "invalid character '\\x01' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-x', "invalid character 'x' in numeric literal"],
    ['1.x', "invalid character 'x' after decimal point in numeric literal"],
    ['1ex', "invalid character 'x' in exponent of numeric literal"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['['.repeat(1_001), 'exceeded max depth'],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${JSON.stringify(text.slice(0, 20))}: ${message}`, () => {
      expect(() => parseGoJson(text)).to.throw(JsonSyntaxError, message);
    });
  }

  it('ignores what comes behind the first value', () => {
    expect(parseGoJson('{"a":true} x')).to.deep.equal({ a: true });
    expect(parseGoJson('null{')).to.equal(null);
  });

  it('keeps numbers as they are written', () => {
    const numbers = parseGoJson('[1, -0, 1.0, 1e2, 12345678901234567890]') as JsonNumber[];
    expect(numbers.map(({ text }) => text)).to.deep.equal([
      '1',
      '-0',
      '1.0',
      '1e2',
      '12345678901234567890',
    ]);
    expect(numbers.map((number) => number.whole() !== undefined)).to.deep.equal([
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it('takes __proto__ for a key like any other', () => {
    const value = parseGoJson('{"__proto__": {"a": true}}') as object;
    expect(Object.keys(value)).to.deep.equal(['__proto__']);
    expect(value).not.to.have.property('a');
  });

  it('reads whatever JSON.stringify writes, and refuses what JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 3), (value, indent) => {
        expect(plain(parseGoJson(JSON.stringify(value, null, indent)))).to.deep.equal(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
    const pieces = fc.constantFrom(...'{}[]",:\\u0 1-.eE+tn', 'true', 'null', '"a"', '\n');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        let parsed: Json | undefined;
        try {
          // In an array there is nothing behind the value.
          parsed = parseGoJson(`[${text}]`);
        } catch (error) {
          expect(error).to.be.instanceOf(JsonSyntaxError);
          expect(() => JSON.parse(`[${text}]`) as unknown).to.throw(SyntaxError);
        }
        if (parsed !== undefined && !text.includes(']')) JSON.parse(`[${text}]`);
      }),
      { numRuns: 2_000 },
    );
  });
});

function plain(value: Json): unknown {
  if (value instanceof JsonNumber) return Number(value.text);
  if (Array.isArray(value)) return value.map((each: Json) => plain(each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
