import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/index.js';
import { as, namesOf } from '../../support/ask.js';
import { chartOf, serveCharts } from '../../support/chart.js';

const templates = '/kapis/workloadtemplate.kubesphere.io/v1alpha1';
const inShop = `${templates}/namespaces/shop/workloadtemplates`;

test('a workload template is made, listed, replaced and deleted; it is a Secret', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const body = {
    metadata: { name: 'web', labels: { kind: 'deployment' } },
    stringData: { template: 'a: 1' },
  };
  const made = await admin.send('POST', inShop, body);
  expect(made.json).toMatchObject({
    metadata: { namespace: 'shop' },
    type: 'workloadtemplate.kubesphere.io/workloadtemplate',
  });
  const workspace =
    (await admin.get('/api/v1/namespaces/shop')).json.metadata.labels['kubesphere.io/workspace'] ?? '';
  const shows = [
    `${templates}/workloadtemplates`,
    `${templates}/workspaces/${workspace}/workloadtemplates`,
    inShop,
    `${inShop}?labelSelector=kind%3Ddeployment&name=we`,
    '/api/v1/namespaces/shop/secrets?labelSelector=workloadtemplate.kubesphere.io%3Dtrue',
  ];
  for (const list of shows) expect(namesOf(await admin.get(list)), list).toEqual(['web']);
  const hides = [
    `${templates}/namespaces/default/workloadtemplates`,
    `${templates}/workspaces/nope/workloadtemplates`,
    `${inShop}?name=x`,
  ];
  for (const list of hides) expect(namesOf(await admin.get(list)), list).toEqual([]);
  const twice = await admin.send('POST', inShop, body);
  expect([twice.status, twice.text]).toEqual([409, 'workloadtemplate web already exists\n']);

  await admin.send('PUT', `${inShop}/web`, { metadata: { name: 'web' }, stringData: { template: 'a: 2' } });
  const now = (await admin.get(`${inShop}/web`)).json;
  expect(now['data']).toEqual({ template: Buffer.from('a: 2').toString('base64') });
  expect(now.metadata.labels).toEqual({ 'workloadtemplate.kubesphere.io': 'true' });
  expect((await admin.send('DELETE', `${inShop}/web`)).json).toEqual({ message: 'success' });
  for (const list of shows) expect(namesOf(await admin.get(list)), list).toEqual([]);
});

test.for([
  ['GET', '/nope', undefined, 404, 'Secret "nope" not found'],
  ['DELETE', '/nope', undefined, 404, 'secrets "nope" not found'],
  ['POST', '', '{', 400, 'unexpected EOF'],
] as const)('%s of a template that cannot be is refused (%#)', async ([method, path, body, status, text]) => {
  await using ks = await startFakeKsApiserver();
  const answer = await (await as(ks, 'admin')).send(method, inShop + path, body);
  expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
});

test('ingress class scopes are open to all, to named and to selected projects, with their addresses', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const kinds = '/apis/gateway.kubesphere.io/v1alpha2/ingressclassscopes';
  const scopes = {
    all: {},
    named: { namespaces: ['shop'] },
    other: { namespaces: ['default'] },
    selected: { namespaceSelector: 'kubernetes.io/metadata.name=shop' },
  };
  for (const [name, scope] of Object.entries(scopes)) {
    const annotations = name === 'all' ? { 'gateway.kubesphere.io/service-name': 'default/kubernetes' } : {};
    const made = await admin.send('POST', kinds, {
      metadata: { name, annotations },
      spec: { scope, ingressClass: { name } },
    });
    expect(made.status).toBe(201);
  }
  const answer = await admin.get(
    '/kapis/gateway.kubesphere.io/v1alpha2/namespaces/shop/availableingressclassscopes',
  );
  const found = JSON.parse(answer.text) as readonly { metadata: { name: string }; status: unknown }[];
  expect(found.map(({ metadata }) => metadata.name)).toEqual(['all', 'named', 'selected']);
  expect(found[0]?.status).toMatchObject({ service: [{ port: 443 }] });
  expect(found[1]?.status ?? null).toBeNull();
});

test('the files of an extension are those of its chart, in a ConfigMap or at a URL', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await using charts = await serveCharts({ 'x.tgz': chartOf('x') });
  const chart = chartOf('x').toString('base64');
  await admin.send('POST', '/api/v1/namespaces/kubesphere-system/configmaps', {
    metadata: { name: 'x' },
    binaryData: { chart },
  });
  const versions = {
    held: { chartDataRef: { namespace: 'kubesphere-system', name: 'x', key: 'chart' } },
    none: { chartDataRef: { namespace: 'kubesphere-system', name: 'x', key: 'other' } },
    lost: { chartDataRef: { namespace: 'kubesphere-system', name: 'y', key: 'chart' } },
    far: { chartURL: `${charts.url}/x.tgz` },
    gone: { chartURL: `${charts.url}/y.tgz` },
    odd: { chartURL: 'oci://x' },
  };
  for (const [name, spec] of Object.entries(versions))
    expect(
      (
        await admin.send('POST', '/apis/kubesphere.io/v1alpha1/extensionversions', {
          metadata: { name },
          spec,
        })
      ).status,
    ).toBe(201);
  const ask = (name: string) =>
    admin.get(`/kapis/package.kubesphere.io/v1alpha1/extensionversions/${name}/files`);
  for (const name of ['held', 'far']) {
    const files = JSON.parse((await ask(name)).text) as readonly { Name: string; Data: string }[];
    expect(files.map(({ Name }) => Name)).toEqual(['Chart.yaml', 'values.yaml', 'README.md']);
    expect(Buffer.from(files[2]?.Data ?? '', 'base64').toString()).toBe('# Hello\n');
  }
  expect((await ask('none')).text).toBe('[]');
  expect((await ask('lost')).text).toBe('ConfigMap "y" not found\n');
  expect((await ask('gone')).text).toBe(`failed to fetch ${charts.url}/y.tgz : 404 Not Found\n`);
  expect((await ask('odd')).text).toBe(
    "cannot support chartURL oci://x, it's schame should be: oci,http,https\n",
  );
});
