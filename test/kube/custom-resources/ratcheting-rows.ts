import type { Json, JsonObject } from '../../../src/core/json.js';

const rule = (text: string): JsonObject => ({ 'x-kubernetes-validations': [{ rule: text }] });
const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  properties,
  ...more,
});
const few = { type: 'integer', maximum: 3 };
const pair = object({ k: { type: 'string' }, v: few }, { required: ['k'] });
const byKey = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['k'] };

/** A schema whose parts are stricter than what was stored. */
export const strict: JsonObject = object({
  spec: object(
    {
      n: few,
      other: { type: 'string' },
      status: { type: 'string', enum: ['on', 'off'] },
      null: { type: 'string', nullable: true, maxLength: 1 },
      named: object({ a: few, b: few }, { required: ['b'] }),
      map: { type: 'object', additionalProperties: few },
      list: { type: 'array', maxItems: 2, items: few },
      pairs: { type: 'array', items: pair },
      keyed: { type: 'array', items: pair, ...byKey },
      set: { type: 'array', items: few, 'x-kubernetes-list-type': 'set' },
      open: { ...object({ a: few }), 'x-kubernetes-preserve-unknown-fields': true },
      any: object({ a: { type: 'integer' }, b: { type: 'integer' } }, { anyOf: [{ required: ['b'] }] }),
      all: object(
        { a: { type: 'integer' }, b: { type: 'integer' } },
        { allOf: [{ properties: { a: { maximum: 3 } } }] },
      ),
      ruled: object(
        {
          a: { type: 'integer', ...rule('self <= 3') },
          b: { type: 'integer', ...rule('self >= oldSelf') },
          c: {
            type: 'integer',
            'x-kubernetes-validations': [
              { rule: 'oldSelf.orValue(0) < 3 && self < 3', optionalOldSelf: true },
            ],
          },
          d: { type: 'string' },
        },
        rule("!has(self.d) || self.d != 'no'"),
      ),
      ruledList: { type: 'array', items: { type: 'integer', ...rule('self <= 3') } },
      ruledKeyed: {
        type: 'array',
        items: object(
          { k: { type: 'string' }, v: { type: 'integer', ...rule('self <= 3') } },
          { required: ['k'] },
        ),
        ...byKey,
      },
      ruledOpen: {
        ...object({ a: { type: 'integer' } }, rule('self.a <= 3')),
        'x-kubernetes-preserve-unknown-fields': true,
      },
    },
    rule("!has(self.other) || self.other != 'never'"),
  ),
  status: object({ n: few, ruled: { type: 'integer', ...rule('self <= 3') } }),
});

/** What was there, what comes in its place, what is refused and what is warned of. */
export type Row = readonly [
  what: string,
  old: Json,
  next: Json,
  refused: readonly string[],
  warned: readonly string[],
];

const tooMany = (path: string): string =>
  `${path}: Invalid value: 4: ${path} in body should be less than or equal to 3`;
const broken = (path: string, type: string, text: string): string =>
  `${path}: Invalid value: "${type}": failed rule: ${text}`;
const small = (path: string): string => broken(path, 'integer', 'self <= 3');
const tooManyInStatus = 'status.n: Invalid value: 4: n in body should be less than or equal to 3';
const typeInStatus = 'status.n: Invalid value: "string": n in body must be of type integer: "string"';
const noStatus = 'status: Invalid value: "string":  in body must be of type object: "string"';
const unchecked =
  '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

