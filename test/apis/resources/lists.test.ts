import { describe, expect, test } from 'vitest';
import { as, namesOf } from '../../support/ask.js';
import { nodesPath, startFresh, stock, stockNodes } from './stock.js';

const everything = ['n4', 'n3', 'n2', 'n1'];

describe('a list of nodes in 4.1', () => {
  test.for([
    ['', everything],
    ['ascending=true', ['n1', 'n2', 'n3', 'n4']],
    ['sortBy=name', everything],
    ['sortBy=name&ascending=true', ['n1', 'n2', 'n3', 'n4']],
    ['sortBy=nonsense', everything],
    ['sortBy=__proto__', everything],
    ['limit=2', ['n4', 'n3']],
    ['limit=2&page=2', ['n2', 'n1']],
    ['names=n1,n3', ['n3', 'n1']],
    ['names=n1, n3', ['n1']],
    ['names=', []],
    ['name=n', everything],
    ['name=N', []],
    ['name=', everything],
    ['name=Rack', ['n2']],
    ['name=rack', []],
    ['nameAndAlias=Seven', ['n2']],
    ['name=n1&name=n2', ['n1']],
    ['labelSelector=zone in (a)', ['n1']],
    ['labelSelector=!zone', ['n4']],
    ['labelSelector===bad', everything],
    ['labelSelector=zone=a&labelSelector=zone=b', ['n1']],
    ['label=zone=b', ['n3', 'n2']],
    ['label=zone!=b', ['n4', 'n1']],
    ['label=zone:b', []],
    ['annotation=kubesphere.io/alias-name', ['n2']],
    ['annotation=kubesphere.io/alias-name=Rack Seven', []],
    ['fieldSelector=metadata.name=n1', everything],
    ['status=running', ['n2', 'n1']],
    ['status=unschedulable', ['n3']],
    ['status=warning', ['n4']],
    ['status=Running', []],
    ['namespace=x', []],
    ['ownerReference=x', []],
    ['uid=x', []],
    ['unknown=x', everything],
    ['__proto__=x', everything],
    ['constructor=x', everything],
    ['status=running&label=zone=b', ['n2']],
  ] as const)('asked by ?%s', async ([query, wanted], { expect }) => {
    await using ks = await startFresh();
    stockNodes(ks);
    const admin = await as(ks, 'admin');
    const answer = await admin.get(`${nodesPath}?${encodeURI(query)}`);
    expect(answer.status).toBe(200);
    expect(namesOf(answer)).toEqual(wanted);
  });

  test('counts on all pages and shows kind and apiVersion first', async () => {
    await using ks = await startFresh();
    stockNodes(ks);
    const admin = await as(ks, 'admin');
    const { text } = await admin.get(`${nodesPath}?limit=1`);
    expect(text).toMatch(/^\{\n "items": \[\n {2}\{\n {3}"kind": "Node",\n {3}"apiVersion": "v1",\n/);
    expect(text).toMatch(/\n ],\n "totalItems": 4\n\}$/);
    expect((await admin.get(`${nodesPath}?limit=0`)).text).toBe('{\n "items": [],\n "totalItems": 4\n}');
  });

  test('is the same bytes when asked again, and another after a write', async () => {
    await using ks = await startFresh();
    stockNodes(ks);
    const admin = await as(ks, 'admin');
    const first = await admin.get(nodesPath);
    expect((await admin.get(nodesPath)).text).toBe(first.text);
    const patch = '{"metadata":{"labels":{"zone":"z"}}}';
    await admin.send('PATCH', '/api/v1/nodes/n1', patch, 'application/merge-patch+json');
    const second = await admin.get(nodesPath);
    expect(namesOf(second)).toEqual(everything);
    expect(second.text).toContain('"zone": "z"');
    expect(namesOf(await admin.get(`${nodesPath}?label=zone=z`))).toEqual(['n1']);
  });
});

describe('a list of nodes in 3.x', () => {
  test.for([
    ['v3.4', 'unknown=x', []],
    ['v3.0', 'unknown=x', []],
    ['v3.4', '__proto__=x', []],
    ['v3.4', 'fieldSelector=metadata.name=n1', []],
    ['v3.4', 'name=Rack', []],
    ['v3.4', 'alias=Rack', ['n2']],
    ['v3.3', 'alias=Rack', []],
    ['v3.4', 'name=n1&name=n2', ['n2']],
    ['v3.4', 'status=unschedulable', ['n3']],
  ] as const)('%s asked by ?%s', async ([release, query, wanted], { expect }) => {
    await using ks = await startFresh(release);
    stockNodes(ks);
    const admin = await as(ks, 'admin');
    const answer = await admin.get(`${nodesPath}?${query}`);
    expect(answer.status).toBe(200);
    expect(namesOf(answer)).toEqual(wanted);
  });

  test('tells neither kind nor apiVersion, but what the pods of a node ask for', async () => {
    await using ks = await startFresh('v3.4');
    stockNodes(ks);
    const admin = await as(ks, 'admin');
    stock(
      ks,
      { group: '', plural: 'pods' },
      { kind: 'Pod', apiVersion: 'v1' },
      {
        name: 'p',
        namespace: 'default',
        rest: {
          spec: {
            nodeName: 'n1',
            containers: [{ name: 'c', resources: { requests: { cpu: '250m', memory: '1Gi' } } }],
          },
          status: { phase: 'Running' },
        },
      },
    );
    const { json, text } = await admin.get(`${nodesPath}?name=n1`);
    expect(text).not.toContain('"kind": "Node"');
    expect(json.items[0]?.metadata.annotations).toMatchObject({
      'node.kubesphere.io/cpu-requests': '250m',
      'node.kubesphere.io/cpu-limits': '0',
      'node.kubesphere.io/memory-requests': '1Gi',
      'node.kubesphere.io/cpu-requests-fraction': '0%',
    });
  });
});

describe('what is not there', () => {
  test.for([
    ['v4.1', '/nodes/nope', 404, 'Node "nope" not found\n'],
    ['v3.4', '/nodes/nope', 500, 'node "nope" not found\n'],
    ['v4.1', '/namespaces/default/deployments/x', 404, 'Deployment.apps "x" not found\n'],
    ['v3.3', '/namespaces/default/deployments/x', 500, 'deployment.apps "x" not found\n'],
    ['v4.1', '/bogus', 404, 'resource is not supported\n'],
    ['v4.1', '/__proto__', 404, 'resource is not supported\n'],
    ['v4.1', '/constructor/x', 404, 'resource is not supported\n'],
    ['v4.1', '/storageclasses', 404, 'resource is not supported\n'],
    ['v4.1', '/namespaces/default/nodes', 404, 'resource is not supported\n'],
    ['v3.4', '/volumesnapshotclasses/x', 500, 'volumesnapshotclass.snapshot.storage.k8s.io "x" not found\n'],
    [
      'v3.3',
      '/namespaces/default/federatedservices/x',
      500,
      'federatedservice.types.kubefed.io "x" not found\n',
    ],
    ['v3.0', '/ippools', 404, 'resource is not supported\n'],
    ['v4.1', '/applications', 404, 'resource is not supported\n'],
    ['v4.1', '/components/nope', 500, 'component nope has no selector\n'],
  ] as const)('%s %s', async ([release, path, status, text], { expect }) => {
    await using ks = await startFresh(release);
    const admin = await as(ks, 'admin');
    const answer = await admin.get(`/kapis/resources.kubesphere.io/v1alpha3${path}`);
    expect([answer.status, answer.text]).toEqual([status, text]);
  });
});

describe('3.x lists kinds of components that may be missing', () => {
  test.for(['/federatednamespaces', '/namespaces/default/applications', '/devopsprojects', '/s2ibuilders'])(
    '%s is empty without them',
    async (path) => {
      await using ks = await startFresh('v3.4');
      const answer = await (await as(ks, 'admin')).get(`/kapis/resources.kubesphere.io/v1alpha3${path}`);
      expect([answer.status, answer.text]).toEqual([200, '{\n "items": [],\n "totalItems": 0\n}']);
    },
  );

  test('what a world defines and holds is listed', async () => {
    await using ks = await startFresh('v3.4');
    stock(
      ks,
      { group: 'network.kubesphere.io', plural: 'ippools' },
      { kind: 'IPPool', apiVersion: 'network.kubesphere.io/v1alpha1' },
      { name: 'pods' },
      { name: 'services' },
    );
    const admin = await as(ks, 'admin');
    expect(namesOf(await admin.get('/kapis/resources.kubesphere.io/v1alpha3/ippools?name=pod'))).toEqual([
      'pods',
    ]);
    expect((await admin.get('/kapis/resources.kubesphere.io/v1alpha3/ippools/pods')).json.metadata.name).toBe(
      'pods',
    );
  });
});

test('one space does not see what another filtered, although both share lists', async () => {
  await using ks = await startFresh();
  const pods = { group: '', plural: 'pods' };
  stock(
    ks,
    pods,
    { kind: 'Pod', apiVersion: 'v1' },
    { name: 'web', namespace: 'default', labels: { app: 'web' } },
    { name: 'api', namespace: 'default', labels: { app: 'api' } },
  );
  const [left, right] = [ks.world.fork(), ks.world.fork()];
  for (const [world, app] of [
    [left, 'web'],
    [right, 'api'],
  ] as const) {
    world.host.store.load(
      { group: '', plural: 'services' },
      {
        kind: 'Service',
        apiVersion: 'v1',
        metadata: { name: 's', namespace: 'default' },
        spec: { selector: { app } },
      },
    );
  }
  const { parseListQuery } = await import('../../../src/core/list-query.js');
  const { selectObjects } = await import('../../../src/registry/select-objects.js');
  const query = parseListQuery(new URLSearchParams('serviceName=s'), 'v4.1');
  const found = [left, right].map(({ host: { store } }) =>
    selectObjects(store.list(pods), query, { resource: pods, dialect: 'v1alpha3', release: 'v4.1', store }),
  );
  expect(found.map(({ items }) => items.map(({ object }) => object.metadata.name))).toEqual([
    ['web'],
    ['api'],
  ]);
});
