import { expect, test } from 'vitest';
import { parseYamlBody } from '../../src/kube/yaml/read-yaml.js';

/** The JSON of a text, or what is wrong with it. */
function read(source: string | Buffer): string {
  try {
    return parseYamlBody(source).json;
  } catch (error) {
    return (error as Error).message;
  }
}

const excessive = 'yaml: document contains excessive aliasing';
const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
  .concat(
    Array.from('bcdefghi', (name, at) => {
      const before = 'abcdefgh'.charAt(at);
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
    }),
  )
  .join('\n');

test.for<readonly [text: string, outcome: string]>([
  ['', 'null'],
  ['a: 1\n---\nb: 2\n', '{"a":1}'],
  ['a: yes', '{"a":true}'],
  ['a: !!binary eA==', '{"a":"x"}'],
  ['a: &x 1\nb: *x', '{"a":1,"b":1}'],
  ['a: b: c', 'yaml: mapping values are not allowed in this context'],
  ['a: b\n c: d', 'yaml: line 2: mapping values are not allowed in this context'],
  ['a\nb: c', 'yaml: line 2: mapping values are not allowed in this context'],
  ['a: b\n- c', 'yaml: line 1: did not find expected key'],
  ['a: |\n  x\n y', 'yaml: line 2: did not find expected key'],
  ['a: [1', "yaml: line 1: did not find expected ',' or ']'"],
  ['a: {b', "yaml: line 1: did not find expected ',' or '}'"],
  ['key: [a, b}', "yaml: did not find expected ',' or ']'"],
  ['a: [[[', 'yaml: line 1: did not find expected node content'],
  ['}', 'yaml: did not find expected node content'],
  ['a: - b', 'yaml: block sequence entries are not allowed in this context'],
  ['a:\n\tb: 1', 'yaml: line 2: found character that cannot start any token'],
  ['a: @x', 'yaml: found character that cannot start any token'],
  ['a: "x', 'yaml: found unexpected end of stream'],
  ['a: "\\q"', 'yaml: found unknown escape character'],
  ['a: "\\x4"', 'yaml: did not find expected hexdecimal number'],
  ['a: >x\n', 'yaml: did not find expected comment or line break'],
  ['a: *x', "yaml: unknown anchor 'x' referenced"],
  ['a: &a {b: *a}', "yaml: anchor 'a' value contains itself"],
  ['<<: 1', 'yaml: map merge requires map or sequence of maps as the value'],
  ['%YAML 1.2\n---\na: b', 'yaml: found incompatible YAML document'],
  ['%FOO\n---\na: b', 'yaml: found unknown directive name'],
  ['{[a]: x}', 'yaml: invalid map key: []interface {}{"a"}'],
  ['null: x', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "x"'],
  ['a: -.inf', 'json: unsupported value: -Inf'],
])('the text %o is %s', ([text, outcome]) => {
  expect(read(text)).toBe(outcome);
});

test.for<readonly [bytes: string, outcome: string]>([
  ['613a20ff', 'yaml: invalid leading UTF-8 octet'],
  ['613a22c322', 'yaml: invalid trailing UTF-8 octet'],
  ['613a20c080', 'yaml: invalid length of a UTF-8 sequence'],
  ['613a20eda080', 'yaml: invalid Unicode character'],
  ['613a20e282', 'yaml: incomplete UTF-8 octet sequence'],
  ['613a2007', 'yaml: control characters are not allowed'],
  ['613a20efbfbd', '{"a":"\ufffd"}'],
  ['fffe61003a0020003100', '{"a":1}'],
])('the bytes %s are %s', ([bytes, outcome]) => {
  expect(read(Buffer.from(bytes, 'hex'))).toBe(outcome);
});

test.for<readonly [title: string, text: string, outcome: RegExp]>([
  ['lists nested 400 deep', '['.repeat(400) + ']'.repeat(400), /^\[{400}\]{400}$/],
  [
    'lists nested 20,000 deep',
    '['.repeat(20_000) + ']'.repeat(20_000),
    /^yaml: exceeded max depth of 10000$/,
  ],
  ['lists that only begin', '['.repeat(20_000), /^yaml: exceeded max depth of 10000$/],
  ['items of items', '- '.repeat(10_000), /^yaml: exceeded max depth of 10000$/],
  ['aliases of aliases', bomb, new RegExp(`^${excessive}$`)],
  [
    'a long text many times',
    `a: &a ${'x'.repeat(1_000_000)}\nb: [${Array.from({ length: 100 }, () => '*a').join(',')}]`,
    new RegExp(`^${excessive}$`),
  ],
  [
    'a short text 250 times',
    `a: &a x\nb: [${Array.from({ length: 250 }, () => '*a').join(',')}]`,
    /^\{"a":"x","b":\["x",/,
  ],
])('%s are read, or refused, in good time', ([, text, outcome]) => {
  expect(read(text)).toMatch(outcome);
});

test('keys that come twice are told by their line', () => {
  expect(parseYamlBody('a: 1\nb: {c: 1, c: 2}\na: 2').twice).toEqual([
    'line 2: key "c" already set in map',
    'line 3: key "a" already set in map',
  ]);
});
