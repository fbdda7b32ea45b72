import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Asker } from '../../support/ask.js';

const at = '/apis/network.kubesphere.io/v1alpha1';
const lists = '/kapis/resources.kubesphere.io/v1alpha3';
const apiVersion = 'network.kubesphere.io/v1alpha1';
const pool = (name: string, spec: object): object => ({
  apiVersion,
  kind: 'IPPool',
  metadata: { name },
  spec: { type: 'calico', ...spec },
});

test.for(['v3.1', 'v3.3', 'v3.4'] as const)(
  '%s: an IP pool counts the pods that have its addresses, and stays while there are any',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', `${at}/ippools`, pool('all', { cidr: '10.0.0.0/8' }));
    expect(made.status).toBe(201);
    const pods = await admin.get('/api/v1/pods');
    const used = pods.json.items.filter(({ status, spec }) => {
      const { podIP, phase } = status as { podIP?: string; phase: string };
      return podIP?.startsWith('10.') === true && phase !== 'Succeeded' && spec['hostNetwork'] !== true;
    });
    expect(used.length).toBeGreaterThan(0);
    const read = await admin.get(`${lists}/ippools/all`);
    expect(read.json['status']).toMatchObject({
      capacity: 2 ** 24,
      allocations: used.length,
      unallocated: 2 ** 24 - used.length,
      synced: true,
    });
    expect(read.json.metadata.labels).toMatchObject({ 'ippool.network.kubesphere.io/type': 'calico' });
    expect(
      namesOf(await admin.get(`${lists}/ippools?labelSelector=ippool.network.kubesphere.io/name%3Dall`)),
    ).toEqual(['all']);
    const inUse = await admin.send('DELETE', `${at}/ippools/all`);
    expect(inUse.status).toBe(403);
    expect(inUse.text).toContain('ippool is in use');

    await admin.send(
      'POST',
      `${at}/ippools`,
      pool('free', { cidr: '192.168.4.0/24', rangeStart: '192.168.4.10', rangeEnd: '192.168.4.19' }),
    );
    const free = await admin.get(`${lists}/ippools/free`);
    expect(free.json['status']).toMatchObject({ capacity: 10, allocations: 0, unallocated: 10 });
    const patched = await admin.send(
      'PATCH',
      `${at}/ippools/free`,
      { spec: { disabled: true } },
      'application/merge-patch+json',
    );
    expect(patched.status).toBe(200);
    expect((await admin.get(`${lists}/ippools/free`)).json.spec['disabled']).toBe(true);
    expect((await admin.send('DELETE', `${at}/ippools/free`)).status).toBe(200);
    expect(namesOf(await admin.get(`${lists}/ippools`))).toEqual(['all']);
    expect((await admin.get(`${at}/ippools/free`)).status).toBe(404);
  },
);

