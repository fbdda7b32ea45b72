import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf, type Body } from '../../support/ask.js';

const at = '/kapis/gateway.kubesphere.io/v1alpha1';
const own = `${at}/namespaces/shop/gateways`;
const global = `${at}/namespaces/kubesphere-system/gateways`;
const namespace = 'kubesphere-controls-system';
const name = 'kubesphere-router-shop';
const lists = '/kapis/resources.kubesphere.io/v1alpha3';
const routers = '/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/router';

const names = (list: unknown): string[] => (list as Body[]).map(({ metadata }) => metadata.name);
const nothing = /^null$/;

test.for(['v3.3', 'v3.4'] as const)(
  '%s: a gateway is made for a project with Service and pods, changed, and taken away with them',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    expect((await admin.get(own)).text).toMatch(nothing);
    expect((await admin.get(`${at}/gateways/`)).json).toEqual({ items: [], totalItems: 0 });

    const spec = {
      controller: { config: { 'keep-alive': '60' } },
      service: { type: 'NodePort' },
      deployment: { replicas: 2 },
    };
    const made = await admin.send('POST', own, { spec });
    expect(made.status).toBe(200);
    expect(made.json).toMatchObject({
      metadata: { name, namespace },
      spec: { controller: { config: { 'keep-alive': '60' }, scope: { enabled: true, namespace: 'shop' } } },
    });
    expect((await admin.send('POST', own, { spec })).status).toBe(409);

    const [shown] = (await admin.get(own)).json as unknown as [Body];
    expect(shown).toMatchObject({
      status: {
        conditions: [{ type: 'Initialized' }, { type: 'Deployed', reason: 'InstallSuccessful' }],
        loadBalancer: {},
        service: [
          { name: 'http', port: 80 },
          { name: 'https', port: 443 },
        ],
      },
    });
    const service = await admin.get(`/api/v1/namespaces/${namespace}/services/${name}`);
    expect(service.json.spec).toMatchObject({ type: 'NodePort' });
    expect((shown['status'] as { service: unknown[] }).service).toEqual(service.json.spec['ports']);
    const config = await admin.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`);
    expect(config.json['data']).toMatchObject({ 'keep-alive': '60' });
    expect(namesOf(await admin.get(`${at}/gateways`))).toEqual([name]);
    expect(namesOf(await admin.get(`${at}/gateways?namespace=shop`))).toEqual([name]);
    expect(namesOf(await admin.get(`${at}/gateways?namespace=lab`))).toEqual([]);
    expect(namesOf(await admin.get(`${at}/gateways?name=nowhere`))).toEqual([]);
    expect(namesOf(await admin.get('/apis/gateway.kubesphere.io/v1alpha1/gateways'))).toEqual([name]);

    const pods = await admin.get(`${own}/${name}/pods`);
    expect(namesOf(pods)).toHaveLength(2);
    expect(namesOf(pods).sort()).toEqual(
      namesOf(await admin.get(`${lists}/namespaces/${namespace}/pods?name=${name}`)).sort(),
    );
    expect(namesOf(await admin.get(`${own}/${name}/pods?limit=1`))).toHaveLength(1);
    const [pod = ''] = namesOf(pods);
    const log = await admin.get(`${own}/${name}/pods/${pod}/log`);
    expect(log.status).toBe(200);
    expect(log.text).toBe((await admin.get(`/api/v1/namespaces/${namespace}/pods/${pod}/log`)).text);
    expect(await admin.get(`${own}/${name}/pods/elsewhere/log`)).toMatchObject({
      status: 500,
      text: 'pod does not exist\n',
    });
    await ks.clock.advance('10m');
    const found = (await admin.get(`${own}/${name}/logs?size=3`)).json['query'] as {
      total: number;
      records: Body[];
    };
    expect(found.records).toHaveLength(3);
    expect(found.records.every((record) => namesOf(pods).includes(String(record['pod'])))).toBe(true);

    const { metadata } = (await admin.get(own)).json[0 as never] as Body;
    const changed = {
      metadata,
      spec: { ...spec, service: { type: 'LoadBalancer' }, deployment: { replicas: 1 } },
    };
    expect((await admin.send('PUT', own, changed)).status).toBe(200);
    expect(namesOf(await admin.get(`${own}/${name}/pods`))).toHaveLength(1);
    const after = await admin.get(`/api/v1/namespaces/${namespace}/services/${name}`);
    expect(after.json.spec['type']).toBe('LoadBalancer');

    expect((await admin.send('DELETE', own)).json).toEqual({ message: 'success' });
    expect((await admin.get(own)).text).toMatch(nothing);
    expect(namesOf(await admin.get(`${own}/${name}/pods`))).toEqual([]);
    for (const kind of ['api/v1/services', 'api/v1/configmaps', 'apis/apps/v1/deployments']) {
      const path = `/${kind.replace(/\/([^/]*)$/, `/namespaces/${namespace}/$1/${name}`)}`;
      expect((await admin.get(path)).status, path).toBe(404);
    }
    expect((await admin.send('DELETE', own)).status).toBe(404);
  },
);

test('the gateway of the cluster shows in every project, watching all of them', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  expect((await admin.send('POST', global, { spec: {} })).status).toBe(200);
  await admin.send('POST', own, { spec: {} });
  const all = ['kubesphere-router-kubesphere-system', name];
  expect(names((await admin.get(own)).json)).toEqual(all);
  expect(names((await admin.get(global)).json)).toEqual(all.slice(0, 1));
  expect(names((await admin.get(`${at}/namespaces/lab/gateways`)).json)).toEqual(all.slice(0, 1));
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const args = async (deployment: string): Promise<string> =>
    JSON.stringify((await admin.get(`${path}/${deployment}`)).json.spec);
  expect(await args(name)).toContain('--watch-namespace=shop');
  expect(await args(all[0] ?? '')).not.toContain('--watch-namespace');
});

test('a router shows as a gateway, keeps another from being made, and is upgraded to one', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await as(ks, 'admin');
  expect((await admin.send('POST', `${own}/${name}/upgrade`)).status).toBe(500);
  await admin.send('POST', routers, { type: 'LoadBalancer', annotations: { color: 'blue' } });
  const [legacy] = (await admin.get(own)).json as unknown as [Body];
  expect(legacy).toMatchObject({
    metadata: { name, namespace },
    spec: {
      controller: { scope: { enabled: true, namespace: 'shop' } },
      service: { annotations: { color: 'blue' }, type: 'LoadBalancer' },
      deployment: { replicas: 1 },
    },
  });
  expect(legacy).not.toHaveProperty('kind');
  expect(namesOf(await admin.get(`${at}/gateways?namespace=shop`))).toEqual([name]);
  expect(await admin.send('POST', own, { spec: {} })).toMatchObject({
    status: 500,
    text: expect.stringContaining('please upgrade the gateway firstly') as string,
  });
  const address = async (): Promise<unknown> =>
    (await admin.get(`/api/v1/namespaces/${namespace}/services/${name}`)).json.spec['clusterIP'];
  const before = await address();
  const upgraded = await admin.send('POST', `${own}/${name}/upgrade`);
  expect(upgraded.json.spec).toMatchObject({
    service: { annotations: { color: 'blue' }, type: 'LoadBalancer' },
  });
  expect(await address()).toBe(before);
  const [now, ...more] = (await admin.get(own)).json as unknown as Body[];
  expect(more).toEqual([]);
  expect(now?.['kind']).toBe('Gateway');
  expect(namesOf(await admin.get(`${own}/${name}/pods`))).toHaveLength(1);
  expect((await admin.send('DELETE', own)).status).toBe(200);
  expect((await admin.get(routers)).status).toBe(404);
});

test.for(['v2.1', 'v3.0', 'v3.1', 'v3.3', 'v3.4'] as const)(
  '%s: a router is made, listed, changed and deleted',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    expect(await admin.get(routers)).toMatchObject({
      status: 404,
      json: { message: `service "${name}" not found` },
    });
    expect((await admin.send('PUT', routers, { type: 'NodePort' })).status).toBe(500);
    const made = await admin.send('POST', routers, { type: 'other', annotations: { a: 'b' } });
    expect(made).toMatchObject({
      status: 200,
      json: {
        metadata: {
          name,
          namespace,
          annotations: { a: 'b' },
          labels: { app: 'kubesphere', project: 'shop' },
        },
        spec: { type: 'NodePort' },
      },
    });
    expect((await admin.send('POST', routers, {})).status).toBe(500);
    const listed = await admin.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=project%3Dshop`);
    expect(namesOf(listed)).toHaveLength(1);
    await admin.send('PUT', routers, { type: 'LoadBalancer', annotations: {} });
    expect((await admin.get(routers)).json.spec['type']).toBe('LoadBalancer');
    if (release === 'v2.1') {
      const all = await admin.get('/kapis/resources.kubesphere.io/v1alpha2/routers');
      expect(namesOf(all)).toEqual([name]);
    }
    expect((await admin.send('DELETE', routers)).json.metadata.name).toBe(name);
    expect((await admin.get(routers)).status).toBe(404);
    expect(
      namesOf(await admin.get(`/api/v1/namespaces/${namespace}/pods?labelSelector=project%3Dshop`)),
    ).toEqual([]);
  },
);
