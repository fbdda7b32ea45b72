import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';

const at = '/kapis/cluster.kubesphere.io/v1alpha1';
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

function kubeconfig(server: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server } }],
  };
  return Buffer.from(JSON.stringify(config)).toString('base64');
}

async function start(): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({ world: 'empty' });
  for (const [name, type] of [
    ['direct-1', 'direct'],
    ['proxy-1', 'proxy'],
  ] as const) {
    ks.world.host.store.load(clusters, {
      apiVersion: 'cluster.kubesphere.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name },
      spec: { connection: { type, kubernetesAPIEndpoint: `https://${name}.example.com:6443` } },
    });
  }
  return ks;
}

test.for([
  ['another way in', { type: 'proxy' }, 400, 'cluster connection type MUST be direct\n'],
  ['no kubeconfig', { type: 'direct' }, 400, 'cluster kubeconfig MUST NOT be empty\n'],
  ['no base64', { type: 'direct', kubeconfig: '$$$' }, 400, 'illegal base64 data at input byte 0\n'],
  [
    'an empty kubeconfig',
    { type: 'direct', kubeconfig: Buffer.from('{}').toString('base64') },
    400,
    'invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable\n',
  ],
  [
    'a cluster that is known',
    { type: 'direct', kubeconfig: kubeconfig('https://direct-1.example.com:6443') },
    400,
    'cluster new already exists (direct-1), MUST not import the same cluster twice\n',
  ],
  ['a new cluster', { type: 'direct', kubeconfig: kubeconfig('https://new.example.com') }, 200, ''],
] as const)('validating a cluster with %s', async ([, connection, status, text]) => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const answer = await admin.send('POST', `${at}/clusters/validation`, {
    metadata: { name: 'new' },
    spec: { connection },
  });
  expect([answer.status, answer.text]).toEqual([status, text]);
});

test.for([
  ['host', kubeconfig('https://x'), 400, 'update kubeconfig of the host cluster is not allowed\n'],
  [
    'proxy-1',
    kubeconfig('https://x'),
    400,
    'update kubeconfig of member clusters which using proxy mode is not allowed, their certs are managed and will be renewed by tower\n',
  ],
  ['direct-1', '', 400, 'cluster kubeconfig MUST NOT be empty\n'],
  ['nope', kubeconfig('https://x'), 400, 'Cluster.cluster.kubesphere.io "nope" not found\n'],
  [
    'direct-1',
    kubeconfig('https://proxy-1.example.com:6443'),
    400,
    'this kubeconfig corresponds to a different cluster than the previous one, you need to make sure that kubeconfig is not from another cluster\n',
  ],
  ['direct-1', kubeconfig('https://direct-1.example.com:6443'), 200, ''],
] as const)('replacing the kubeconfig of %s with %s', async ([name, config, status, text]) => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const answer = await admin.send('PUT', `${at}/clusters/${name}/kubeconfig`, { kubeconfig: config });
  expect([answer.status, answer.text]).toEqual([status, text]);
  if (status === 200) {
    const { object } = ks.world.host.store.get(clusters, undefined, name);
    expect(object['spec']).toMatchObject({ connection: { kubeconfig: config } });
  }
});

