import { describe, expect, it } from 'vitest';
import { deepFreeze, type Json } from '../../src/core/json.js';
import { sameJson } from '../../src/core/same-json.js';
import { shareParts } from '../../src/core/share-parts.js';

describe('JSON', () => {
  it.each<[Json, Json, boolean]>([
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: null }, {}, false],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [[1, 2], [2, 1], false],
    [[], {}, false],
    ['1', 1, false],
    [JSON.parse('{"__proto__":1}') as Json, {}, false],
  ])('%j and %j are the same: %s', (a, b, same) => {
    expect([sameJson(a, b), sameJson(b, a)]).toEqual([same, same]);
  });

  it('shares the parts that say the same, and changes nothing', () => {
    const before = deepFreeze({ labels: { a: 'b' }, items: [{ n: 1 }, { n: 2 }], gone: true });
    const after = { labels: { a: 'b' }, items: [{ n: 1 }, { n: 3 }] };
    const shared = shareParts<Json>(after, before) as typeof after;
    expect(shared).toEqual({ labels: { a: 'b' }, items: [{ n: 1 }, { n: 3 }] });
    expect(shared.labels).toBe(before.labels);
    expect(shared.items[0]).toBe(before.items[0]);
    expect(shareParts<Json>({ gone: true, items: [{ n: 1 }, { n: 2 }], labels: { a: 'b' } }, before)).toBe(
      before,
    );
  });
});
