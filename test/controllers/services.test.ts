import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Asker, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const discovery = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';
const merge = 'application/merge-patch+json';

async function serve(admin: Asker, spec: object, labels: object = {}): Promise<Body> {
  const answer = await admin.send('POST', `${core}/services`, { metadata: { name: 'web', labels }, spec });
  expect(answer.status, answer.text).toBe(201);
  return answer.json;
}

async function run(
  admin: Asker,
  name: string,
  spec: object = {},
  ports: readonly object[] = [],
): Promise<void> {
  await admin.send('POST', `${core}/pods`, {
    metadata: { name, labels: { app: 'web' } },
    spec: { containers: [{ name: 'web', image: 'web', ports }], ...spec },
  });
}

async function slicesOf(admin: Asker, service = 'web'): Promise<readonly Body[]> {
  return (await admin.get(`${discovery}?labelSelector=kubernetes.io/service-name%3D${service}`)).json.items;
}

async function specOf(admin: Asker, name = 'web'): Promise<Body['spec']> {
  return (await admin.get(`${core}/services/${name}`)).json.spec;
}

async function change(admin: Asker, spec: object): Promise<void> {
  const answer = await admin.send('PATCH', `${core}/services/web`, { spec }, merge);
  expect(answer.status, answer.text).toBe(200);
}

