import { expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { commandFor, guides } from './guide-commands.js';
import { printedForbidden } from './printed-answers.js';
import { runCommand, type Outcome } from './run-command.js';

const sample = {
  apiVersion: 'kubesphere.io/v1alpha1',
  kind: 'ServiceAccount',
  metadata: { name: 'sample', namespace: 'default' },
};
const subjects = [
  { apiGroup: 'kubesphere.io', kind: 'ServiceAccount', name: 'sample', namespace: 'default' },
];
const iam = 'iam.kubesphere.io';
const iamVersion = `${iam}/v1beta1`;

/** The manifests of the guide's section 1.4, each with the collection it is written to. */
const globalBinding = {
  apiVersion: iamVersion,
  kind: 'GlobalRoleBinding',
  metadata: { labels: { 'iam.kubesphere.io/role-ref': 'platform-admin' }, name: 'sample-platform-admin' },
  roleRef: { apiGroup: iam, kind: 'GlobalRole', name: 'platform-admin' },
  subjects,
};
const clusterBinding = {
  apiVersion: iamVersion,
  kind: 'ClusterRoleBinding',
  metadata: { labels: { 'iam.kubesphere.io/role-ref': 'cluster-admin' }, name: 'sample-cluster-admin' },
  roleRef: { apiGroup: iam, kind: 'ClusterRole', name: 'cluster-admin' },
  subjects,
};
const role = {
  apiVersion: iamVersion,
  kind: 'Role',
  metadata: {
    annotations: {
      'kubesphere.io/creator': 'system',
      'kubesphere.io/description':
        '{"zh": "管理项目中的所有资源。", "en": "Manage all resources in the project."}',
    },
    name: 'admin',
    namespace: 'default',
  },
  rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
};
const roleBinding = {
  apiVersion: iamVersion,
  kind: 'RoleBinding',
  metadata: { labels: { 'iam.kubesphere.io/role-ref': 'admin' }, name: 'sample-admin', namespace: 'default' },
  roleRef: { apiGroup: iam, kind: 'Role', name: 'admin' },
  subjects,
};
const workspaceBinding = {
  apiVersion: iamVersion,
  kind: 'WorkspaceRoleBinding',
  metadata: {
    labels: {
      'iam.kubesphere.io/role-ref': 'system-workspace-admin',
      'kubesphere.io/workspace': 'system-workspace',
    },
    name: 'sample-admin',
  },
  roleRef: { apiGroup: iam, kind: 'WorkspaceRole', name: 'system-workspace-admin' },
  subjects,
};

interface Stored extends JsonObject {
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What `kubectl apply` comes to for an object without history: create it, or merge it into what is there. */
async function apply(ks: InProcessFake, object: Stored, plural: string): Promise<Stored> {
  const { name, namespace } = object.metadata;
  const place = namespace === undefined ? '' : `/namespaces/${namespace}`;
  const path = `${ks.url}/apis/${object.apiVersion}${place}/${plural}`;
  const headers = {
    Authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
    'Content-Type': 'application/json',
  };
  let answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(object) });
  if (answer.status === 409) {
    headers['Content-Type'] = 'application/merge-patch+json';
    answer = await fetch(`${path}/${name}`, { method: 'PATCH', headers, body: JSON.stringify(object) });
    expect(answer.status).toBe(200);
  } else expect(answer.status, await answer.clone().text()).toBe(201);
  return (await answer.json()) as Stored;
}

async function read(ks: InProcessFake, path: string): Promise<JsonObject> {
  const answer = await fetch(ks.url + path, {
    headers: { Authorization: `Bearer ${await ks.token({ user: 'admin' })}` },
  });
  expect(answer.status, path).toBe(200);
  return (await answer.json()) as JsonObject;
}

/** The token as the guide gets it: out of the Secret that the ServiceAccount names. */
async function sampleToken(ks: InProcessFake): Promise<string> {
  const account = await read(ks, '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample');
  const [secret] = account['secrets'] as readonly { readonly name: string }[];
  const found = await read(ks, `/api/v1/namespaces/default/secrets/${secret?.name ?? ''}`);
  expect(found['type']).toBe('kubesphere.io/service-account-token');
  const data = found['data'] as { readonly token: string };
  expect(Object.keys(data)).toEqual(['token']);
  return Buffer.from(data.token, 'base64').toString('utf8');
}

async function call(ks: InProcessFake, token: string): Promise<Outcome> {
  return runCommand(commandFor(guides['004'].commands.call, ks.url), { token });
}

