import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const services = '/apis/apiregistration.k8s.io/v1/apiservices';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const flow = '/apis/flowcontrol.apiserver.k8s.io/v1';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

function definition(version: string): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
}

async function ofGroup(admin: Asker, group: string): Promise<readonly unknown[]> {
  const { json } = await admin.get(services);
  return json.items.filter((one) => (one['spec'] as { group?: string }).group === group);
}

test('every version of every group that is discovered but its own has an APIService, and no other has', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const list = await admin.get(services);
  const groups = (await admin.get('/apis')).json['groups'] as {
    versions: { groupVersion: string }[];
  }[];
  const discovered = groups
    .flatMap(({ versions }) => versions)
    .map(({ groupVersion }) => groupVersion.split('/').reverse().join('.'));
  // What registers the others does not register itself.
  const registered = discovered.filter((name) => name !== 'v1.apiregistration.k8s.io');
  expect(list.json.items.map(({ metadata }) => metadata.name)).toEqual(['v1.', ...registered].sort());
  const shown = new Map(list.json.items.map((one) => [one.metadata.name, one]));
  const local = { type: 'Available', status: 'True', reason: 'Local' };
  expect(shown.get('v2.autoscaling')).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { group: 'autoscaling', version: 'v2', groupPriorityMinimum: 17_500, versionPriority: 30 },
    status: { conditions: [local] },
  });
  expect(shown.get('v1beta1.iam.kubesphere.io')).toMatchObject({
    metadata: { labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
    spec: { groupPriorityMinimum: 1000, versionPriority: 100 },
    status: { conditions: [local] },
  });
  expect(shown.get('v1beta1.metrics.k8s.io')).toMatchObject({
    spec: { service: { namespace: 'kube-system', name: 'metrics-server', port: 443 } },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed' }] },
  });
});

test.for([true, false])('APIServices follow definitions, looked at before: %s', async (isLookedAt) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  if (isLookedAt) expect(await ofGroup(admin, 'example.com')).toEqual([]);
  expect((await admin.send('POST', definitions, definition('v1alpha1'))).status).toBe(201);
  expect(await ofGroup(admin, 'example.com')).toMatchObject([
    {
      metadata: {
        name: 'v1alpha1.example.com',
        labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' },
      },
      spec: { version: 'v1alpha1', groupPriorityMinimum: 1000, versionPriority: 100 },
      status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] },
    },
  ]);
  await admin.send('DELETE', `${definitions}/things.example.com`);
  expect(await ofGroup(admin, 'example.com')).toEqual([]);
});

test('a cluster has the flow schemas of kube-apiserver, in the order they are tried, each with its priority level', async () => {
  await using ks = await startFakeKsApiserver();
  const authorization = `Bearer ${await ks.token({ user: 'admin' })}`;
  const rows = async (plural: string): Promise<unknown[][]> => {
    const response = await fetch(`${ks.url}${flow}/${plural}`, { headers: { accept: table, authorization } });
    return ((await response.json()) as { rows: { cells: unknown[] }[] }).rows.map(({ cells }) => cells);
  };
  const schemas = await rows('flowschemas');
  expect(
    schemas.map(([name, level, precedence, method, , missing]) => [name, level, precedence, method, missing]),
  ).toEqual([
    ['exempt', 'exempt', 1, '<none>', 'False'],
    ['probes', 'exempt', 2, '<none>', 'False'],
    ['system-leader-election', 'leader-election', 100, 'ByUser', 'False'],
    ['endpoint-controller', 'workload-high', 150, 'ByUser', 'False'],
    ['workload-leader-election', 'leader-election', 200, 'ByUser', 'False'],
    ['system-node-high', 'node-high', 400, 'ByUser', 'False'],
    ['system-nodes', 'system', 500, 'ByUser', 'False'],
    ['kube-controller-manager', 'workload-high', 800, 'ByNamespace', 'False'],
    ['kube-scheduler', 'workload-high', 800, 'ByNamespace', 'False'],
    ['kube-system-service-accounts', 'workload-high', 900, 'ByNamespace', 'False'],
    ['service-accounts', 'workload-low', 9000, 'ByUser', 'False'],
    ['global-default', 'global-default', 9900, 'ByUser', 'False'],
    ['catch-all', 'catch-all', 10_000, 'ByUser', 'False'],
  ]);
  const levels = await rows('prioritylevelconfigurations');
  expect(levels.map((cells) => cells.slice(0, 6))).toEqual([
    ['catch-all', 'Limited', 5, '<none>', '<none>', '<none>'],
    ['exempt', 'Exempt', '<none>', '<none>', '<none>', '<none>'],
    ['global-default', 'Limited', 20, 128, 6, 50],
    ['leader-election', 'Limited', 10, 16, 4, 50],
    ['node-high', 'Limited', 40, 64, 6, 50],
    ['system', 'Limited', 30, 64, 6, 50],
    ['workload-high', 'Limited', 40, 128, 6, 50],
    ['workload-low', 'Limited', 100, 128, 6, 50],
  ]);
});

test('a world that is exported leaves out what every cluster begins with, and what follows from definitions', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  for (const path of [services, `${flow}/flowschemas`, `${flow}/prioritylevelconfigurations`])
    expect((await admin.get(path)).json.items.length).toBeGreaterThan(5);
  await admin.send('POST', definitions, definition('v1'));
  const own = { spec: { group: 'mine.io', version: 'v1', groupPriorityMinimum: 10, versionPriority: 10 } };
  await admin.send('POST', services, { metadata: { name: 'v1.mine.io' }, ...own });
  const { items } = await ks.exportWorld();
  const kinds = ['APIService', 'FlowSchema', 'PriorityLevelConfiguration'];
  expect(items.filter(({ kind }) => kinds.includes(kind)).map(({ metadata }) => metadata.name)).toEqual([
    'v1.mine.io',
  ]);
});

test('servers of two releases in one process show what both begin with each in its own form', async () => {
  await using old = await startFakeKsApiserver({ release: 'v3.0' });
  await using recent = await startFakeKsApiserver({ release: 'v4.1' });
  const classes = '/apis/scheduling.k8s.io/v1/priorityclasses';
  const link = `${classes}/system-node-critical`;
  for (const [ks, expected] of [
    [old, link],
    [recent, undefined],
    [old, link],
  ] as const) {
    const admin = await as(ks, 'admin');
    const headers = {
      Authorization: `Bearer ${await ks.token()}`,
      Accept: 'application/vnd.kubernetes.protobuf',
    };
    const binary = await (await fetch(ks.url + link, { headers })).text();
    expect([
      (await admin.get(link)).json.metadata['selfLink'],
      (await admin.get(classes)).json.items[1]?.metadata['selfLink'],
      binary.includes(link) ? link : undefined,
    ]).toEqual([expected, expected, expected]);
  }
});