test('labels are made, listed by key, put on clusters, taken off and deleted', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  expect((await admin.get(`${at}/labels`)).text).toBe('{}');
  const created = await admin.send('POST', `${at}/labels`, [
    { key: 'region', value: 'eu' },
    { key: 'region', value: 'us' },
  ]);
  const made = created.json as unknown as {
    metadata: { name: string; finalizers: string[] };
    spec: object;
  }[];
  expect(made.map(({ spec }) => spec)).toEqual([
    { key: 'region', value: 'eu' },
    { key: 'region', value: 'us' },
  ]);
  const [eu, us] = made.map(({ metadata }) => metadata.name);
  expect(eu).toMatch(/^[a-z0-9]{6}$/);
  expect(made[0]?.metadata.finalizers).toEqual(['finalizers.kubesphere.io/cluster-label']);
  const listed = await admin.get(`${at}/labels`);
  expect(listed.json['region']).toEqual(
    expect.arrayContaining([
      { value: 'eu', id: eu },
      { value: 'us', id: us },
    ]),
  );

  const twice = await admin.send('POST', `${at}/labels`, [{ key: 'region', value: 'eu' }]);
  expect([twice.status, twice.text]).toEqual([400, 'label region/eu already exists\n']);
  const same = await admin.send('PUT', `${at}/labels/${eu ?? ''}`, { key: 'region', value: 'eu' });
  expect([same.status, same.text]).toEqual([400, 'label region/eu already exists\n']);

  const bound = await admin.send('POST', `${at}/labelbindings`, [{ labels: [eu], clusters: ['direct-1'] }]);
  expect([bound.status, bound.text, bound.contentType]).toEqual([200, '', null]);
  const changed = await admin.send('PUT', `${at}/labels/${eu ?? ''}`, { key: 'region', value: 'europe' });
  expect(changed.json.spec).toEqual({ key: 'region', value: 'europe', clusters: ['direct-1'] });
  const unbound = await admin.send('PUT', `${at}/labels/${eu ?? ''}?action=unbind`, {
    clusters: ['direct-1'],
  });
  expect(unbound.json).toMatchObject({ kind: 'Label', metadata: { name: eu } });
  expect(unbound.json.spec).toEqual({ key: 'region', value: 'europe' });

  const notList = await admin.send('DELETE', `${at}/labels`, {});
  expect(notList.text).toBe('json: cannot unmarshal object into Go value of type []string\n');
  expect((await admin.send('DELETE', `${at}/labels`, [us])).text).toBe('');
});

test('clusters are granted to workspaces and taken away', async () => {
  await using ks = await start();
  const admin = await as(ks, 'admin');
  const path = `${at}/clusters/host/grantrequests`;
  const placement = (): unknown => {
    const kind = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };
    const { object } = ks.world.host.store.get(kind, undefined, 'red');
    return (object['spec'] as { placement: unknown }).placement;
  };
  await admin.send('POST', '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates', {
    metadata: { name: 'red' },
    spec: { template: { spec: { manager: 'admin' } }, placement: {} },
  });
  const missing = await admin.send('POST', path, [{ op: 'add', workspace: 'nope' }]);
  expect([missing.status, missing.text]).toEqual([
    400,
    'WorkspaceTemplate.tenant.kubesphere.io "nope" not found\n',
  ]);
  const bad = await admin.send('POST', path, [{ op: 'move', workspace: 'red' }]);
  expect([bad.status, bad.text]).toEqual([400, 'not support operation type\n']);
  expect((await admin.send('POST', path, [{ op: 'add', workspace: 'red' }])).status).toBe(200);
  expect(placement()).toEqual({ clusters: [{ name: 'host' }] });
  expect((await admin.send('POST', path, [{ op: 'remove', workspace: 'red' }])).status).toBe(200);
  expect(placement()).toEqual({ clusters: [] });
});

test('3.x hands out the agent of clusters that call home, and of no other', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4', world: 'empty' });
  for (const [name, type] of [
    ['home', 'proxy'],
    ['away', 'direct'],
  ] as const) {
    ks.world.host.store.load(clusters, {
      apiVersion: 'cluster.kubesphere.io/v1alpha1',
      kind: 'Cluster',
      metadata: { name },
      spec: { connection: { type, token: 'secret' } },
    });
  }
  const admin = await as(ks, 'admin');
  const agent = await admin.get(`${at}/clusters/home/agent/deployment`);
  expect(agent.contentType).toBe('text/plain; charset=utf-8');
  expect(agent.text).toContain('--token=secret');
  const none = await admin.get(`${at}/clusters/away/agent/deployment`);
  expect([none.status, none.text]).toEqual([404, 'cluster away is not using proxy connection\n']);
});
