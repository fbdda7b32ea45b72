import { expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';

const releases = ['v3.3', 'v3.4'] as const;
const group = '/kapis/gitops.kubesphere.io/v1alpha1';
const all = `${group}/namespaces/ship/applications`;
const argo = '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications';

interface ArgoStatus {
  readonly sync: { readonly status: string; readonly revision?: string };
  readonly health: { readonly status: string };
  readonly operationState?: { readonly phase: string; readonly message: string };
  readonly history?: readonly unknown[];
  readonly conditions?: readonly unknown[];
}

/** An administrator of a world whose clock stands still, with the DevOps project `ship`. */
async function stage(ks: InProcessFake): Promise<Asker> {
  await ks.clock.freeze();
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/apis/devops.kubesphere.io/v1alpha3/devopsprojects', {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'DevOpsProject',
    metadata: { name: 'ship', labels: { 'kubesphere.io/workspace': 'demo' } },
  });
  return admin;
}

function application(name: string, more: object = {}, destination: object = {}): object {
  return {
    metadata: { name },
    spec: {
      kind: 'argocd',
      argoApp: {
        spec: {
          source: { repoURL: 'https://git.example.com/web.git', path: 'deploy', targetRevision: 'main' },
          destination: { name: 'in-cluster', namespace: 'shop', ...destination },
          ...more,
        },
      },
    },
  };
}

async function statusOf(admin: Asker, name: string): Promise<ArgoStatus> {
  const { json } = await admin.get(`${all}/${name}`);
  return JSON.parse((json['status'] as { argoApp: string }).argoApp) as ArgoStatus;
}

test.for(releases)(
  '%s: an application is compared, synced when it is told to, and healthy after a while',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await stage(ks);
    const made = await admin.send('POST', all, application('web'));
    expect([made.status, made.json.metadata.labels]).toEqual([
      200,
      { 'gitops.kubesphere.io/argocd-location': 'argocd' },
    ]);
    expect(await statusOf(admin, 'web')).toMatchObject({
      sync: { status: 'OutOfSync' },
      health: { status: 'Missing' },
    });
    expect((await admin.get(`${argo}/web`)).json).toMatchObject({
      metadata: { labels: { 'gitops.kubesphere.io/application-namespace': 'ship' } },
      spec: { project: 'ship', source: { path: 'deploy' } },
    });

    const synced = await admin.send('POST', `${all}/web/sync`, { prune: true });
    expect(synced.json.spec['argoApp']).toMatchObject({
      operation: { sync: { prune: true }, initiatedBy: { username: 'admin' } },
    });
    expect((await statusOf(admin, 'web')).operationState).toMatchObject({ phase: 'Running' });
    const again = await admin.send('POST', `${all}/web/sync`, {});
    expect([again.status, again.text]).toEqual([
      400,
      '[ServiceError:400] another operation is already in progress\n',
    ]);

    await ks.clock.advance('4s');
    const status = await statusOf(admin, 'web');
    expect(status).toMatchObject({
      sync: { status: 'Synced' },
      health: { status: 'Progressing' },
      operationState: { phase: 'Succeeded' },
      history: [{ id: 0, revision: status.sync.revision }],
    });
    await ks.clock.advance('5s');
    expect(await statusOf(admin, 'web')).toMatchObject({ health: { status: 'Healthy' } });
    const whole = (await admin.get(`${all}/web`)).json;
    expect(whole.metadata).toMatchObject({
      labels: {
        'gitops.kubesphere.io/sync-status': 'Synced',
        'gitops.kubesphere.io/health-status': 'Healthy',
      },
      finalizers: ['application.gitops.kubesphere.io'],
    });
    expect(whole.spec['argoApp']).not.toHaveProperty('operation');
  },
);

test('one that is kept in sync is deployed anew for another revision', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await stage(ks);
  const automatic = { syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] } };
  await admin.send('POST', all, application('web', automatic, { namespace: 'fresh' }));
  await ks.clock.advance('1m');
  expect(await statusOf(admin, 'web')).toMatchObject({
    sync: { status: 'Synced' },
    health: { status: 'Healthy' },
  });
  expect((await admin.get('/api/v1/namespaces/fresh')).status).toBe(200);
  const source = { repoURL: 'https://git.example.com/web.git', targetRevision: 'v2' };
  await admin.send('PUT', `${all}/web`, application('web', { ...automatic, source }, { namespace: 'fresh' }));
  expect(await statusOf(admin, 'web')).toMatchObject({
    sync: { status: 'OutOfSync' },
    operationState: { phase: 'Running' },
  });
  await ks.clock.advance('1m');
  expect(await statusOf(admin, 'web')).toMatchObject({
    sync: { status: 'Synced' },
    history: [{ id: 0 }, { id: 1 }],
  });
});

