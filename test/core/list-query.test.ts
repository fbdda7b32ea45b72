import { describe, expect, test } from 'vitest';
import { paginate, parseListQuery } from '../../src/core/list-query.js';

const all = ['a', 'b', 'c', 'd', 'e'];

describe('a page of a list', () => {
  test.for([
    ['', all],
    ['limit=2', ['a', 'b']],
    ['limit=2&page=3', ['e']],
    ['limit=5&page=2', []],
    ['limit=2&page=9', []],
    ['limit=0', []],
    ['page=0&limit=2', []],
    ['page=-1&limit=2', []],
    ['limit=-1&page=7', all],
    ['limit=-2', []],
    ['page=2', all],
    ['limit=%2B2', ['a', 'b']],
    ['limit=02', ['a', 'b']],
    ['limit=2.0', all],
    ['limit=0x2', all],
    ['limit= 2', all],
    ['limit=', all],
    ['limit=99999999999999999999', all],
    ['limit=9223372036854775807', all],
    ['limit=2&page=99999999999999999999', ['a', 'b']],
    ['limit=2&page=9223372036854775807', []],
    ['limit=-9223372036854775808', []],
    ['limit=3&limit=1', ['a', 'b', 'c']],
    [`limit=${'9'.repeat(5000)}`, all],
  ] as const)('asked by %s', ([query, wanted]) => {
    const { items, total } = paginate(all, parseListQuery(new URLSearchParams(query), 'v4.1'));
    expect({ items, total }).toEqual({ items: wanted, total: all.length });
  });
});

describe('the order a query asks for', () => {
  test.for([
    ['ascending=true', true],
    ['ascending=T', true],
    ['ascending=1', true],
    ['ascending=yes', false],
    ['ascending=tRUE', false],
    ['ascending=', false],
    ['', false],
  ] as const)('%s', ([query, ascending]) => {
    expect(parseListQuery(new URLSearchParams(query), 'v4.1').ascending).toBe(ascending);
  });
});

describe('filters', () => {
  test('are all parameters that mean nothing else, those a handler consumed left out', () => {
    const query = new URLSearchParams('page=1&limit=2&sortBy=name&ascending=1&labelSelector=a&name=x&role=y');
    expect([...parseListQuery(query, 'v4.1', ['role']).filters]).toEqual([['name', 'x']]);
  });

  test.for([
    ['v4.1', 'one'],
    ['v3.4', 'two'],
    ['v3.0', 'two'],
  ] as const)('named twice count once: %s takes %s', ([release, wanted]) => {
    const query = new URLSearchParams('name=one&name=two');
    expect(parseListQuery(query, release).filters.get('name')).toBe(wanted);
  });

  test.for(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('may be called %s', (key) => {
    const { filters } = parseListQuery(new URLSearchParams([[key, 'x']]), 'v4.1');
    expect([...filters]).toEqual([[key, 'x']]);
  });
});
