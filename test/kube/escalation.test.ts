import { expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';

const api = 'rbac.authorization.k8s.io';
const rbac = `/apis/${api}/v1`;
const inDefault = `${rbac}/namespaces/default`;
const writing = ['create', 'get', 'update', 'patch'];
const jane = { kind: 'User', apiGroup: api, name: 'jane' };
const toRole = (name: string, kind = 'Role'): object => ({ apiGroup: api, kind, name });
const reads = { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] };
const secrets = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] };

/** A cluster where jane may write roles and bindings, and read configmaps. */
async function withJane(ks: InProcessFake): Promise<void> {
  const admin = await as(ks, 'admin');
  const made: readonly (readonly [path: string, name: string, rest: object])[] = [
    [
      `${rbac}/clusterroles`,
      'writer',
      {
        rules: [
          {
            apiGroups: [api],
            resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
            verbs: writing,
          },
          { ...reads, verbs: [...reads.verbs, 'watch'] },
        ],
      },
    ],
    [`${rbac}/clusterrolebindings`, 'writer', { roleRef: toRole('writer', 'ClusterRole'), subjects: [jane] }],
    [`${inDefault}/roles`, 'reads', { rules: [reads] }],
    [`${inDefault}/roles`, 'secrets', { rules: [secrets] }],
    [`${inDefault}/rolebindings`, 'reads', { roleRef: toRole('reads'), subjects: [] }],
    [`${inDefault}/rolebindings`, 'secrets', { roleRef: toRole('secrets'), subjects: [] }],
    [
      `${rbac}/clusterroles`,
      'gathered',
      { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] }, rules: [] },
    ],
    [`${rbac}/namespaces/kube-public/rolebindings`, 'lost', { roleRef: toRole('gone'), subjects: [jane] }],
    [
      `${inDefault}/roles`,
      'binder',
      { rules: [{ apiGroups: [api], resources: ['roles'], resourceNames: ['bindable'], verbs: ['bind'] }] },
    ],
    [`${inDefault}/rolebindings`, 'binder', { roleRef: toRole('binder'), subjects: [jane] }],
    [`${inDefault}/roles`, 'bindable', { rules: [secrets] }],
  ];
  for (const [path, name, rest] of made) {
    const { status } = await admin.send('POST', path, { metadata: { name }, ...rest });
    expect(status, name).toBe(201);
  }
}

type Write = readonly [
  title: string,
  method: string,
  path: string,
  body: object,
  refusal: string,
  more?: object,
];

