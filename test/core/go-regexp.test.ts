import { expect, test } from 'vitest';
import { compileGoRegExp } from '../../src/core/go-regexp.js';

test.for([
  ['node_cpu_usage|node_memory', 'node_cpu_usage', true, true],
  ['node_cpu', 'node_cpu_usage', true, false],
  ['node_cpu_usage$', 'meter_node_cpu_usage', true, false],
  ['^node', 'a node', false, false],
  ['.*', '', true, true],
  ['', 'anything', true, false],
  ['a{2,3}b?', 'aaa', true, true],
  ['[a-c]+[^x]', 'abcd', true, true],
  ['[[:alpha:]]+-\\d', 'node-3', true, true],
  ['(?i)NODE', 'node', true, true],
  ['(?P<who>x)(?:y)', 'xy', true, true],
  ['\\bnode\\b', 'my node 3', true, false],
  ['a\\.b', 'a.b', true, true],
  ['a|', 'b', true, false],
  ['[]a]', ']', true, true],
  ['a{,2}', 'a{,2}', true, true],
] as const)('%s against %s', ([source, text, finds, matches]) => {
  const compiled = compileGoRegExp(source);
  expect([compiled.finds(text), compiled.matches(text)]).toEqual([finds, matches]);
});

test.for([
  ['(', 'missing closing ): `(`'],
  [')', 'unexpected ): `)`'],
  ['*', 'missing argument to repetition operator: `*`'],
  ['a**', 'invalid nested repetition operator: `**`'],
  ['[a', 'missing closing ]: `[a`'],
  ['[b-a]', 'invalid character class range: `b-a`'],
  ['\\', 'trailing backslash at end of expression: ``'],
  ['\\q', 'invalid escape sequence: `\\q`'],
  ['(?=a)', 'invalid or unsupported Perl syntax: `(?=`'],
  ['a{1001}', 'invalid repeat count: `{1001}`'],
] as const)('%s is refused in words of Go', ([source, text]) => {
  expect(() => compileGoRegExp(source)).toThrow(`error parsing regexp: ${text}`);
});

test.for([
  ['/{2,}', 'a//b///c', '/', 'a/b/c'],
  ['^/proxy/(\\w+)/(.*)$', '/proxy/x/c/d', '/$2/${1}', '/c/d/x'],
  ['(?P<who>x)', 'axb', '[${who}$$1$who2\\]', 'a[x$1\\]b'],
] as const)('%s in %s replaced by %s gives %s', ([source, text, replacement, result]) => {
  expect(compileGoRegExp(source).replaceAll(text, replacement)).toBe(result);
});

test('an expression that drives backtracking mad takes no time', () => {
  expect(compileGoRegExp('(a+)+$').finds(`${'a'.repeat(5000)}b`)).toBe(false);
  expect(compileGoRegExp('(x*)*').matches('x'.repeat(5000))).toBe(true);
  expect(() => compileGoRegExp('((a{100}){100}){100}')).toThrow('invalid repeat count: `{100}`');
});