test('one that cannot be deployed says why', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await stage(ks);
  await admin.send('POST', all, application('lost', {}, { name: 'nowhere' }));
  expect(await statusOf(admin, 'lost')).toMatchObject({
    sync: { status: 'Unknown' },
    health: { status: 'Unknown' },
    conditions: [
      {
        type: 'InvalidSpecError',
        message: 'unable to find destination server: there are no clusters with this name: nowhere',
      },
    ],
  });
  await admin.send(
    'POST',
    all,
    application('homeless', { syncPolicy: { automated: {} } }, { namespace: 'none' }),
  );
  await ks.clock.advance('1m');
  expect(await statusOf(admin, 'homeless')).toMatchObject({
    sync: { status: 'OutOfSync' },
    operationState: {
      phase: 'Failed',
      message: 'one or more objects failed to apply, reason: namespaces "none" not found',
    },
  });
});

test('lists are filtered by what applications are like, and those are counted', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.3' });
  const admin = await stage(ks);
  for (const name of ['one', 'two', 'three']) await admin.send('POST', all, application(name));
  await admin.send('POST', `${all}/two/sync`, {});
  await ks.clock.advance('1m');
  const names = async (query: string): Promise<unknown> => {
    const { items, totalItems } = (await admin.get(`${all}?${query}`)).json;
    return [items.map(({ metadata }) => metadata.name), totalItems];
  };
  expect(await names('syncStatus=Synced')).toEqual([['two'], 1]);
  expect(await names('healthStatus=Missing&sortBy=name&ascending=true')).toEqual([['one', 'three'], 2]);
  expect(await names('name=t&limit=1&page=2&sortBy=name&ascending=true')).toEqual([['two'], 2]);
  expect((await admin.get(`${group}/namespaces/ship/application-summary`)).json).toEqual({
    total: 3,
    healthStatus: { Healthy: 1, Missing: 2 },
    syncStatus: { OutOfSync: 2, Synced: 1 },
  });
});

test('two of a name are two in Argo CD, and each goes with its own', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await stage(ks);
  const other = `${group}/namespaces/shop/applications`;
  await admin.send('POST', all, application('web'));
  await admin.send('POST', other, application('web'));
  expect((await admin.get(argo)).json.items).toHaveLength(2);
  expect((await admin.send('DELETE', `${all}/web?cascade=true`)).json.metadata['finalizers']).toContain(
    'resources-finalizer.argocd.argoproj.io',
  );
  const left = (await admin.get(argo)).json.items.map(({ metadata }) => metadata.name);
  expect(left).toEqual([expect.stringMatching(/^web.{5}$/)]);
  expect((await admin.get(`${all}/web`)).status).toBe(404);
});

test('what cannot be is refused', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await stage(ks);
  await admin.send('POST', all, { metadata: { name: 'bare' }, spec: {} });
  const invalid = '[ServiceError:400] invalid application sync request\n';
  const bare =
    '[ServiceError:400] application is not initialized, please confirm you have already configured it\n';
  const rows = [
    ['GET', '/none', undefined, 404, 'Application.gitops.kubesphere.io "none" not found\n'],
    ['POST', '/bare/sync', {}, 400, bare],
    ['POST', '/bare/sync', undefined, 400, invalid],
    ['POST', '/bare/sync', { prune: 'yes' }, 400, invalid],
    ['GET', '/nothing/of/the/kind', undefined, 404, '404: Page Not Found'],
  ] as const;
  for (const [method, path, body, status, text] of rows) {
    const refused = await admin.send(method, all + path, body);
    expect([path, refused.status, refused.text]).toEqual([path, status, text]);
  }
});

test('clusters are the members, and those of Secrets', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await stage(ks);
  const stringData = { name: 'far', server: 'https://far.example.com' };
  const metadata = { name: 'far', labels: { 'argocd.argoproj.io/secret-type': 'cluster' } };
  await admin.send('POST', '/api/v1/namespaces/shop/secrets', { metadata, stringData });
  expect((await admin.get(`${group}/clusters`)).json).toEqual([
    { server: 'https://172.16.8.10:6443', name: 'member-1' },
    { server: 'https://10.233.41.9:6443', name: 'member-2' },
    { server: 'https://far.example.com', name: 'far' },
  ]);
});
