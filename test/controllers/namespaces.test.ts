import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Body } from '../support/ask.js';

const merge = 'application/merge-patch+json';

test('a namespace that cannot go says what is left in it, and what holds that', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const path = '/api/v1/namespaces/mine';
  await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'mine' } });
  for (const [name, finalizers] of [
    ['free', []],
    ['held', ['example.com/b']],
    ['twice', ['example.com/a', 'example.com/b']],
  ] as const)
    await admin.send('POST', `${path}/configmaps`, { metadata: { name, finalizers } });
  await admin.send('DELETE', path);
  const conditionsOf = async (): Promise<unknown[]> => {
    const { conditions } = (await admin.get(path)).json['status'] as { conditions: Record<string, string>[] };
    return conditions.map(({ type, status, reason, message }) => [type, status, reason, message]);
  };
  const well = [
    [
      'NamespaceDeletionDiscoveryFailure',
      'False',
      'ResourcesDiscovered',
      'All resources successfully discovered',
    ],
    [
      'NamespaceDeletionGroupVersionParsingFailure',
      'False',
      'ParsedGroupVersions',
      'All legacy kube types successfully parsed',
    ],
    [
      'NamespaceDeletionContentFailure',
      'False',
      'ContentDeleted',
      'All content successfully deleted, may be waiting on finalization',
    ],
  ];
  expect(await conditionsOf()).toEqual([
    ...well,
    [
      'NamespaceContentRemaining',
      'True',
      'SomeResourcesRemain',
      'Some resources are remaining: configmaps. has 2 resource instances',
    ],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'SomeFinalizersRemain',
      'Some content in the namespace has finalizers remaining: example.com/a in 1 resource instances, example.com/b in 2 resource instances',
    ],
  ]);
  const free = { metadata: { finalizers: null } };
  await admin.send('PATCH', `${path}/configmaps/twice`, free, merge);
  expect((await conditionsOf()).at(-1)).toContain(
    'Some content in the namespace has finalizers remaining: example.com/b in 1 resource instances',
  );
  await admin.send('PATCH', `${path}/configmaps/held`, free, merge);
  expect((await admin.get(path)).status).toBe(404);
});

test('a finalizer of its own holds a namespace back until somebody takes it out', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const spec = { finalizers: ['kubernetes', 'x.example.com/held'] };
  await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'work' }, spec });
  await admin.send('DELETE', '/api/v1/namespaces/work');
  const { json } = await admin.get('/api/v1/namespaces/work');
  expect(json.spec).toEqual({ finalizers: ['x.example.com/held'] });
  expect((json['status'] as Body)['conditions']).toContainEqual(
    expect.objectContaining({ type: 'NamespaceContentRemaining', status: 'False', reason: 'ContentRemoved' }),
  );
  const emptied = { ...json, spec: { finalizers: [] } };
  expect((await admin.send('PUT', '/api/v1/namespaces/work/finalize', emptied)).status).toBe(200);
  expect((await admin.get('/api/v1/namespaces/work')).status).toBe(404);
});
