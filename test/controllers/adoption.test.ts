import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker, type Body } from '../support/ask.js';

const pods = '/api/v1/namespaces/default/pods';
const merge = 'application/merge-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const labels = { app: 'web' };
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const selector = { matchLabels: labels };

const kinds = {
  Deployment: ['/apis/apps/v1/namespaces/default/deployments', { replicas: 2, selector, template }],
  ReplicaSet: ['/apis/apps/v1/namespaces/default/replicasets', { replicas: 2, selector, template }],
  StatefulSet: [
    '/apis/apps/v1/namespaces/default/statefulsets',
    { replicas: 2, serviceName: 'web', selector, template },
  ],
  DaemonSet: ['/apis/apps/v1/namespaces/default/daemonsets', { selector, template }],
  ReplicationController: [
    '/api/v1/namespaces/default/replicationcontrollers',
    { replicas: 2, selector: labels, template },
  ],
  Job: [
    '/apis/batch/v1/namespaces/default/jobs',
    {
      parallelism: 2,
      completions: 2,
      manualSelector: true,
      selector,
      template: { ...template, spec: { ...template.spec, restartPolicy: 'Never' } },
    },
  ],
} as const;
type Kind = keyof typeof kinds;

const forever = {
  description: 'Containers of Jobs run on.',
  containers: [{ image: 'nginx', exitCode: 0, after: '1h' as const }],
};

async function start(kind: Kind) {
  const ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  if (kind === 'Job') await ks.scenario(forever);
  return { ks, admin, [Symbol.asyncDispose]: () => ks[Symbol.asyncDispose]() };
}

async function make(admin: Asker, kind: Kind): Promise<Body> {
  const [path, spec] = kinds[kind];
  return (await admin.send('POST', path, { metadata: { name: 'web' }, spec })).json;
}

async function podsOf(admin: Asker, query = '?labelSelector=app%3Dweb'): Promise<readonly Body[]> {
  return (await admin.get(`${pods}${query}`)).json.items;
}

const uidsOf = (list: readonly Body[]): unknown[] => list.map(({ metadata }) => metadata['uid']).sort();

function ownerOf(object: Body | undefined): unknown {
  const owners = object?.metadata['ownerReferences'] as readonly Body[] | undefined;
  return owners?.map((owner) => [owner['kind'], owner['name'], owner['uid'], owner['controller']]);
}

describe.each(Object.keys(kinds) as Kind[])('a %s', (kind) => {
  test('that was deleted without its pods takes them back', async () => {
    await using run = await start(kind);
    const { admin } = run;
    const first = await make(admin, kind);
    const before = await podsOf(admin);
    expect(before.length).toBeGreaterThan(1);
    await admin.send('DELETE', `${kinds[kind][0]}/web?propagationPolicy=Orphan`);
    const orphans = await podsOf(admin);
    expect(uidsOf(orphans)).toEqual(uidsOf(before));
    if (kind === 'Job')
      expect(orphans.map(({ metadata }) => metadata['finalizers'])).toEqual([undefined, undefined]);
    const again = await make(admin, kind);
    const after = await podsOf(admin);
    expect(uidsOf(after)).toEqual(uidsOf(before));
    const owner = kind === 'Deployment' ? undefined : [[kind, 'web', again.metadata['uid'], true]];
    expect(again.metadata['uid']).not.toBe(first.metadata['uid']);
    for (const pod of after) expect(ownerOf(pod)).toEqual(owner ?? ownerOf(before[0]));
    if (kind === 'Job')
      expect(after[0]?.metadata['finalizers']).toEqual(['batch.kubernetes.io/job-tracking']);
  });

  test('lets a pod go that it no longer selects, and makes another where its name is free', async () => {
    await using run = await start(kind);
    const { admin } = run;
    await make(admin, kind);
    const before = await podsOf(admin);
    const name = before[0]?.metadata.name ?? '';
    await admin.send('PATCH', `${pods}/${name}`, { metadata: { labels: { app: 'other' } } }, strategic);
    const { json } = await admin.get(`${pods}/${name}`);
    expect([ownerOf(json), json.metadata['finalizers']]).toEqual([undefined, undefined]);
    const left = await podsOf(admin);
    // The pods of a StatefulSet are called as they are.
    expect(left).toHaveLength(before.length - (kind === 'StatefulSet' ? 1 : 0));
    expect(uidsOf(left)).not.toContain(before[0]?.metadata['uid']);
    await admin.send('PATCH', `${pods}/${name}`, { metadata: { labels: { app: 'web' } } }, strategic);
    const back = await podsOf(admin);
    expect(back).toHaveLength(before.length);
  });
});

describe('a pod that nobody owns', () => {
  test.for(['ReplicaSet', 'ReplicationController'] as const)(
    'belongs to the %s that selects it',
    async (kind) => {
      await using run = await start(kind);
      const { admin } = run;
      await make(admin, kind);
      await admin.send('PATCH', `${kinds[kind][0]}/web`, { spec: { replicas: 3 } }, merge);
      expect(await podsOf(admin)).toHaveLength(3);
      // One too many: the youngest goes.
      await admin.send('POST', pods, { metadata: { name: 'bare', labels }, spec: template.spec });
      expect([(await podsOf(admin)).length, (await admin.get(`${pods}/bare`)).status]).toEqual([3, 404]);
      const other = { name: 'stays', labels: { app: 'none' } };
      await admin.send('POST', pods, { metadata: other, spec: template.spec });
      expect(ownerOf((await admin.get(`${pods}/stays`)).json)).toBeUndefined();
    },
  );
});

test('a ReplicaSet whose labels change leaves its Deployment, which makes another; it comes back with them', async () => {
  await using run = await start('Deployment');
  const { admin } = run;
  const deployment = await make(admin, 'Deployment');
  const sets = kinds.ReplicaSet[0];
  const [set] = (await admin.get(sets)).json.items.filter(({ metadata }) => metadata.labels['app'] === 'web');
  const name = set?.metadata.name ?? '';
  await admin.send('PATCH', `${sets}/${name}`, { metadata: { labels: { app: 'other' } } }, merge);
  expect(ownerOf((await admin.get(`${sets}/${name}`)).json)).toBeUndefined();
  expect((await admin.get(`${sets}?labelSelector=app%3Dweb`)).json.items).toHaveLength(1);
  await admin.send('PATCH', `${sets}/${name}`, { metadata: { labels: { app: 'web' } } }, merge);
  expect(ownerOf((await admin.get(`${sets}/${name}`)).json)).toEqual([
    ['Deployment', 'web', deployment.metadata['uid'], true],
  ]);
});

test.for(['StatefulSet', 'DaemonSet'] as const)(
  'the revisions of a %s are taken over with its pods',
  async (kind) => {
    await using run = await start(kind);
    const { admin } = run;
    const revisions = '/apis/apps/v1/namespaces/default/controllerrevisions';
    await make(admin, kind);
    const before = (await admin.get(`${revisions}?labelSelector=app%3Dweb`)).json.items;
    await admin.send('DELETE', `${kinds[kind][0]}/web?propagationPolicy=Orphan`);
    const again = await make(admin, kind);
    const after = (await admin.get(`${revisions}?labelSelector=app%3Dweb`)).json.items;
    expect(uidsOf(after)).toEqual(uidsOf(before));
    expect(after.map(ownerOf)).toEqual([[[kind, 'web', again.metadata['uid'], true]]]);
  },
);