describe('a Service', () => {
  test('gives pods of a headless one the names they ask for', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await serve(admin, { clusterIP: 'None', selector: { app: 'web' } });
    await run(admin, 'named', { hostname: 'first', subdomain: 'web' });
    await run(admin, 'other', { hostname: 'second', subdomain: 'elsewhere' });
    const { json } = await admin.get(`${core}/endpoints/web`);
    expect(json.metadata.labels).toEqual({ 'service.kubernetes.io/headless': '' });
    const [subset] = json['subsets'] as { readonly addresses: readonly { hostname?: string }[] }[];
    expect(subset).not.toHaveProperty('ports');
    expect(subset?.addresses.map(({ hostname }) => hostname)).toEqual(
      expect.arrayContaining(['first', undefined]),
    );
    const [slice] = await slicesOf(admin);
    expect(slice).toMatchObject({
      metadata: { labels: { 'service.kubernetes.io/headless': '' } },
      ports: null,
    });
    expect((slice?.['endpoints'] as { hostname?: string }[]).map(({ hostname }) => hostname)).toEqual(
      expect.arrayContaining(['first', undefined]),
    );
  });

  test('finds a named port where each pod has it, and keeps pods without it out', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await serve(admin, {
      selector: { app: 'web' },
      ports: [
        { name: 'http', port: 80, targetPort: 'http' },
        { name: 'fixed', port: 81, targetPort: 9000 },
      ],
    });
    await run(admin, 'old', {}, [{ name: 'http', containerPort: 8080 }]);
    await run(admin, 'new', {}, [{ name: 'http', containerPort: 8081 }]);
    await run(admin, 'bare');
    const { json } = await admin.get(`${core}/endpoints/web`);
    const found = (json['subsets'] as { ports: { port: number }[]; addresses: object[] }[]).map(
      ({ ports, addresses }) => [ports.map(({ port }) => port), addresses.length],
    );
    expect(found).toEqual(
      expect.arrayContaining([
        [[8080, 9000], 1],
        [[8081, 9000], 1],
        [[9000], 1],
      ]),
    );
    const ports = (await slicesOf(admin)).map((slice) =>
      (slice['ports'] as { port: number }[]).map(({ port }) => port),
    );
    expect(ports).toEqual(expect.arrayContaining([[8080, 9000], [8081, 9000], [9000]]));
    for (const name of ['old', 'new', 'bare']) await admin.send('DELETE', `${core}/pods/${name}`);
    expect(await slicesOf(admin)).toMatchObject([{ endpoints: null, ports: null }]);
  });

  test('takes its labels along to what is made of it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await serve(admin, { selector: { app: 'web' }, ports: [{ port: 80 }] }, { team: 'a' });
    await admin.send('PATCH', `${core}/services/web`, { metadata: { labels: { team: 'b' } } }, merge);
    expect((await admin.get(`${core}/endpoints/web`)).json.metadata.labels).toEqual({ team: 'b' });
    expect((await slicesOf(admin))[0]?.metadata.labels).toMatchObject({ team: 'b' });
  });

  test.for([
    [false, false],
    [true, true],
  ] as const)(
    'shows pods that are not ready as ready only where it publishes them: %s',
    async ([publishNotReadyAddresses, ready]) => {
      await using ks = await startFakeKsApiserver();
      const admin = await as(ks, 'admin');
      await ks.scenario({ description: 'Missing.', containers: [{ image: 'web', missing: true }] });
      await serve(admin, { publishNotReadyAddresses, selector: { app: 'web' }, ports: [{ port: 80 }] });
      await run(admin, 'web');
      const { json } = await admin.get(`${core}/endpoints/web`);
      expect(json['subsets']).toMatchObject([{ [ready ? 'addresses' : 'notReadyAddresses']: [{}] }]);
      expect((await slicesOf(admin))[0]).toMatchObject({
        endpoints: [{ conditions: { ready, serving: false, terminating: false } }],
      });
    },
  );

  test('that balances load waits for somebody who gives it an address', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const made = await serve(admin, {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      ports: [{ port: 80 }],
    });
    expect(made).toMatchObject({
      spec: { allocateLoadBalancerNodePorts: true, healthCheckNodePort: expect.any(Number) as number },
      status: { loadBalancer: {} },
    });
    expect(made.spec['healthCheckNodePort']).not.toBe(
      (made.spec['ports'] as { nodePort: number }[])[0]?.nodePort,
    );
    await change(admin, { externalTrafficPolicy: 'Cluster' });
    expect(await specOf(admin)).not.toHaveProperty('healthCheckNodePort');
  });

  test('says no mode of addresses before Kubernetes heeds it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const { metadata } = await serve(admin, { type: 'LoadBalancer', ports: [{ port: 80 }] });
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'Proxy' }] } };
    const path = `/api/v1/namespaces/default/services/${metadata.name}/status`;
    const { json } = await admin.send('PATCH', path, { status }, 'application/merge-patch+json');
    expect(json['status']).toEqual({ loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } });
  });

  test('gives back what its type does not need, and others get it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const made = await serve(admin, {
      type: 'NodePort',
      sessionAffinity: 'ClientIP',
      ports: [{ port: 80, nodePort: 31_234 }],
    });
    expect(made.spec['sessionAffinityConfig']).toEqual({ clientIP: { timeoutSeconds: 10_800 } });
    await change(admin, { type: 'ClusterIP', sessionAffinity: 'None' });
    const inside = await specOf(admin);
    expect(inside).not.toHaveProperty('sessionAffinityConfig');
    expect(inside).not.toHaveProperty('externalTrafficPolicy');
    expect(inside['ports']).toEqual([{ port: 80, protocol: 'TCP', targetPort: 80 }]);
    const other = {
      metadata: { name: 'other' },
      spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31_234 }] },
    };
    expect((await admin.send('POST', `${core}/services`, other)).status).toBe(201);
    await change(admin, { type: 'ExternalName', externalName: 'example.com' });
    expect(await specOf(admin)).not.toHaveProperty('clusterIP');
    await admin.send('DELETE', `${core}/services/other`);
    const again = { ...other, metadata: { name: 'again' } };
    expect((await admin.send('POST', `${core}/services`, again)).status).toBe(201);
  });

  test.for([
    ['without a selector', { ports: [{ port: 80 }] }],
    [
      'that is a name elsewhere',
      { type: 'ExternalName', externalName: 'example.com', selector: { app: 'web' } },
    ],
  ] as const)('%s is left alone', async ([, spec]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await serve(admin, spec);
    await run(admin, 'web');
    expect((await admin.get(`${core}/endpoints/web`)).status).toBe(404);
    expect(await slicesOf(admin)).toEqual([]);
  });
});

