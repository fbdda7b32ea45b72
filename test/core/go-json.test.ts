import { expect, test } from 'vitest';
import { ApiError } from '../../src/core/api-error.js';
import { maxDepth, parseGoJson } from '../../src/core/go-json.js';

function refusal(text: string, reader: 'decode' | 'unmarshal' = 'decode'): string {
  try {
    parseGoJson(text, reader);
  } catch (error) {
    if (error instanceof ApiError) return `${String(error.code)} ${error.message}`;
    throw error;
  }
  return 'accepted';
}

test.for([
  ['', 'EOF', 'unexpected end of JSON input'],
  [' \n', 'EOF', 'unexpected end of JSON input'],
  ['{', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a":1', 'unexpected EOF', 'unexpected end of JSON input'],
  ['{"a', 'unexpected EOF', 'unexpected end of JSON input'],
  ['tru', 'unexpected EOF', 'unexpected end of JSON input'],
  ['xyz', "invalid character 'x' looking for beginning of value", undefined],
  ['not json', "invalid character 'o' in literal null (expecting 'u')", undefined],
  ["{'a':1}", "invalid character '\\'' looking for beginning of object key string", undefined],
  ['{"a" 1}', "invalid character '1' after object key", undefined],
  ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`, undefined],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string", undefined],
  ['[1 2]', "invalid character '2' after array element", undefined],
  ['[1,]', "invalid character ']' looking for beginning of value", undefined],
  ['"a\nb"', "invalid character '\\n' in string literal", undefined],
  ['"\u0000"', "invalid character '\\x00' in string literal", undefined],
  ['"\\q"', "invalid character 'q' in string escape code", undefined],
  ['"\\u12x4"', "invalid character 'x' in \\u hexadecimal character escape", undefined],
  ['-x', "invalid character 'x' in numeric literal", undefined],
  ['1.x', "invalid character 'x' after decimal point in numeric literal", undefined],
  ['1ex', "invalid character 'x' in exponent of numeric literal", undefined],
  ['é', "invalid character 'Ã' looking for beginning of value", undefined],
  ['[01]', "invalid character '1' after array element", undefined],
] as const)('names what is wrong with %j as Go does', ([text, decode, unmarshal]) => {
  expect(refusal(text)).toBe(`400 ${decode}`);
  expect(refusal(text, 'unmarshal')).toBe(`400 ${unmarshal ?? decode}`);
});

test('stops after the first value when decoding, refuses the rest when unmarshalling', () => {
  expect(parseGoJson('{"a":1} trailing')).toEqual({ a: 1 });
  expect(refusal('{"a":1} trailing', 'unmarshal')).toBe("400 invalid character 't' after top-level value");
});

test('takes as many levels as allowed and no more, however they are opened', () => {
  expect(refusal('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toBe('accepted');
  expect(refusal('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toBe(
    "400 invalid character '[' exceeded max depth",
  );
  expect(refusal('{"a":'.repeat(500_000))).toBe("400 invalid character '{' exceeded max depth");
});

test('brackets inside strings are not levels', () => {
  expect(parseGoJson(JSON.stringify('['.repeat(maxDepth * 2)))).toBe('['.repeat(maxDepth * 2));
});

test('keeps __proto__ as an ordinary member and pollutes nothing', () => {
  const value = parseGoJson('{"__proto__":{"polluted":true}}');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
