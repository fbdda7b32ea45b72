import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const iam = '/apis/iam.kubesphere.io/v1beta1';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const json = 'application/json-patch+json';

const configMap = '/api/v1/namespaces/work/configmaps/settings';
const deployment = '/apis/apps/v1/namespaces/work/deployments/web';

const objects = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'work' } },
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' }, spec: {}, status: {} },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'work' },
    data: { a: 'b' },
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'work' },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
];

const escaped = (text: string): string => text.replace(/[.[\]()]/g, '\\$&');

/** What kube-apiserver says of a patch whose outcome it cannot read: the outcome, and the decoder's words. */
const unreadable = (why: string): unknown =>
  expect.stringMatching(new RegExp(`^ "" is invalid: patch: Invalid value: "\\{.*\\}": ${escaped(why)}$`));

const unread = (what: string, field: string, type: string): unknown =>
  unreadable(`json: cannot unmarshal ${what} into Go struct field ${field} of type ${type}`);

const refused: readonly (readonly [
  path: string,
  type: string,
  body: unknown,
  status: number,
  message: unknown,
])[] = [
  [configMap, merge, { data: { a: 1 } }, 422, unread('number', 'ConfigMap.data', 'string')],
  [
    configMap,
    strategic,
    { data: { a: 1 } },
    422,
    ' "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string',
  ],
  [
    configMap,
    json,
    [{ op: 'replace', path: '/data', value: 5 }],
    422,
    unread('number', 'ConfigMap.data', 'map[string]string'),
  ],
  [
    configMap,
    merge,
    { kind: 'Secret' },
    422,
    unreadable('converting (v1.Secret) to (core.ConfigMap): unknown conversion'),
  ],
  [
    configMap,
    merge,
    { apiVersion: 'v2' },
    422,
    unreadable(
      'no kind "ConfigMap" is registered for version "v2" in scheme "pkg/api/legacyscheme/scheme.go:30"',
    ),
  ],
  [
    configMap,
    merge,
    { metadata: { namespace: 'other' } },
    400,
    'the namespace of the provided object does not match the namespace sent on the request',
  ],
  ['/api/v1/nodes/n1', merge, { spec: 'hello' }, 422, unread('string', 'Node.spec', 'v1.NodeSpec')],
  ['/api/v1/nodes/n1/status', merge, { status: 5 }, 422, unread('number', 'Node.status', 'v1.NodeStatus')],
  [
    '/api/v1/nodes/n1/status',
    strategic,
    { status: { conditions: [{ type: 5 }] } },
    422,
    ' "" is invalid: patch: Invalid value: "map[status:map[conditions:[map[type:5]]]]": cannot convert int64 to string',
  ],
  [
    deployment,
    merge,
    { spec: { template: 5 } },
    422,
    unread('number', 'DeploymentSpec.spec.template', 'v1.PodTemplateSpec'),
  ],
  [
    `${iam}/users/admin`,
    merge,
    { spec: { email: 7 } },
    422,
    'User.iam.kubesphere.io "admin" is invalid: spec.email: Invalid value: "integer": spec.email in body must be of type string: "integer"',
  ],
  [
    `${iam}/users/admin`,
    merge,
    { spec: { password: 5, email: 7 } },
    422,
    'User.iam.kubesphere.io "admin" is invalid: [spec.email: Invalid value: "integer": spec.email in body must be of type string: "integer", spec.password: Invalid value: "integer": spec.password in body must be of type string: "integer"]',
  ],
  [
    `${iam}/globalrolebindings/admin`,
    merge,
    { subjects: 5 },
    422,
    'GlobalRoleBinding.iam.kubesphere.io "admin" is invalid: subjects: Invalid value: "integer": subjects in body must be of type array: "integer"',
  ],
];

describe('a patch that would store what no POST could', () => {
  test.for(refused)(
    '%s %s %o is refused and changes nothing',
    async ([path, type, body, status, message]) => {
      await using ks = await startFakeKsApiserver({ world: 'empty' });
      const admin = await as(ks, 'admin');
      await ks.scenario({ description: 'What is patched.', objects });
      const before = await admin.get(path.replace('/status', ''));
      const answer = await admin.send('PATCH', path, body, type);
      expect([answer.status, answer.json['message']]).toEqual([status, message]);
      expect((await admin.get(path.replace('/status', ''))).text).toBe(before.text);
    },
  );
});

test('a custom resource of wrong types is refused however it is written', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const message =
    'User.iam.kubesphere.io "ada" is invalid: spec.email: Invalid value: "integer": spec.email in body must be of type string: "integer"';
  const user = { apiVersion: 'iam.kubesphere.io/v1beta1', kind: 'User', metadata: { name: 'ada' } };
  const created = await admin.send('POST', `${iam}/users`, { ...user, spec: { email: 7 } });
  expect([created.status, created.json['message']]).toEqual([422, message]);
  await admin.send('POST', `${iam}/users`, { ...user, spec: { email: 'ada@example.com' } });
  const { json: current } = await admin.get(`${iam}/users/ada`);
  const updated = await admin.send('PUT', `${iam}/users/ada`, { ...current, spec: { email: 7 } });
  expect([updated.status, updated.json['message']]).toEqual([422, message]);
});

test('a patch may repeat kind, version and namespace, and leave them out', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await ks.scenario({ description: 'What is patched.', objects });
  const same = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'work' }, data: { a: 'c' } };
  expect((await admin.send('PATCH', configMap, same, merge)).json).toMatchObject({ data: { a: 'c' } });
  const without = { metadata: { namespace: null }, data: { a: 'd' } };
  expect((await admin.send('PATCH', configMap, without, merge)).json).toMatchObject({
    data: { a: 'd' },
    metadata: { namespace: 'work' },
  });
});

test('half characters are stored as U+FFFD, whole ones as they are', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  await ks.scenario({ description: 'What is patched.', objects });
  const body = String.raw`{"data":{"half":"a\ud800b","whole":"\ud83d\ude00","text":"\\ud800"}}`;
  const { json } = await admin.send('PATCH', configMap, body, merge);
  expect(json['data']).toEqual({ a: 'b', half: 'a\ufffdb', whole: '\u{1f600}', text: '\\ud800' });
});