const attempts = (
  kind: string,
  name: string,
  lines: readonly string[],
  groups = '"system:authenticated"',
): string =>
  `${kind}.${api} "${name}" is forbidden: user "jane" (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
const secretsLine = '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}';

const writes: readonly Write[] = [
  [
    'a role with rights she has',
    'POST',
    `${inDefault}/roles`,
    { metadata: { name: 'a' }, rules: [reads] },
    '',
  ],
  [
    'a role with rights she lacks',
    'POST',
    `${inDefault}/roles`,
    {
      metadata: { name: 'b' },
      rules: [
        { apiGroups: ['apps', ''], resources: ['deployments', 'configmaps'], verbs: ['get'] },
        { apiGroups: [''], resources: ['pods'], resourceNames: ['z', 'a'], verbs: ['*'] },
        { apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch', 'delete'] },
      ],
    },
    attempts('roles', 'b', [
      '{APIGroups:[""], Resources:["configmaps"], Verbs:["delete"]}',
      '{APIGroups:[""], Resources:["deployments"], Verbs:["get"]}',
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["a"], Verbs:["*"]}',
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["z"], Verbs:["*"]}',
      '{APIGroups:["apps"], Resources:["configmaps"], Verbs:["get"]}',
      '{APIGroups:["apps"], Resources:["deployments"], Verbs:["get"]}',
    ]),
  ],
  [
    'a cluster role with paths, a verb each',
    'POST',
    `${rbac}/clusterroles`,
    {
      metadata: { generateName: 'c-' },
      rules: [{ nonResourceURLs: ['/metrics', '/api'], verbs: ['get', 'post'] }],
    },
    attempts('clusterroles', '', [
      '{NonResourceURLs:["/api"], Verbs:["post"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["get"]}',
      '{NonResourceURLs:["/metrics"], Verbs:["post"]}',
    ]),
  ],
  [
    'a role for a group that may do all',
    'POST',
    `${inDefault}/roles`,
    { metadata: { name: 'm' }, rules: [secrets] },
    '',
    { 'Impersonate-Group': 'system:masters' },
  ],
  [
    'a role that gathers others',
    'POST',
    `${rbac}/clusterroles`,
    { metadata: { name: 'd' }, aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] } },
    `clusterroles.${api} "d" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
  ],
  [
    'a role that gathers others, no more to do so',
    'PATCH',
    `${rbac}/clusterroles/gathered`,
    { aggregationRule: null },
    `clusterroles.${api} "gathered" is forbidden: must have cluster-admin privileges to use the aggregationRule`,
  ],
  [
    'a role by a PUT that makes it',
    'PUT',
    `${inDefault}/roles/e`,
    { metadata: { name: 'e' }, rules: [secrets] },
    attempts('roles', 'e', [secretsLine]),
  ],
  [
    'a label of a role with rights she lacks',
    'PATCH',
    `${inDefault}/roles/secrets`,
    { metadata: { labels: { a: 'b' } } },
    attempts('roles', 'secrets', [secretsLine]),
  ],
  [
    'the finalizers of a role with rights she lacks',
    'PATCH',
    `${inDefault}/roles/secrets`,
    { metadata: { finalizers: ['a.b/c'] } },
    '',
  ],
  ['nothing of a role with rights she lacks', 'PATCH', `${inDefault}/roles/secrets`, {}, ''],
  [
    'a role with rights she lacks, by an apply',
    'PATCH',
    `${inDefault}/roles/f?fieldManager=f`,
    { apiVersion: `${api}/v1`, kind: 'Role', metadata: { name: 'f' }, rules: [secrets] },
    attempts('roles', 'f', [secretsLine]),
    { 'Content-Type': 'application/apply-patch+yaml' },
  ],
  [
    'a role with rights she lacks, for those who see no roles',
    'POST',
    `${rbac}/namespaces/kube-public/roles`,
    { metadata: { name: 'g' }, rules: [secrets] },
    `${attempts('roles', 'g', [secretsLine], '"a" "b" "system:authenticated"')}; resolution errors: [roles.${api} "gone" not found]`,
    { 'Impersonate-Group': 'a, b' },
  ],
  [
    'a binding to a role with rights she has',
    'POST',
    `${inDefault}/rolebindings`,
    { metadata: { name: 'a' }, roleRef: toRole('reads'), subjects: [jane] },
    '',
  ],
  [
    'a binding to a role with rights she lacks',
    'POST',
    `${inDefault}/rolebindings`,
    { metadata: { name: 'b' }, roleRef: toRole('secrets'), subjects: [jane] },
    attempts('rolebindings', 'b', [secretsLine]),
  ],
  [
    'a binding to a role she may bind',
    'POST',
    `${inDefault}/rolebindings`,
    { metadata: { name: 'c' }, roleRef: toRole('bindable'), subjects: [{ ...jane, name: 'joe' }] },
    '',
  ],
  [
    'a binding to a role that is not there',
    'POST',
    `${inDefault}/rolebindings`,
    { metadata: { name: 'd' }, roleRef: toRole('nowhere'), subjects: [jane] },
    `roles.${api} "nowhere" not found`,
  ],
  [
    'subjects of a binding to a role with rights she lacks',
    'PATCH',
    `${inDefault}/rolebindings/secrets`,
    { subjects: [jane] },
    attempts('rolebindings', 'secrets', [secretsLine]),
  ],
  [
    'a cluster-wide binding to a role with all rights',
    'POST',
    `${rbac}/clusterrolebindings`,
    { metadata: { name: 'e' }, roleRef: toRole('all', 'ClusterRole'), subjects: [jane] },
    `clusterroles.${api} "all" not found`,
  ],
];

test('nobody gives away rights they do not have themselves', async () => {
  await using ks = await startFakeKsApiserver();
  await withJane(ks);
  const Authorization = `Bearer ${await ks.token()}`;
  for (const [title, method, path, body, refusal, more] of writes) {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { Authorization, 'Impersonate-User': 'jane', 'Content-Type': type, ...more };
    const answer = await call(ks.url, path, { method, headers, body: JSON.stringify(body) });
    const { message = '' } = JSON.parse(answer.body) as { readonly message?: string };
    expect(message, title).toBe(refusal);
  }
});

test('what is written in the name of the server itself is not held back', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const { status } = await admin.send('POST', `${inDefault}/roles`, {
    metadata: { name: 'r' },
    rules: [secrets],
  });
  expect(status).toBe(201);
});

test('a PUT that leaves out what the server sets asks for a change', async () => {
  await using ks = await startFakeKsApiserver();
  await withJane(ks);
  const headers = {
    Authorization: `Bearer ${await ks.token()}`,
    'Impersonate-User': 'jane',
    'Content-Type': 'application/json',
  };
  const path = `${inDefault}/roles/secrets`;
  const { body } = await call(ks.url, path, { headers });
  const same = await call(ks.url, path, { method: 'PUT', headers, body });
  const bare = { metadata: { name: 'secrets' }, rules: [secrets] };
  const rest = await call(ks.url, path, { method: 'PUT', headers, body: JSON.stringify(bare) });
  expect([same.status, rest.status]).toEqual([200, 403]);
});