/** Specs of the {@link strict} schema. */
export const rows: readonly Row[] = [
  ['a value that stays', { n: 4 }, { n: 4, other: 'x' }, [], []],
  ['a value that changes', { n: 5 }, { n: 4 }, [tooMany('spec.n')], []],
  ['a value that is new', {}, { n: 4 }, [tooMany('spec.n')], []],
  [
    'one of two that changes',
    { named: { a: 4, b: 5 } },
    { named: { a: 4, b: 4 } },
    [tooMany('spec.named.b')],
    [],
  ],
  ['an enum that stays', { status: 'maybe' }, { status: 'maybe', other: 'x' }, [], []],
  ['a text that stays too long', { null: 'xy' }, { null: 'xy', other: 'x' }, [], []],
  ['a member that is still missing', { named: { a: 1 } }, { named: { a: 1 }, other: 'x' }, [], []],
  [
    'one that is missing beside a change',
    { named: { a: 1 } },
    { named: { a: 2 } },
    ['spec.named.b: Required value', unchecked],
    [],
  ],
  ['a type that stays', { n: 'x' }, { n: 'x', other: 'x' }, [], []],
  ['an entry of a map', { map: { a: 4 } }, { map: { a: 4, b: 1 } }, [], []],
  ['another entry of a map', { map: { a: 4 } }, { map: { a: 4, b: 4 } }, [tooMany('spec.map.b')], []],
  ['a list that stays', { list: [4, 1, 1] }, { list: [4, 1, 1], other: 'x' }, [], []],
  ['an item of a list that changes', { list: [4] }, { list: [4, 1] }, [tooMany('spec.list[0]')], []],
  [
    'an item of a list of objects',
    { pairs: [{ k: 'a', v: 4 }] },
    { pairs: [{ k: 'a', v: 4 }, { k: 'b' }] },
    [tooMany('spec.pairs[0].v')],
    [],
  ],
  [
    'an item with a key, elsewhere',
    { keyed: [{ k: 'a', v: 4 }] },
    { keyed: [{ k: 'b' }, { k: 'a', v: 4 }] },
    [],
    [],
  ],
  [
    'an item with another key',
    { keyed: [{ k: 'a', v: 4 }] },
    { keyed: [{ k: 'b', v: 4 }] },
    [tooMany('spec.keyed[0].v')],
    [],
  ],
  ['an item of a set', { set: [4] }, { set: [4, 1] }, [tooMany('spec.set[0]')], []],
  ['a set that stays', { set: [4] }, { set: [4], other: 'x' }, [], []],
  ['duplicates that stay', { set: [1, 1] }, { set: [1, 1, 2, 2] }, [], []],
  ['duplicates that are new', { set: [1] }, { set: [1, 1] }, ['spec.set[1]: Duplicate value: 1'], []],
  ['duplicates where others were', { set: [1, 1] }, { keyed: [{ k: 'a' }, { k: 'a' }] }, [], []],
  ['a value beside what no schema knows', { open: { a: 4, x: 1 } }, { open: { a: 4, x: 2 } }, [], []],
  ['alternatives, unchanged', { any: { a: 1 } }, { any: { a: 1 }, other: 'x' }, [], []],
  [
    'alternatives, changed',
    { any: { a: 1 } },
    { any: { a: 2 } },
    [
      '<nil>: Invalid value: "": "spec.any" must validate at least one schema (anyOf)',
      'spec.any.b: Required value',
      unchecked,
    ],
    [],
  ],
  [
    'what all must hold, changed beside it',
    { all: { a: 4 } },
    { all: { a: 4, b: 1 } },
    [
      'spec.all.a: Invalid value: 4: spec.all.a in body should be less than or equal to 3',
      '<nil>: Invalid value: "": "spec.all" must validate all the schemas (allOf). None validated',
    ],
    [],
  ],
  ['what all must hold, unchanged', { all: { a: 4 } }, { all: { a: 4 }, other: 'x' }, [], []],
  ['null that stays', { null: null, n: 4 }, { null: null, n: 4, other: 'x' }, [], []],
  ['a rule about what stays', { ruled: { a: 4 } }, { ruled: { a: 4, d: 'x' } }, [], [small('spec.ruled.a')]],
  ['a rule about what changes', { ruled: { a: 5 } }, { ruled: { a: 4 } }, [small('spec.ruled.a')], []],
  ['a rule about what is new', { ruled: {} }, { ruled: { a: 4 } }, [small('spec.ruled.a')], []],
  [
    'a rule about oldSelf',
    { ruled: { b: 4 } },
    { ruled: { b: 3 } },
    [broken('spec.ruled.b', 'integer', 'self >= oldSelf')],
    [],
  ],
  [
    'a rule about an optional oldSelf',
    { ruled: { c: 4 } },
    { ruled: { c: 4 } },
    [broken('spec.ruled.c', 'integer', 'oldSelf.orValue(0) < 3 && self < 3')],
    [],
  ],
  [
    'a rule about an object that stays',
    { ruled: { d: 'no' } },
    { ruled: { d: 'no' }, n: 1 },
    [],
    [broken('spec.ruled', 'object', "!has(self.d) || self.d != 'no'")],
  ],
  [
    'a rule about an object that changes',
    { ruled: { d: 'no' } },
    { ruled: { d: 'no', b: 1 } },
    [broken('spec.ruled', 'object', "!has(self.d) || self.d != 'no'")],
    [],
  ],
  [
    'a rule about a spec that changes',
    { other: 'never' },
    { other: 'never', n: 1 },
    [broken('spec', 'object', "!has(self.other) || self.other != 'never'")],
    [],
  ],
  [
    'a rule about a spec that stays',
    { other: 'never' },
    { other: 'never' },
    [],
    [broken('spec', 'object', "!has(self.other) || self.other != 'never'")],
  ],
  [
    'a rule about items of a list that stays',
    { ruledList: [4] },
    { ruledList: [4], n: 1 },
    [],
    [small('spec.ruledList[0]')],
  ],
  [
    'a rule about items of a list that changes',
    { ruledList: [4] },
    { ruledList: [4, 1] },
    [small('spec.ruledList[0]')],
    [],
  ],
  [
    'a rule about an item with a key',
    { ruledKeyed: [{ k: 'a', v: 4 }] },
    {
      ruledKeyed: [
        { k: 'b', v: 4 },
        { k: 'a', v: 4 },
      ],
    },
    [small('spec.ruledKeyed[0].v')],
    [small('spec.ruledKeyed[1].v')],
  ],
  [
    'a rule about what no schema knows whole',
    { ruledOpen: { a: 4, x: 1 } },
    { ruledOpen: { a: 4, x: 1 }, n: 1 },
    [broken('spec.ruledOpen', 'object', 'self.a <= 3')],
    [],
  ],
  [
    'a rule beside what is not tolerated',
    { ruled: { a: 4 } },
    { ruled: { a: 4 }, list: [1, 1, 1] },
    ['spec.list: Too many: 3: must have at most 2 items', unchecked],
    [],
  ],
  ['nothing at all', { n: 4, ruled: { a: 4 } }, { n: 4, ruled: { a: 4 } }, [], [small('spec.ruled.a')]],
];

/** Statuses of the {@link strict} schema, written beside `spec: {n: 4, ruled: {a: 4}}` that stays. */
export const statusRows: readonly Row[] = [
  ['a value that stays', { n: 4 }, { n: 4 }, [tooManyInStatus, small('spec.ruled.a')], []],
  ['a value that is fine', {}, { n: 1 }, [small('spec.ruled.a')], []],
  ['a value of another type', {}, { n: 'x' }, [typeInStatus, unchecked], []],
  ['a status that is none', {}, 'x', [noStatus, unchecked], []],
  ['a rule about what stays', { ruled: 4 }, { ruled: 4 }, [small('spec.ruled.a'), small('status.ruled')], []],
];
