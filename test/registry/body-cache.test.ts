import { expect, test } from 'vitest';
import { BodyCache } from '../../src/registry/body-cache.js';
import { StoredObject } from '../../src/state/object-store.js';

function items(name: string): readonly StoredObject[] {
  return [new StoredObject({ kind: 'Node', apiVersion: 'v1', metadata: { name } }, 1)];
}

test('A body is found by the very items and the form it was kept for', () => {
  const cache = new BodyCache(100);
  const [one, same] = [items('n'), items('n')];
  const body = Buffer.from('x');
  cache.keep(one, 'form', body);
  expect(cache.find(one, 'form')).toBe(body);
  expect(cache.find(one, 'other')).toBeUndefined();
  expect(cache.find(same, 'form')).toBeUndefined();
});

test('The oldest bodies make room for new ones', () => {
  const cache = new BodyCache(10);
  const lists = ['a', 'b', 'c'].map(items);
  for (const list of lists) cache.keep(list, 'form', Buffer.alloc(4));
  expect(lists.map((list) => cache.find(list, 'form') !== undefined)).toEqual([false, true, true]);
});

test('A body larger than all the room is not kept', () => {
  const cache = new BodyCache(3);
  const list = items('a');
  cache.keep(list, 'form', Buffer.alloc(4));
  expect(cache.find(list, 'form')).toBeUndefined();
});
