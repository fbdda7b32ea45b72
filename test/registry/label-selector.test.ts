import { describe, expect, test } from 'vitest';
import { labelMatcher } from '../../src/registry/label-selector.js';

const labels = { zone: 'b', tier: 'front', size: '10', empty: '', 'example.com/owner': 'me' };
const object = { metadata: { name: 'x', labels } };

function selects(selector: string): boolean | undefined {
  return labelMatcher(selector)?.(object);
}

describe('a label selector', () => {
  test.for([
    ['zone=b', true],
    ['zone==b', true],
    ['zone = b', true],
    ['zone=a', false],
    ['zone!=a', true],
    ['zone!=b', false],
    ['missing!=b', true],
    ['zone', true],
    ['missing', false],
    ['!missing', true],
    ['!zone', false],
    ['! zone', false],
    ['empty=', true],
    ['empty', true],
    ['zone=', false],
    ['zone in (a,b)', true],
    ['zone in (a, c)', false],
    ['zone in(b)', true],
    ['zone notin (a,c)', true],
    ['zone notin (b)', false],
    ['missing notin (b)', true],
    ['zone=b,tier=front', true],
    ['zone=b,tier=back', false],
    ['zone in (a,b),tier', true],
    ['empty in ()', true],
    ['zone in ()', false],
    ['empty in (,x)', true],
    ['zone in (b,,x)', true],
    ['empty in (b,,x)', true],
    ['zone in (a,)', false],
    ['in in (a)', false],
    ['size>9', true],
    ['size>10', false],
    ['size<11', true],
    ['zone>1', false],
    ['missing<5', false],
    ['example.com/owner=me', true],
  ] as const)('%s', ([selector, wanted]) => {
    expect(selects(selector)).toBe(wanted);
  });

  test.for(['', ' '])('that is empty selects everything: "%s"', (selector) => {
    expect(labelMatcher(selector)).toBeUndefined();
  });

  test.for<[string, string]>([
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a in (', "unable to parse requirement: found '', expected: ',', ')' or identifier"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a,,b', "found ',', expected: identifier after ','"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['!a=b', "found '=', expected: ',' or 'end of string'"],
    [
      'a>',
      `unable to parse requirement: values[0]: Invalid value: "": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      'a>b',
      `unable to parse requirement: values[0]: Invalid value: "b": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      'a > 1.5',
      `unable to parse requirement: values[0]: Invalid value: "1.5": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    ['a notin (x,y', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['(a)', "found '(', expected: !, identifier, or 'end of string'"],
    ['a=b,', "found '', expected: identifier after ','"],
    ['a!b', "unable to parse requirement: found '!', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=!b', "unable to parse requirement: found '!', expected: identifier"],
    ['a in (b) c', "found 'c', expected: ',' or 'end of string'"],
    ['x in (a b)', "unable to parse requirement: found 'b', expected: ',' or ')'"],
    ['a = b c', "found 'c', expected: ',' or 'end of string'"],
    [',a', "found ',', expected: !, identifier, or 'end of string'"],
    ['a in (b)(c)', "found '(', expected: ',' or 'end of string'"],
    ['==bad', "found '==', expected: !, identifier, or 'end of string'"],
    ['a==b==c', "found '==', expected: ',' or 'end of string'"],
    [
      'size>x,a',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
    [
      '__proto__',
      'unable to parse requirement: <nil>: Invalid value: "__proto__": name part must consist of',
    ],
  ])('that cannot be read is refused: %s', ([selector, why]) => {
    expect(() => labelMatcher(selector)).toThrow(why);
  });

  test.for(['a=-b', '-a=b', 'a/b/c=d', `a=${'x'.repeat(64)}`, 'size>99999999999999999999'])(
    'of a key or value that no label has is refused: %s',
    (selector) => {
      expect(() => labelMatcher(selector)).toThrow('unable to parse requirement: ');
    },
  );

  test.for(['constructor', 'toString', 'hasOwnProperty'])('does not see %s on every object', (key) => {
    expect(selects(key)).toBe(false);
  });
});