describe('Endpoints written by hand', () => {
  const subsets = [
    {
      addresses: [{ ip: '192.0.2.1' }, { ip: '2001:db8::1' }],
      notReadyAddresses: [{ ip: '192.0.2.2', hostname: 'second' }],
      ports: [{ port: 5432 }],
    },
  ];

  async function write(admin: Asker, labels: object = {}): Promise<void> {
    await admin.send('POST', `${core}/endpoints`, { metadata: { name: 'web', labels }, subsets });
  }

  test('are mirrored into slices, and changed and taken away with them', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await write(admin, { team: 'a' });
    expect(await slicesOf(admin)).toEqual([]);
    await serve(admin, { ports: [{ port: 5432 }] });
    const slices = await slicesOf(admin);
    expect(slices.map(({ addressType }) => addressType).sort()).toEqual(['IPv4', 'IPv6']);
    expect(slices.find(({ addressType }) => addressType === 'IPv4')).toMatchObject({
      metadata: {
        labels: {
          team: 'a',
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
        },
        ownerReferences: [{ kind: 'Endpoints', name: 'web', controller: true }],
      },
      endpoints: [
        { addresses: ['192.0.2.1'], conditions: { ready: true } },
        { addresses: ['192.0.2.2'], conditions: { ready: false }, hostname: 'second' },
      ],
      ports: [{ name: '', port: 5432, protocol: 'TCP' }],
    });
    const smaller = { subsets: [{ addresses: [{ ip: '192.0.2.9' }], ports: [{ port: 1 }] }] };
    await admin.send('PATCH', `${core}/endpoints/web`, smaller, merge);
    expect(await slicesOf(admin)).toMatchObject([{ endpoints: [{ addresses: ['192.0.2.9'] }] }]);
    await admin.send('DELETE', `${core}/endpoints/web`);
    expect(await slicesOf(admin)).toEqual([]);
  });

  test('are not where they say so, nor where the Service has a selector', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await serve(admin, { ports: [{ port: 5432 }] });
    await write(admin, { 'endpointslice.kubernetes.io/skip-mirror': 'true' });
    expect(await slicesOf(admin)).toEqual([]);
    await change(admin, { selector: { app: 'web' } });
    expect(await slicesOf(admin)).toMatchObject([{ endpoints: null }]);
  });
});

describe('what a cluster cannot do without is made again', () => {
  test('the Service of the API server, with its address and where it leads', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const before = await specOf(admin, 'kubernetes');
    const leads = (await admin.get(`${core}/endpoints/kubernetes`)).json['subsets'];
    await admin.send('DELETE', `${core}/services/kubernetes`);
    expect(await specOf(admin, 'kubernetes')).toEqual(before);
    await admin.send('DELETE', `${core}/endpoints/kubernetes`);
    expect((await admin.get(`${core}/endpoints/kubernetes`)).json['subsets']).toEqual(leads);
    expect(await slicesOf(admin, 'kubernetes')).toEqual([]);
  });

  test('the account and the certificate of a namespace', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'mine' } });
    for (const path of ['serviceaccounts/default', 'configmaps/kube-root-ca.crt'])
      await admin.send('DELETE', `/api/v1/namespaces/mine/${path}`);
    expect(namesOf(await admin.get('/api/v1/namespaces/mine/serviceaccounts'))).toEqual(['default']);
    expect(namesOf(await admin.get('/api/v1/namespaces/mine/configmaps'))).toEqual(['kube-root-ca.crt']);
    await admin.send('DELETE', '/api/v1/namespaces/mine');
    expect((await admin.get('/api/v1/namespaces/mine')).status).toBe(404);
  });
});
