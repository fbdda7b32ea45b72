import { expect, test } from 'vitest';
import { FaultBook, type Fault } from '../../src/state/fault-book.js';

const gets = ['GET /a', 'GET /a', 'GET /b', 'POST /a', 'GET /a/c', 'GET /a'];

/** Which of a row of requests a fault strikes, by position. */
function struck(...faults: Fault[]): (string | undefined)[] {
  const book = new FaultBook();
  for (const fault of faults) book.arm(fault);
  return gets.map((line) => {
    const [method = '', path = ''] = line.split(' ');
    return book.strike(method, path)?.name;
  });
}

const none = undefined;

test.for<[string, Fault[], (string | undefined)[]]>([
  ['everything without a matcher', [{ name: 'x' }], ['x', 'x', 'x', 'x', 'x', 'x']],
  ['a method', [{ name: 'x', method: 'POST' }], [none, none, none, 'x', none, none]],
  ['an exact path', [{ name: 'x', path: '/b' }], [none, none, 'x', none, none, none]],
  ['the start of a path', [{ name: 'x', path: '/a/*' }], [none, none, none, none, 'x', none]],
  ['so many times', [{ name: 'x', times: 2 }], ['x', 'x', none, none, none, none]],
  [
    'after so many matching ones',
    [{ name: 'x', path: '/a', method: 'GET', after: 1 }],
    [none, 'x', none, none, none, 'x'],
  ],
  ['after some and then some times', [{ name: 'x', after: 2, times: 2 }], [none, none, 'x', 'x', none, none]],
  [
    'with the earliest armed that is not used up',
    [
      { name: 'x', times: 1 },
      { name: 'y', times: 2 },
      { name: 'z', path: '/a' },
    ],
    ['x', 'y', 'y', 'z', none, 'z'],
  ],
])('a fault strikes %s', ([, faults, wanted]) => {
  expect(struck(...faults)).toEqual(wanted);
});

test('clearing by name leaves the others armed', () => {
  const book = new FaultBook();
  book.arm({ name: 'x' });
  book.arm({ name: 'y' });
  book.clear('x');
  expect(book.strike('GET', '/')?.name).toBe('y');
  book.clear();
  expect(book.empty).toBe(true);
});

test('a fork counts for itself', () => {
  const book = new FaultBook();
  book.arm({ name: 'x', times: 1 });
  const copy = book.fork();
  expect(copy.strike('GET', '/')?.name).toBe('x');
  expect(copy.strike('GET', '/')).toBe(undefined);
  expect(book.strike('GET', '/')?.name).toBe('x');
});
