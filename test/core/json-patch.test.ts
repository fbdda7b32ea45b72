import { expect, test } from 'vitest';
import { applyJsonPatch, readJsonPatch } from '../../src/core/json-patch.js';
import type { Json } from '../../src/core/json.js';

const object = { a: 1, b: [1, { x: 'y' }], n: null, s: 'a<b', f: 1.5 };

function problemOf(text: string): string {
  try {
    applyJsonPatch(object, readJsonPatch(JSON.parse(text) as Json, text));
    return '';
  } catch (error) {
    const { cause, message } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

test.for<readonly [operation: string, problem: string]>([
  [
    '{"op":"remove","path":"/nope/x"}',
    'remove operation does not apply: doc is missing path: "/nope/x": missing value',
  ],
  [
    '{"op":"remove","path":"/z"}',
    "error in remove for path: '/z': Unable to remove nonexistent key: z: missing value",
  ],
  [
    '{"op":"remove","path":"/b/x"}',
    `error in remove for path: '/b/x': strconv.Atoi: parsing "x": invalid syntax`,
  ],
  [
    '{"op":"add","path":"/b/9","value":1}',
    "error in add for path: '/b/9': Unable to access invalid index: 9: invalid index referenced",
  ],
  [
    '{"op":"add","path":"/b/x","value":1}',
    `error in add for path: '/b/x': value was not a proper array index: 'x': strconv.Atoi: parsing "x": invalid syntax`,
  ],
  ['{"op":"add","value":1}', 'add operation failed to decode path: missing value'],
  [
    '{"op":"replace","path":"/n/x","value":1}',
    'replace operation does not apply: doc is missing path: /n/x: missing value',
  ],
  [
    '{"op":"replace","path":"/b/9","value":1}',
    'replace operation does not apply: doc is missing key: /b/9: missing value',
  ],
  [
    '{"op":"move","from":"/z","path":"/a"}',
    "error in move for path: 'z': Unable to remove nonexistent key: z: missing value",
  ],
  [
    '{"op":"move","path":"/a"}',
    'move operation failed to decode from: operation, missing from field: missing value',
  ],
  [
    '{"op":"copy","from":"/a","path":"/y/z"}',
    'copy operation does not apply: doc is missing destination path: /y/z: missing value',
  ],
  ['{"op":"x","path":"/a"}', 'Unexpected kind: x'],
  ['{"op":"test","path":"/a","value":2}', 'testing value /a failed: test failed'],
  ['{"op":"test","path":"/a","value":1}', ''],
  // Numbers and strings are compared as they are written, and Go escapes what could be HTML.
  ['{"op":"test","path":"/a","value":1.0}', 'testing value /a failed: test failed'],
  ['{"op":"test","path":"/s","value":"a<b"}', 'testing value /s failed: test failed'],
  ['{"op":"test","path":"/s","value":"a\\u003cb"}', ''],
  ['{"op":"test","path":"/b","value":[1, {"x": "y"}]}', ''],
  ['{"op":"test","path":"/n","value":null}', ''],
])('the operation %s fails as Go has it fail', ([operation, problem]) => {
  expect(problemOf(`[${operation}]`)).toBe(problem);
});
