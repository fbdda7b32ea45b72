import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { strictErrors } from '../../src/kube/strict-fields.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './custom-resources/widget.js';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const strategic = 'application/strategic-merge-patch+json';
const merge = 'application/merge-patch+json';

test.for([
  [
    '{"metadata":{"name":"a","foo":1},"bar":{"a":1}}',
    ['unknown field "metadata.foo"', 'unknown field "bar"'],
  ],
  [
    '{"kind":"a","kind":"b","data":{"x":"1","x":"2"}}',
    ['duplicate field "kind"', 'duplicate field "data.x"'],
  ],
  ['{"foo":{"x":1,"x":1},"foo":2}', ['unknown field "foo"']],
  [' { "data" : { "{\\"" : "}" } , "binaryData" : null } ', []],
] as const)('a strict reader of a ConfigMap says of %s: %j', ([text, errors]) => {
  expect(strictErrors(text, 'core/v1.ConfigMap')).toEqual(errors);
});

test('a strict reader counts items and looks into what is embedded', () => {
  const text =
    '{"spec":{"containers":[{"name":"c"},{"nme":"d","ports":[{"x":1}]}],"volumes":[{"secret":{"a":1}}]}}';
  expect(strictErrors(text, 'core/v1.Pod')).toEqual([
    'unknown field "spec.containers[1].nme"',
    'unknown field "spec.containers[1].ports[0].x"',
    'unknown field "spec.volumes[0].secret.a"',
  ]);
});

