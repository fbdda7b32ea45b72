import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { startFresh, stock } from './stock.js';

const v1alpha2 = '/kapis/resources.kubesphere.io/v1alpha2';
const v1alpha3 = '/kapis/resources.kubesphere.io/v1alpha3';

function stockComponent(ks: InProcessFake): void {
  stock(
    ks,
    { group: '', plural: 'services' },
    { kind: 'Service', apiVersion: 'v1' },
    { name: 'ks-console', namespace: 'kubesphere-system', rest: { spec: { selector: { app: 'console' } } } },
    { name: 'headless', namespace: 'kubesphere-system', rest: { spec: {} } },
  );
  const pod = (name: string, ready: boolean): Parameters<typeof stock>[3] => ({
    name,
    namespace: 'kubesphere-system',
    labels: { app: 'console' },
    rest: { status: { phase: 'Running', containerStatuses: [{ name: 'c', ready }] } },
  });
  stock(
    ks,
    { group: '', plural: 'pods' },
    { kind: 'Pod', apiVersion: 'v1' },
    pod('console-1', true),
    pod('console-2', false),
  );
}

test('A component tells how many of its pods are well; a service without selector is none', async () => {
  await using ks = await startFresh();
  stockComponent(ks);
  const admin = await as(ks, 'admin');
  const { text } = await admin.get(`${v1alpha3}/components/ks-console`);
  expect(JSON.parse(text)).toMatchObject({ name: 'ks-console', totalBackends: 2, healthyBackends: 1 });
  const missing = await admin.get(`${v1alpha3}/components/headless`);
  expect([missing.status, missing.text]).toEqual([500, 'component headless has no selector\n']);
});

test('A namespace counts what it holds beside what it may hold', async () => {
  await using ks = await startFresh();
  stock(
    ks,
    { group: '', plural: 'resourcequotas' },
    { kind: 'ResourceQuota', apiVersion: 'v1' },
    {
      name: 'q',
      namespace: 'default',
      rest: {
        status: { hard: { 'limits.cpu': '2', pods: '3' }, used: { 'limits.cpu': '1500m', pods: '5' } },
      },
    },
  );
  const { text } = await (await as(ks, 'admin')).get(`${v1alpha2}/namespaces/default/quotas`);
  expect(JSON.parse(text)).toMatchObject({
    namespace: 'default',
    data: {
      hard: { 'limits.cpu': '2', pods: '3' },
      left: { 'limits.cpu': '500m', pods: '0' },
      used: { 'limits.cpu': '1500m', pods: '5', 'count/pods': '0' },
    },
  });
});

test.for([
  ['v4.1', '""', undefined],
  ['v3.4', '""', '0'],
] as const)(
  '%s counts the whole cluster under the name %s',
  async ([release, name, builders], { expect }) => {
    await using ks = await startFresh(release);
    const { text } = await (await as(ks, 'admin')).get(`${v1alpha2}/quotas`);
    const { namespace, data } = JSON.parse(text) as {
      namespace: string;
      data: { used: Record<string, string> };
    };
    expect(namespace).toBe(name);
    expect(data.used['count/s2ibuilders.devops.kubesphere.io']).toBe(builders);
  },
);

test.for([
  ['v4.1', 0],
  ['v3.4', 1],
] as const)('%s counts %i claims as abnormal when one is pending', async ([release, wanted], { expect }) => {
  await using ks = await startFresh(release);
  stock(
    ks,
    { group: '', plural: 'persistentvolumeclaims' },
    { kind: 'PersistentVolumeClaim', apiVersion: 'v1' },
    { name: 'c', namespace: 'default', rest: { status: { phase: 'Pending' } } },
  );
  const { text } = await (await as(ks, 'admin')).get(`${v1alpha2}/abnormalworkloads`);
  expect((JSON.parse(text) as { data: Record<string, number> }).data['persistentvolumeclaims']).toBe(wanted);
});

test('A revision of a deployment is the ReplicaSet that carries its number', async () => {
  await using ks = await startFresh();
  const template = { template: { metadata: { labels: { app: 'web' } } } };
  stock(
    ks,
    { group: 'apps', plural: 'deployments' },
    { kind: 'Deployment', apiVersion: 'apps/v1' },
    { name: 'web', namespace: 'default', rest: { spec: template } },
  );
  stock(
    ks,
    { group: 'apps', plural: 'replicasets' },
    { kind: 'ReplicaSet', apiVersion: 'apps/v1' },
    {
      name: 'web-1',
      namespace: 'default',
      labels: { app: 'web' },
      annotations: { 'deployment.kubernetes.io/revision': '1' },
    },
  );
  const admin = await as(ks, 'admin');
  const path = `${v1alpha2}/namespaces/default/deployments/web/revisions`;
  expect((await admin.get(`${path}/1`)).json.metadata.name).toBe('web-1');
  const missing = await admin.get(`${path}/9`);
  expect([missing.status, missing.text]).toEqual([500, '{\n "message": "revision not found web#9"\n}']);
  expect((await admin.get(`${path}/x`)).status).toBe(400);
});

test.each([
  ['statefulsets', 'shop', 'database'],
  ['daemonsets', 'kube-system', 'kube-proxy'],
])(
  '%s of the default world have their first revision, and a second once they change',
  async (plural, namespace, name) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const path = `${v1alpha2}/namespaces/${namespace}/${plural}/${name}`;
    const first = await admin.get(`${path}/revisions/1`);
    expect(first.json).toMatchObject({
      kind: 'ControllerRevision',
      metadata: { namespace, ownerReferences: [{ name }] },
      revision: 1,
    });
    const revisions = `/apis/apps/v1/namespaces/${namespace}/controllerrevisions`;
    const ownNames = async (): Promise<string[]> =>
      (await admin.get(revisions)).json.items
        .map(({ metadata }) => metadata.name)
        .filter((one) => one.startsWith(`${name}-`));
    expect(await ownNames()).toEqual([first.json.metadata.name]);
    await admin.send(
      'PATCH',
      `/apis/apps/v1/namespaces/${namespace}/${plural}/${name}`,
      { spec: { template: { metadata: { annotations: { changed: 'yes' } } } } },
      'application/merge-patch+json',
    );
    expect((await admin.get(`${path}/revisions/2`)).json).toMatchObject({
      data: { spec: { template: { metadata: { annotations: { changed: 'yes' } } } } },
      revision: 2,
    });
    expect(await ownNames()).toHaveLength(2);
  },
);
