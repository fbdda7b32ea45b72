import { expect, test } from 'vitest';
import { parseGoQuery } from '../../src/core/go-query.js';

test.for([
  [
    'a=1&b=2',
    'v4.1',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  ['foo=%zz&a=1', 'v4.1', [['a', '1']]],
  ['%zz', 'v3.4', []],
  ['a=%4', 'v3.4', []],
  [
    'a=%41&b=+',
    'v3.4',
    [
      ['a', 'A'],
      ['b', ' '],
    ],
  ],
  ['a=1;b=2&c=3', 'v3.3', [['c', '3']]],
  [
    'a=1;b=2&c=3',
    'v3.1',
    [
      ['a', '1'],
      ['b', '2'],
      ['c', '3'],
    ],
  ],
  ['', 'v4.1', []],
] as const)('reads %s in %s', ([raw, release, expected]) => {
  expect([...parseGoQuery(raw, release)]).toEqual(expected);
});