async function statusOf(ks: InProcessFake, token: string, path: string): Promise<number> {
  const answer = await fetch(ks.url + path, { headers: { Authorization: `Bearer ${token}` } });
  await answer.arrayBuffer();
  return answer.status;
}

test('guide 004: a new ServiceAccount gets a Secret with a token of the printed form', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v4.1' });
  await apply(ks, { ...sample, secrets: [] }, 'serviceaccounts');
  const account = await read(ks, '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample');
  const secrets = account['secrets'] as readonly { readonly name: string }[];
  expect(secrets).toHaveLength(1);
  expect(secrets[0]?.name).toMatch(/^sample-[a-z0-9]{5}$/);
  const token = await sampleToken(ks);
  const [header = '', claims = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('utf8'));
  expect(header).toBe('{"alg":"HS256","typ":"JWT"}');
  const decoded = JSON.parse(claims) as Readonly<Record<string, unknown>>;
  expect(Object.keys(decoded)).toEqual(['iss', 'sub', 'iat', 'token_type', 'username']);
  expect(decoded).toMatchObject({
    iss: 'http://ks-console.kubesphere-system.svc:30880',
    sub: 'kubesphere:serviceaccount:default:sample',
    token_type: 'static_token',
    username: 'kubesphere:serviceaccount:default:sample',
  });
});

test('guide 004: without a role the ServiceAccount is refused in the printed words, byte for byte', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v4.1' });
  await apply(ks, { ...sample, secrets: [] }, 'serviceaccounts');
  const outcome = await call(ks, await sampleToken(ks));
  expect(outcome.status, outcome.stderr).toBe(403);
  expect(outcome.head).toMatch(/^Content-Type: application\/json\r$/im);
  expect(outcome.stdout).toBe(printedForbidden);
});

test.for([
  {
    binding: globalBinding,
    plural: 'globalrolebindings',
    gives: [
      [200, '/kapis/tenant.kubesphere.io/v1beta1/clusters'],
      [200, '/api/v1/nodes'],
      [200, '/api/v1/namespaces/kube-system/pods'],
    ],
  },
  {
    binding: clusterBinding,
    plural: 'clusterrolebindings',
    gives: [
      [403, '/kapis/tenant.kubesphere.io/v1beta1/clusters'],
      [200, '/api/v1/nodes'],
      [200, '/api/v1/namespaces/kube-system/pods'],
    ],
  },
  {
    binding: roleBinding,
    plural: 'rolebindings',
    gives: [
      [403, '/kapis/tenant.kubesphere.io/v1beta1/clusters'],
      [403, '/api/v1/nodes'],
      [200, '/api/v1/namespaces/default/pods'],
      [403, '/api/v1/namespaces/kube-system/pods'],
    ],
  },
  {
    binding: workspaceBinding,
    plural: 'workspacerolebindings',
    gives: [
      [403, '/kapis/tenant.kubesphere.io/v1beta1/clusters'],
      [403, '/api/v1/nodes'],
      [200, '/kapis/tenant.kubesphere.io/v1beta1/workspaces/system-workspace'],
      [200, '/api/v1/namespaces/default/pods'],
    ],
  },
] as const)(
  'guide 004: what a $binding.kind gives the ServiceAccount',
  async ({ binding, plural, gives }) => {
    await using ks = await startFakeKsApiserver({ release: 'v4.1' });
    await apply(ks, { ...sample, secrets: [] }, 'serviceaccounts');
    const token = await sampleToken(ks);
    if (plural === 'rolebindings') await apply(ks, role, 'roles');
    await apply(ks, binding, plural);
    for (const [status, path] of gives) expect(await statusOf(ks, token, path), path).toBe(status);
    const outcome = await call(ks, token);
    expect(outcome.status).toBe(gives[0][0]);
  },
);

test('guide 004: deleting the ServiceAccount ends its token', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v4.1' });
  await apply(ks, { ...sample, secrets: [] }, 'serviceaccounts');
  const token = await sampleToken(ks);
  const headers = { Authorization: `Bearer ${await ks.token({ user: 'admin' })}` };
  const path = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts/sample';
  expect((await fetch(ks.url + path, { method: 'DELETE', headers })).status).toBe(200);
  const outcome = await call(ks, token);
  expect(outcome.status).toBe(401);
  expect(outcome.stdout).toContain(
    String.raw`"message": "ServiceAccount.kubesphere.io \"sample\" not found"`,
  );
});
