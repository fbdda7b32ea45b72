import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import { strategicMergePatch, type MergeRules } from '../../src/kube/strategic-merge-patch.js';

const rules: Readonly<Record<string, MergeRules>> = {
  'pod.spec': { type: 'spec', repeated: false, strategy: '', mergeKey: '' },
  'spec.containers': { type: 'container', repeated: true, strategy: 'merge', mergeKey: 'name' },
  'spec.finalizers': { type: 'string', repeated: true, strategy: 'merge', mergeKey: '' },
  'spec.tolerations': { type: 'toleration', repeated: true, strategy: '', mergeKey: '' },
  'spec.strategy': { type: 'strategy', repeated: false, strategy: 'retainKeys', mergeKey: '' },
  'spec.selector': { type: 'selector', repeated: false, strategy: 'replace', mergeKey: '' },
};
const schema = (type: string, field: string): MergeRules | undefined => rules[`${type}.${field}`];

const before: JsonObject = {
  spec: {
    containers: [
      { name: 'a', image: 'a:1', env: [1] },
      { name: 'b', image: 'b:1' },
    ],
    finalizers: ['x', 'y'],
    tolerations: [{ key: 'k' }],
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
    selector: { app: 'web' },
    labels: { one: '1', two: '2' },
  },
};

test.for<[string, JsonObject, JsonObject]>([
  [
    'merges maps and deletes keys set to null',
    { labels: { one: null, three: '3' } },
    { labels: { two: '2', three: '3' } },
  ],
  [
    'merges list items by their key',
    { containers: [{ name: 'b', image: 'b:2' }] },
    {
      containers: [
        { name: 'a', image: 'a:1', env: [1] },
        { name: 'b', image: 'b:2' },
      ],
    },
  ],
  [
    'deletes an item by directive',
    { containers: [{ name: 'a', $patch: 'delete' }] },
    { containers: [{ name: 'b', image: 'b:1' }] },
  ],
  [
    'replaces a list by directive',
    { containers: [{ $patch: 'replace' }, { name: 'c' }] },
    { containers: [{ name: 'c' }] },
  ],
  [
    'orders items as $setElementOrder says',
    { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
    {
      containers: [
        { name: 'b', image: 'b:1' },
        { name: 'a', image: 'a:1', env: [1] },
      ],
    },
  ],
  ['joins lists of plain values', { finalizers: ['z', 'x'] }, { finalizers: ['z', 'x', 'y'] }],
  ['removes plain values', { '$deleteFromPrimitiveList/finalizers': ['x'] }, { finalizers: ['y'] }],
  ['replaces other lists', { tolerations: [{ key: 'l' }] }, { tolerations: [{ key: 'l' }] }],
  [
    'clears what $retainKeys does not name',
    { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
    { strategy: { type: 'Recreate' } },
  ],
  ['replaces a map whose strategy says so', { selector: { tier: 'db' } }, { selector: { tier: 'db' } }],
  ['replaces a map by directive', { labels: { $patch: 'replace', only: '1' } }, { labels: { only: '1' } }],
])('%s', ([, patch, expected]) => {
  const result = strategicMergePatch(before, { spec: patch }, 'pod', schema);
  expect(result).toEqual({ spec: { ...(before['spec'] as JsonObject), ...expected } });
});

test('refuses an item without its merge key', () => {
  const patch = { spec: { containers: [{ image: 'c' }] } };
  expect(() => strategicMergePatch(before, patch, 'pod', schema)).toThrow(
    'does not contain declared merge key: name',
  );
});

test('leaves prototypes alone', () => {
  const patch = JSON.parse('{"spec": {"__proto__": {"polluted": 1}}}') as JsonObject;
  const result = strategicMergePatch(before, patch, 'pod', schema);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.hasOwn(result['spec'] as JsonObject, '__proto__')).toBe(true);
});
