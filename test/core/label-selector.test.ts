import { describe, expect, test } from 'vitest';
import { labelMatcher } from '../../src/core/label-selector.js';

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

  test.for([
    '==bad',
    'a b',
    'a=b=c',
    'a in b',
    'a in (b',
    'a,',
    ',a',
    'a=b c',
    'a=-b',
    '-a=b',
    'a/b/c=d',
    'size>x',
    `a=${'x'.repeat(64)}`,
    '=',
    '!',
    '__proto__ in (x',
  ])('that cannot be read is refused: %s', (selector) => {
    expect(() => labelMatcher(selector)).toThrow();
  });

  test.for(['constructor', 'toString', 'hasOwnProperty'])('does not see %s on every object', (key) => {
    expect(selects(key)).toBe(false);
  });
});