describe('unknown and repeated fields of a write', () => {
  const flawed = '{"metadata":{"name":"a"},"foo":1,"data":{"x":"1","x":"2"}}';
  const errors = 'unknown field "foo", duplicate field "data.x"';

  test('are refused when it is strict', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await as(ks, 'admin');
    const answer = await asker.send('POST', `${maps}?fieldValidation=Strict`, flawed);
    expect([answer.status, answer.json]).toEqual([
      400,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${errors}`,
        reason: 'BadRequest',
        code: 400,
      },
    ]);
  });

  test.for([
    ['', ['299 - "unknown field \\"foo\\""', '299 - "duplicate field \\"data.x\\""']],
    ['?fieldValidation=Warn', ['299 - "unknown field \\"foo\\""', '299 - "duplicate field \\"data.x\\""']],
    ['?fieldValidation=Ignore', undefined],
  ] as const)('with %j are warned of: %j', async ([query, warnings]) => {
    await using ks = await startFakeKsApiserver();
    const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
    const answer = await call(ks.url, maps + query, { method: 'POST', headers, body: flawed });
    expect([answer.status, answer.headers['warning']]).toEqual([201, warnings?.join(', ')]);
    expect(answer.body).not.toContain('foo');
  });

  test('in YAML are told by their lines', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await as(ks, 'admin');
    const yaml = 'metadata:\n  name: a\ndata:\n  x: "1"\n  x: "2"\nfoo: 1\n';
    const answer = await asker.send('POST', `${maps}?fieldValidation=Strict`, yaml, 'application/yaml');
    expect([answer.status, answer.json['message']]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: yaml: unmarshal errors:\n  line 5: key "x" already set in map, unknown field "foo"',
    ]);
  });

  test.for([
    [
      strategic,
      '{"spec":{"foo":[1,"a"]}}',
      ' "" is invalid: patch: Invalid value: "map[spec:map[foo:[1 a]]]": strict decoding error: unknown field "spec.foo"',
    ],
    [
      merge,
      '{"spec":{"paused":true,"paused":false}}',
      ' "" is invalid: patch: Invalid value: "{\\"spec\\":{\\"paused\\":true,\\"paused\\":false}}": strict decoding error: duplicate field "spec.paused"',
    ],
    [
      'application/json-patch+json',
      '[{"op":"test","path":"/kind","value":"Deployment","foo":1}]',
      ' "" is invalid: patch: Invalid value: "[{\\"op\\":\\"test\\",\\"path\\":\\"/kind\\",\\"value\\":\\"Deployment\\",\\"foo\\":1}]": strict decoding error: json patch unknown field "[0].foo"',
    ],
  ] as const)('of a patch of type %s are refused', async ([type, patch, message]) => {
    await using ks = await startFakeKsApiserver();
    const asker = await as(ks, 'admin');
    await asker.send('POST', deployments, {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: {
          metadata: { labels: { app: 'd' } },
          spec: { containers: [{ name: 'c', image: 'i' }] },
        },
      },
    });
    const answer = await asker.send('PATCH', `${deployments}/d?fieldValidation=Strict`, patch, type);
    expect([answer.status, answer.json['message'], answer.json['details']]).toEqual([
      422,
      message,
      {
        causes: [
          {
            reason: 'FieldValueInvalid',
            message: message.slice(message.indexOf('Invalid v')),
            field: 'patch',
          },
        ],
      },
    ]);
  });

  test('of a custom resource are those its schema does not know', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await as(ks, 'admin');
    const spec = { type: 'object', properties: { size: { type: 'integer' } } };
    const schema = { type: 'object', properties: { spec } };
    await asker.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
    const body = '{"metadata":{"name":"a","odd":1},"spec":{"size":1,"size":1,"foo":2},"bar":3}';
    const told = ['spec.size', 'metadata.odd', 'bar', 'spec.foo'].map(
      (path, at) => `${at === 0 ? 'duplicate' : 'unknown'} field ${JSON.stringify(path)}`,
    );
    const strict = await asker.send('POST', `${widgetsPath}?fieldValidation=Strict`, body);
    expect([strict.status, strict.json['message']]).toEqual([
      400,
      `Widget in version "v1" cannot be handled as a Widget: strict decoding error: ${told.join(', ')}`,
    ]);
    const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
    const warned = await call(ks.url, widgetsPath, { method: 'POST', headers, body });
    expect([warned.status, warned.headers['warning']]).toEqual([
      201,
      told.map((one) => `299 - ${JSON.stringify(one)}`).join(', '),
    ]);
    const patch = { spec: { foo: 2 } };
    const patched = await asker.send('PATCH', `${widgetsPath}/a?fieldValidation=Strict`, patch, merge);
    expect([patched.status, patched.json['message']]).toEqual([
      422,
      expect.stringMatching(/^ "" is invalid: patch: .*: strict decoding error: unknown field "spec.foo"$/),
    ]);
    const silent = await asker.send('PATCH', `${widgetsPath}/a?fieldValidation=Ignore`, patch, merge);
    expect([silent.status, silent.json.spec]).toEqual([200, { size: 1 }]);
  });

  test('of an apply are refused in the words of its reader', async () => {
    await using ks = await startFakeKsApiserver();
    const yaml = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: "1"\n  x: "2"\n';
    const answer = await (
      await as(ks, 'admin')
    ).send('PATCH', `${maps}/a?fieldManager=m&fieldValidation=Strict`, yaml, 'application/apply-patch+yaml');
    expect([answer.status, answer.json['message']]).toEqual([
      400,
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 7: key "x" already set in map',
    ]);
  });
});

test.for([
  [
    'POST',
    'fieldValidation=Loose',
    'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Loose": supported values: "", "Ignore", "Strict", "Warn"',
  ],
  [
    'PATCH',
    'force=true',
    'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
  ],
  [
    'PATCH',
    `fieldManager=${'m'.repeat(129)}`,
    'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Too long: may not be more than 128 bytes',
  ],
] as const)('%s with %s is refused', async ([method, query, message]) => {
  await using ks = await startFakeKsApiserver();
  const asker = await as(ks, 'admin');
  const path = method === 'POST' ? maps : `${maps}/kube-root-ca.crt`;
  const answer = await asker.send(method, `${path}?${query}`, {}, method === 'POST' ? undefined : merge);
  expect([answer.status, answer.json['message']]).toEqual([422, message]);
});

test.for([
  [
    merge,
    { replicas: 'two' },
    'json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  ],
  [strategic, { replicas: 'two' }, 'unrecognized type: int32'],
  [strategic, { replicas: 1.5 }, 'cannot convert float64 to int32'],
  [strategic, { paused: 1 }, 'unrecognized type: bool'],
  [strategic, { selector: 'a' }, 'cannot restore struct from: string'],
  [strategic, { selector: { matchLabels: [] } }, 'cannot restore map from slice'],
  [strategic, { selector: { matchLabels: { a: 1 } } }, 'cannot convert int64 to string'],
  [strategic, { template: { spec: { tolerations: {} } } }, 'cannot restore slice from map'],
] as const)('a patch of type %s that makes a spec of %j is refused: %s', async ([type, spec, why]) => {
  await using ks = await startFakeKsApiserver();
  const asker = await as(ks, 'admin');
  await asker.send('POST', deployments, {
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { app: 'd' } },
      template: { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  const { status, json } = await asker.send('PATCH', `${deployments}/d`, { spec }, type);
  expect([status, json['reason']]).toEqual([422, 'Invalid']);
  const message = String(json['message']);
  expect(message).toMatch(/^ "" is invalid: patch: Invalid value: "/);
  expect(message.slice(-why.length - 2)).toBe(`: ${why}`);
});
