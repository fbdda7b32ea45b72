import { expect, test } from 'vitest';
import { dig, type JsonObject } from '../../../src/core/json.js';
import { strategicMergePatch } from '../../../src/kube/strategic-merge/patch.js';
import type { MergeRules } from '../../../src/kube/strategic-merge/schema.js';

const rules: Readonly<Record<string, MergeRules>> = {
  'pod.spec': { type: 'spec', repeated: false, strategy: '', mergeKey: '' },
  'spec.containers': { type: 'container', repeated: true, strategy: 'merge', mergeKey: 'name' },
  'spec.initial': { type: 'container', repeated: true, strategy: 'merge', mergeKey: 'name' },
  'spec.empty': { type: 'string', repeated: true, strategy: 'merge', mergeKey: '' },
  'spec.finalizers': { type: 'string', repeated: true, strategy: 'merge', mergeKey: '' },
  'spec.tolerations': { type: 'toleration', repeated: true, strategy: '', mergeKey: '' },
  'spec.strategy': { type: 'strategy', repeated: false, strategy: 'retainKeys', mergeKey: '' },
  'spec.selector': { type: 'selector', repeated: false, strategy: 'replace', mergeKey: '' },
};
const schema = (type: string, field: string): MergeRules | undefined => rules[`${type}.${field}`];

const containers: JsonObject[] = [
  { name: 'a', image: 'a:1', env: [1] },
  { name: 'b', image: 'b:1' },
];
const before: JsonObject = {
  spec: {
    containers,
    empty: [],
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

test.for<[string, JsonObject, JsonObject[]]>([
  [
    'merges what it names twice',
    {
      containers: [
        { name: 'c', image: 'c:1' },
        { name: 'c', env: [2] },
      ],
    },
    [{ name: 'c', image: 'c:1', env: [2] }, ...containers],
  ],
  [
    'puts what is new last when the order names nothing',
    { containers: [{ name: 'c' }], '$setElementOrder/containers': [] },
    [...containers, { name: 'c' }],
  ],
  [
    'puts what is new in the place of what is gone',
    {
      containers: [{ name: 'a', $patch: 'delete' }, { name: 'c' }],
      '$setElementOrder/containers': [{ name: 'c' }],
    },
    [{ name: 'b', image: 'b:1' }, { name: 'c' }],
  ],
])('a list of maps %s', ([, patch, expected]) => {
  const result = strategicMergePatch(before, { spec: patch }, 'pod', schema);
  expect(dig(result, 'spec', 'containers')).toEqual(expected);
});

test.for<[why: string, code: number, patch: JsonObject]>([
  ['map: map[image:c] does not contain declared merge key: name', 500, { containers: [{ image: 'c' }] }],
  [
    "The order in patch list:\n[map[name:b] map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    500,
    {
      containers: [{ name: 'b' }, { name: 'a' }],
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
    },
  ],
  [
    'list element types are not identical: [[map[env:[1] image:a:1 name:a] map[image:b:1 name:b]] [a]]',
    500,
    { '$deleteFromPrimitiveList/containers': ['a'] },
  ],
  [
    'unknown patch type: foo in map: map[$patch:foo name:a]',
    500,
    { containers: [{ name: 'a', $patch: 'foo' }] },
  ],
  ['unknown patch type: merge in map: map[$patch:merge]', 500, { labels: { $patch: 'merge' } }],
  [
    'merging lists cannot yet be specified in the patch',
    500,
    { containers: [{ name: 'a', $patch: 'merge' }] },
  ],
  ['no elements in any of the given slices', 500, { initial: [], '$setElementOrder/initial': [] }],
  ['expected a []interface {}, but received a string', 500, { '$setElementOrder/containers': 'a' }],
  ['invalid patch format of setElementOrder list', 400, { $setElementOrder: [] }],
  ['invalid patch format of retainKeys', 400, { strategy: { $retainKeys: ['type'], other: 1 } }],
  ['lists of lists are not supported', 422, { empty: [['x']] }],
])('%j is what a patch is refused with', ([why, code, patch]) => {
  let refusal: unknown;
  try {
    strategicMergePatch(before, { spec: patch }, 'pod', schema);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ code, message: why });
});

test('leaves prototypes alone', () => {
  const patch = JSON.parse('{"spec": {"__proto__": {"polluted": 1}}}') as JsonObject;
  const result = strategicMergePatch(before, patch, 'pod', schema);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.hasOwn(result['spec'] as JsonObject, '__proto__')).toBe(true);
});
