import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, namesOf } from '../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const resources = '/kapis/resources.kubesphere.io/v1alpha3';

/** A fake on top of another one. */
async function startOver(kubernetes: InProcessFake): Promise<InProcessFake> {
  const kubeApiserver = JSON.stringify({
    clusters: [{ name: 'a', cluster: { server: kubernetes.url } }],
    users: [{ name: 'a', user: { token: await kubernetes.token({ user: 'admin', type: 'static_token' }) } }],
    contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
    'current-context': 'a',
  });
  return startFakeKsApiserver({ now, kubeApiserver });
}

function configMaps(prefix: string, count: number): { readonly metadata: { readonly name: string } }[] {
  return Array.from({ length: count }, (_, at) => ({
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      name: `${prefix}-${String(at)}`,
      namespace: 'default',
      labels: { even: String(at % 2 === 0) },
    },
  }));
}

test('A Kubernetes that is put back and goes on past where it was is read anew', async () => {
  await using kubernetes = await startFakeKsApiserver({ now, world: 'empty' });
  await using ks = await startOver(kubernetes);
  const admin = await as(ks, 'admin');
  const names = async (): Promise<string[]> =>
    namesOf(await admin.get(`${resources}/namespaces/default/configmaps?limit=100`));
  await kubernetes.scenario({ description: 'x', objects: configMaps('before', 2) });
  await expect.poll(names, { timeout: 5000 }).toContain('before-1');
  await kubernetes.reset();
  await kubernetes.scenario({ description: 'x', objects: configMaps('after', 40) });
  await expect.poll(names, { timeout: 5000 }).not.toContain('before-1');
  await expect.poll(names, { timeout: 5000 }).toContain('after-0');
});

test('Lists of what a Kubernetes holds are filtered, sorted and cut as those of the fake itself', async () => {
  await using kubernetes = await startFakeKsApiserver({
    now,
    world: 'empty',
    generate: { nodes: 12, pods: 700 },
  });
  await kubernetes.scenario({ description: 'x', objects: configMaps('one', 30) });
  await using ks = await startOver(kubernetes);
  const [below, above] = [await as(kubernetes, 'admin'), await as(ks, 'admin')];
  for (const query of [
    'nodes?limit=5&page=2&sortBy=name&ascending=true',
    'nodes?limit=5&page=9',
    'pods?limit=10&page=60',
    'pods?sortBy=startTime&limit=3',
    'namespaces/default/configmaps?labelSelector=even%3Dtrue&limit=4',
    'namespaces/default/configmaps?name=one-1&sortBy=name',
    'namespaces/default/configmaps/one-7',
  ]) {
    const [own, through] = [
      await below.get(`${resources}/${query}`),
      await above.get(`${resources}/${query}`),
    ];
    expect([query, through.status, through.text]).toEqual([query, 200, own.text]);
  }
  expect((await above.get(`${resources}/pods`)).json['totalItems']).toBeGreaterThanOrEqual(700);
});

test('Other forms of an answer pass as they are: protobuf, tables, chunks of a list', async () => {
  await using kubernetes = await startFakeKsApiserver({ now, world: 'empty', generate: { nodes: 7 } });
  await using ks = await startOver(kubernetes);
  const ask = async (
    fake: InProcessFake,
    path: string,
    accept: string,
  ): Promise<readonly [string | null, Buffer]> => {
    const headers = { authorization: `Bearer ${await fake.token({ user: 'admin' })}`, accept };
    const answer = await fetch(fake.url + path, { headers });
    expect(answer.status).toBe(200);
    return [answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())];
  };
  const one = namesOf(await (await as(ks, 'admin')).get('/api/v1/nodes'))[0] ?? '';
  for (const accept of [
    'application/vnd.kubernetes.protobuf',
    'application/json;as=Table;v=v1;g=meta.k8s.io',
    'application/yaml',
  ]) {
    const path = `/api/v1/nodes/${one}`;
    const [own, through] = [await ask(kubernetes, path, accept), await ask(ks, path, accept)];
    expect(through).toEqual(own);
  }
  const names: string[] = [];
  let next = '';
  do {
    const path = `/api/v1/nodes?limit=3${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const list = JSON.parse((await ask(ks, path, 'application/json'))[1].toString()) as {
      readonly metadata: { readonly continue?: string };
      readonly items: readonly { readonly metadata: { readonly name: string } }[];
    };
    names.push(...list.items.map(({ metadata }) => metadata.name));
    next = list.metadata.continue ?? '';
  } while (next !== '');
  expect(new Set(names).size).toBe(7);
});

test('Rights are those of the roles and bindings a Kubernetes holds', async () => {
  await using kubernetes = await startFakeKsApiserver({ now, world: 'empty' });
  await using ks = await startOver(kubernetes);
  const [below, above] = [await as(kubernetes, 'admin'), await as(ks, 'admin')];
  const user = { metadata: { name: 'nora' }, spec: { email: 'nora@example.com', password: 'P@88w0rd' } };
  expect((await above.send('POST', '/kapis/iam.kubesphere.io/v1beta1/users', user)).status).toBe(200);
  const nora = await as(ks, 'nora');
  const path = '/api/v1/namespaces/default/configmaps';
  await expect.poll(async () => (await nora.get(path)).status).toBe(403);
  const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }];
  const bindings = '/apis/iam.kubesphere.io/v1beta1/namespaces/default';
  const role = { kind: 'Role', apiVersion: 'iam.kubesphere.io/v1beta1', metadata: { name: 'reader' }, rules };
  expect((await below.send('POST', `${bindings}/roles`, role)).status).toBe(201);
  const binding = {
    kind: 'RoleBinding',
    apiVersion: 'iam.kubesphere.io/v1beta1',
    metadata: {
      name: 'nora-reader',
      labels: { 'iam.kubesphere.io/user-ref': 'nora', 'iam.kubesphere.io/role-ref': 'reader' },
    },
    subjects: [{ apiGroup: 'iam.kubesphere.io', kind: 'User', name: 'nora' }],
    roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'Role', name: 'reader' },
  };
  expect((await below.send('POST', `${bindings}/rolebindings`, binding)).status).toBe(201);
  await expect.poll(async () => (await nora.get(path)).status).toBe(200);
  await below.send('DELETE', `${bindings}/rolebindings/nora-reader`);
  await expect.poll(async () => (await nora.get(path)).status).toBe(403);
});