test.for([
  ['of an unknown type', { type: 'tape', cidr: '172.16.0.0/16' }, 'unknown ippool type'],
  ['without a network', { cidr: '172.16.0.0' }, 'invalid cidr'],
  ['of an address above 255', { cidr: '172.16.0.256/16' }, 'invalid cidr'],
  [
    'with blocks larger than itself',
    { cidr: '172.16.0.0/24', blockSize: 20 },
    'the blocksize should be larger',
  ],
  ['that begins elsewhere', { cidr: '172.16.0.0/24', rangeStart: '172.17.0.1' }, 'invalid rangeStart'],
  ['that shares addresses with another', { cidr: '192.168.0.0/16' }, 'ippool cidr is overlapped with taken'],
] as const)('an IP pool %s is refused', async ([, spec, text]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${at}/ippools`, pool('taken', { cidr: '192.168.4.0/24' }));
  const refused = await admin.send('POST', `${at}/ippools`, pool('bad', spec));
  expect(refused.status).toBe(403);
  expect(refused.text).toContain(text);
});

async function policies(admin: Asker, namespace = 'shop'): Promise<string[]> {
  return namesOf(await admin.get(`${lists}/namespaces/${namespace}/networkpolicies`));
}

test.for(['v3.0', 'v3.1', 'v3.3', 'v3.4'] as const)(
  "%s: a project's policy becomes a NetworkPolicy, changes with it and goes with it",
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const path = `${at}/namespaces/shop/namespacenetworkpolicies`;
    const peer = { service: { name: 'database', namespace: 'shop' } };
    const made = await admin.send('POST', path, {
      apiVersion,
      kind: 'NamespaceNetworkPolicy',
      metadata: { name: 'only-database' },
      spec: { egress: [{ to: [peer], ports: [{ port: 3306, protocol: 'TCP' }] }], policyTypes: ['Egress'] },
    });
    expect(made.status).toBe(201);
    expect(namesOf(await admin.get(`${at}/namespacenetworkpolicies`))).toEqual(['only-database']);
    expect(await policies(admin)).toEqual(['only-database']);
    const native = await admin.get(
      '/apis/networking.k8s.io/v1/namespaces/shop/networkpolicies/only-database',
    );
    expect(native.json.spec).toMatchObject({
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [
        {
          ports: [{ port: 3306 }],
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubesphere.io/namespace': 'shop' } },
              podSelector: { matchLabels: { app: 'database' } },
            },
          ],
        },
      ],
    });
    const spec = {
      ingress: [{ from: [{ namespace: { name: 'lab' } }] }],
      egress: null,
      policyTypes: ['Ingress'],
    };
    await admin.send('PATCH', `${path}/only-database`, { spec }, 'application/merge-patch+json');
    const after = await admin.get(`${lists}/namespaces/shop/networkpolicies/only-database`);
    expect(after.json.spec).toMatchObject({
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubesphere.io/namespace': 'lab' } } }] }],
    });
    expect(after.json.spec).not.toHaveProperty('egress');
    expect((await admin.send('DELETE', `${path}/only-database`)).status).toBe(200);
    expect(await policies(admin)).toEqual([]);
  },
);

test('isolating a project, or its workspace, makes the policy that does it', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const patch = async (path: string, body: object): Promise<void> => {
    expect((await admin.send('PATCH', path, body, 'application/merge-patch+json')).status).toBe(200);
  };
  const annotated = (value: string | null): object => ({
    metadata: { annotations: { 'kubesphere.io/network-isolate': value } },
  });
  await patch('/api/v1/namespaces/shop', annotated('enabled'));
  expect(await policies(admin)).toEqual(['network-isolate']);
  await patch('/apis/tenant.kubesphere.io/v1alpha1/workspaces/demo', { spec: { networkIsolation: true } });
  expect(await policies(admin, 'shop-staging')).toEqual(['network-isolate']);
  await patch('/api/v1/namespaces/shop', annotated(null));
  const left = await admin.get(`${lists}/namespaces/shop/networkpolicies/network-isolate`);
  expect(JSON.stringify(left.json.spec)).toContain('"kubesphere.io/workspace":"demo"');
  await patch('/apis/tenant.kubesphere.io/v1alpha1/workspaces/demo', { spec: { networkIsolation: false } });
  expect(await policies(admin)).toEqual([]);
});

test('the topology shows running pods and whom they ask, and forgets what is deleted', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  const path = '/kapis/network.kubesphere.io/v1alpha2/namespaces/shop/topology';
  interface Node {
    readonly id: string;
    readonly label: string;
    readonly adjacency?: readonly string[];
  }
  const read = async (): Promise<Node[]> =>
    Object.values((await admin.get(path)).json['nodes'] as Record<string, Node>);
  const nodes = await read();
  const catalog = nodes.filter(({ label }) => label.startsWith('catalog-'));
  const database = nodes.filter(({ label }) => label.startsWith('database-'));
  expect(catalog).not.toEqual([]);
  for (const { adjacency = [] } of catalog)
    expect([...adjacency].sort()).toEqual(database.map(({ id }) => id).sort());
  const [one] = catalog;
  const alone = await admin.get(`${path}/${encodeURIComponent(one?.id ?? '')}`);
  expect(alone.json['node']).toMatchObject({
    id: one?.id,
    label: one?.label,
    metrics: [{ label: 'CPU' }, { label: 'Memory' }],
  });
  await admin.send('DELETE', '/apis/apps/v1/namespaces/shop/deployments/catalog');
  expect((await read()).filter(({ label }) => label.startsWith('catalog-'))).toEqual([]);
  expect((await admin.get(`${path}/${encodeURIComponent(one?.id ?? '')}`)).status).toBe(404);
});
