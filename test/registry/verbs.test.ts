import { describe, expect, test } from 'vitest';
import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import { ApiError } from '../../src/core/api-error.js';
import type { JsonObject } from '../../src/core/json.js';
import { Catalog } from '../../src/registry/catalog.js';
import type { WriteContext } from '../../src/registry/contract.js';
import { createObject } from '../../src/registry/verbs/create.js';
import { deleteObject } from '../../src/registry/verbs/delete.js';
import { patchObject } from '../../src/registry/verbs/patch.js';
import { updateObject } from '../../src/registry/verbs/update.js';
import { releases } from '../../src/releases/index.js';
import { buildWorld } from '../../src/worlds/build-world.js';

/** A world with the namespace `work` in it and nobody watching. */
async function emptyContext(): Promise<WriteContext> {
  const release = releases['v4.1'];
  const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], release.name);
  const world = await buildWorld({ world: { objects: [] }, now: '2026-01-02T03:04:05Z' }, release, catalog);
  world.listener = undefined;
  const context: WriteContext = {
    world,
    catalog,
    cluster: world.host,
    user: { name: 'admin', uid: '', groups: [], extra: {} },
  };
  createObject(context, catalog.get('', 'namespaces'), { metadata: { name: 'work' } });
  return context;
}

function refusal(attempt: () => unknown): ApiError {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

const kinds: readonly (readonly [
  group: string,
  plural: string,
  namespaced: boolean,
  generation: number | undefined,
])[] = [
  ['', 'configmaps', true, undefined],
  ['', 'nodes', false, undefined],
  ['policy', 'poddisruptionbudgets', true, 1],
  ['rbac.authorization.k8s.io', 'clusterroles', false, undefined],
  ['kubesphere.io', 'serviceaccounts', true, 1],
  ['iam.kubesphere.io', 'globalroles', false, 1],
];

describe('creating', () => {
  test.for(kinds)('fills in the metadata of %s/%s', async ([group, plural, namespaced, generation]) => {
    const context = await emptyContext();
    const resource = context.catalog.get(group, plural);
    const given = {
      metadata: {
        name: 'one',
        uid: 'mine',
        creationTimestamp: '1999-01-01T00:00:00Z',
        deletionTimestamp: '1999-01-01T00:00:00Z',
        selfLink: '/x',
        labels: { a: 'b' },
      },
      ...(plural === 'globalroles' && { rules: [] }),
    };
    const { object } = createObject(context, resource, given, namespaced ? { namespace: 'work' } : {});
    expect(object.metadata).toEqual({
      name: 'one',
      ...(namespaced && { namespace: 'work' }),
      uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4/) as string,
      resourceVersion: expect.stringMatching(/^\d+$/) as string,
      ...(generation !== undefined && { generation }),
      creationTimestamp: '2026-01-02T03:04:05Z',
      labels: { a: 'b' },
    });
    expect(object.kind).toBe(resource.kind);
  });

  test('names an object after its generateName, and never twice the same', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const names = new Set<string>();
    for (let count = 0; count < 200; count += 1) {
      const given = { metadata: { generateName: `${'x'.repeat(70)}-` } };
      names.add(createObject(context, resource, given, { namespace: 'work' }).object.metadata.name);
    }
    expect(names.size).toBe(200);
    for (const name of names) expect(name).toMatch(/^x{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  });

  test('stores nothing in a dry run', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const version = context.cluster.store.version;
    const { object } = createObject(
      context,
      resource,
      { metadata: { name: 'one' } },
      { namespace: 'work', dryRun: true },
    );
    expect(object.metadata.uid).toBeDefined();
    expect(context.cluster.store.version).toBe(version);
    expect(context.cluster.store.count(resource)).toBe(0);
  });

  const refused: readonly (readonly [
    what: string,
    group: string,
    plural: string,
    given: JsonObject,
    code: number,
    message: string | RegExp,
  ])[] = [
    [
      'no name',
      '',
      'configmaps',
      {},
      422,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      'a bad name',
      '',
      'configmaps',
      { metadata: { name: 'A' } },
      422,
      /^ConfigMap "A" is invalid: metadata.name: Invalid value: "A": a lowercase RFC 1123 subdomain must/,
    ],
    ['a dot in a label name', '', 'namespaces', { metadata: { name: 'a.b' } }, 422, /must not contain dots/],
    [
      'a service that starts with a digit',
      '',
      'services',
      { metadata: { name: '1a' } },
      422,
      /a DNS-1035 label must/,
    ],
    [
      'a slash in an RBAC name',
      'rbac.authorization.k8s.io',
      'clusterroles',
      { metadata: { name: 'a/b' } },
      422,
      /may not contain '\/'/,
    ],
    [
      'line breaks in a name',
      'rbac.authorization.k8s.io',
      'clusterroles',
      { metadata: { name: 'a%0d' } },
      422,
      /may not contain '%'/,
    ],
    [
      'another namespace',
      '',
      'configmaps',
      { metadata: { name: 'a', namespace: 'other' } },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
    [
      'a resourceVersion',
      '',
      'configmaps',
      { metadata: { name: 'a', resourceVersion: '7' } },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      'labels that are a number',
      '',
      'configmaps',
      { metadata: { name: 'a', labels: 7 } },
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type map[string]string',
    ],
    [
      'a bad label',
      '',
      'configmaps',
      { metadata: { name: 'a', labels: { k: '-' } } },
      422,
      /metadata.labels: Invalid value: "-": a valid label must/,
    ],
  ];

  test.for(refused)('refuses %s', async ([, group, plural, given, code, message]) => {
    const context = await emptyContext();
    const resource = context.catalog.get(group, plural);
    const error = refusal(() =>
      createObject(context, resource, given, resource.namespaced ? { namespace: 'work' } : {}),
    );
    expect(error.code).toBe(code);
    if (typeof message === 'string') expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  test('refuses a name that is taken', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('kubesphere.io', 'serviceaccounts');
    createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' });
    const error = refusal(() =>
      createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' }),
    );
    expect([error.code, error.reason, error.message]).toEqual([
      409,
      'AlreadyExists',
      'serviceaccounts.kubesphere.io "a" already exists',
    ]);
    expect(error.details).toEqual({ name: 'a', group: 'kubesphere.io', kind: 'serviceaccounts' });
  });

  test('needs the namespace to exist and to stay', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const missing = refusal(() =>
      createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'gone' }),
    );
    expect([missing.code, missing.message]).toEqual([404, 'namespaces "gone" not found']);
    deleteObject(context, context.catalog.get('', 'namespaces'), { name: 'work' });
    const leaving = refusal(() =>
      createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' }),
    );
    expect([leaving.code, leaving.message]).toEqual([
      403,
      'configmaps "a" is forbidden: unable to create new content in namespace work because it is being terminated',
    ]);
  });
});

describe('updating', () => {
  test('counts generations on changes of the spec only', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('apps', 'deployments');
    const labels = { app: 'a' };
    const spec = {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    };
    const first = createObject(
      context,
      resource,
      { metadata: { name: 'a' }, spec },
      { namespace: 'work' },
    ).object;
    const labelled = updateObject(context, resource, {
      ...first,
      metadata: { ...first.metadata, labels: { a: 'b' } },
    }).object;
    expect(labelled.metadata.generation).toBe(1);
    const scaled = updateObject(context, resource, { ...labelled, spec: { ...spec, replicas: 2 } }).object;
    expect(scaled.metadata.generation).toBe(2);
    const reported = updateObject(
      context,
      resource,
      { ...scaled, status: { replicas: 2 } },
      { subresource: 'status' },
    ).object;
    expect([reported.metadata.generation, reported['status']]).toEqual([2, { replicas: 2 }]);
    const ignored = updateObject(context, resource, { ...reported, status: { replicas: 9 } }).object;
    expect(ignored['status']).toEqual({ replicas: 2 });
    expect(ignored.metadata.resourceVersion).toBe(reported.metadata.resourceVersion);
  });

  test('counts generations of custom resources on anything but metadata', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('iam.kubesphere.io', 'users');
    const first = createObject(context, resource, {
      metadata: { name: 'a' },
      spec: { email: 'a@b.c' },
    }).object;
    const next = updateObject(context, resource, { ...first, status: { state: 'Active' } }).object;
    expect([next.metadata.generation, next['status']]).toEqual([2, { state: 'Active' }]);
  });

  test('keeps what only the server sets', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const first = createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' }).object;
    const metadata = {
      name: 'a',
      namespace: 'work',
      creationTimestamp: '1999-01-01T00:00:00Z',
      deletionTimestamp: '1999-01-01T00:00:00Z',
      generation: 9,
    };
    const next = updateObject(context, resource, { metadata, data: { a: 'b' } }).object;
    expect(next.metadata).toEqual({ ...first.metadata, resourceVersion: next.metadata.resourceVersion });
  });

  test('changes nothing when nothing changes, whatever the order of members', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const first = createObject(
      context,
      resource,
      { metadata: { name: 'a' }, data: { a: '1', b: '2' } },
      { namespace: 'work' },
    ).object;
    const next = updateObject(context, resource, {
      data: { b: '2', a: '1' },
      metadata: { namespace: 'work', name: 'a' },
    }).object;
    expect(next).toBe(first);
  });

  const refused: readonly (readonly [
    what: string,
    plural: string,
    group: string,
    metadata: JsonObject,
    code: number,
    message: string,
  ])[] = [
    [
      'a stale version',
      'configmaps',
      '',
      { resourceVersion: '1' },
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      'another uid',
      'configmaps',
      '',
      { uid: 'x' },
      409,
      'Operation cannot be fulfilled on configmaps "a": Precondition failed: UID in precondition: x, UID in object meta: UID',
    ],
    [
      'a custom resource without version',
      'serviceaccounts',
      'kubesphere.io',
      {},
      422,
      'serviceaccounts.kubesphere.io "a" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update',
    ],
    [
      'another name',
      'configmaps',
      '',
      { name: 'b' },
      400,
      'the name of the object (b) does not match the name on the URL (a)',
    ],
    [
      'no name',
      'configmaps',
      '',
      { name: '' },
      400,
      'the name of the object (a based on URL) was undeterminable: name must be provided',
    ],
    [
      'another namespace',
      'configmaps',
      '',
      { namespace: 'b' },
      400,
      'the namespace of the provided object does not match the namespace sent on the request',
    ],
  ];

  test.for(refused)('refuses %s', async ([, plural, group, metadata, code, message]) => {
    const context = await emptyContext();
    const resource = context.catalog.get(group, plural);
    const { uid = '' } = createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' })
      .object.metadata;
    const given = { metadata: { name: 'a', ...metadata }, data: { x: 'y' } };
    const error = refusal(() => updateObject(context, resource, given, { name: 'a', namespace: 'work' }));
    expect([error.code, error.message]).toEqual([
      code,
      message.replace('UID', 'UID').replace(/meta: UID$/, `meta: ${uid}`),
    ]);
  });

  test('creates RBAC objects that are missing, and refuses others', async () => {
    const context = await emptyContext();
    const roles = context.catalog.get('rbac.authorization.k8s.io', 'clusterroles');
    expect(
      updateObject(context, roles, { metadata: { name: 'a:b' } }, { name: 'a:b' }).object.metadata.name,
    ).toBe('a:b');
    const error = refusal(() =>
      updateObject(context, context.catalog.get('', 'nodes'), { metadata: { name: 'a' } }, { name: 'a' }),
    );
    expect([error.code, error.message]).toEqual([404, 'nodes "a" not found']);
  });
});

describe('deleting', () => {
  test('takes an object out at once', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' });
    expect(deleteObject(context, resource, { namespace: 'work', name: 'a' }).gone).toBe(true);
    expect(refusal(() => deleteObject(context, resource, { namespace: 'work', name: 'a' })).code).toBe(404);
  });

  test('waits for finalizers, of which none may be added meanwhile', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('kubesphere.io', 'serviceaccounts');
    const key = { namespace: 'work', name: 'a' };
    createObject(
      context,
      resource,
      { metadata: { name: 'a', finalizers: ['x.io/one'] } },
      { namespace: 'work' },
    );
    const marked = deleteObject(context, resource, key);
    expect(marked.gone).toBe(false);
    expect(marked.stored.object.metadata).toMatchObject({
      generation: 2,
      deletionTimestamp: '2026-01-02T03:04:05Z',
      deletionGracePeriodSeconds: 0,
      finalizers: ['x.io/one'],
    });
    expect(deleteObject(context, resource, key).stored).toBe(marked.stored);
    const more = {
      ...marked.stored.object,
      metadata: { ...marked.stored.object.metadata, finalizers: ['x.io/one', 'x.io/two'] },
    };
    expect(refusal(() => updateObject(context, resource, more)).message).toBe(
      'ServiceAccount.kubesphere.io "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x.io/two"}',
    );
    updateObject(context, resource, {
      ...marked.stored.object,
      metadata: { ...marked.stored.object.metadata, finalizers: [] },
    });
    expect(context.cluster.store.find(resource, 'work', 'a')).toBeUndefined();
  });

  test('honours preconditions', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    const { uid = '' } = createObject(context, resource, { metadata: { name: 'a' } }, { namespace: 'work' })
      .object.metadata;
    const error = refusal(() =>
      deleteObject(context, resource, { namespace: 'work', name: 'a' }, { preconditions: { uid: 'x' } }),
    );
    expect(error.message).toBe(
      `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (x) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  });
});

describe('patching', () => {
  test('merges, removes and replaces', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'configmaps');
    createObject(
      context,
      resource,
      { metadata: { name: 'a', labels: { keep: '1', drop: '2' } }, data: { a: '1' } },
      { namespace: 'work' },
    );
    const body = { metadata: { labels: { drop: null, add: '3' } }, data: { b: '2' } };
    const { object } = patchObject(
      context,
      resource,
      { namespace: 'work', name: 'a' },
      { type: 'application/merge-patch+json', body },
    );
    expect([object.metadata.labels, object['data']]).toEqual([
      { keep: '1', add: '3' },
      { a: '1', b: '2' },
    ]);
  });

  test('refuses a patch that renames', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'nodes');
    createObject(context, resource, { metadata: { name: 'a' } });
    const body = { metadata: { name: 'b' } };
    const error = refusal(() =>
      patchObject(context, resource, { name: 'a' }, { type: 'application/merge-patch+json', body }),
    );
    expect([error.code, error.message]).toEqual([
      422,
      'Node "b" is invalid: metadata.name: Invalid value: "b": field is immutable',
    ]);
  });

  test('takes a resourceVersion in a patch as a lock', async () => {
    const context = await emptyContext();
    const resource = context.catalog.get('', 'nodes');
    createObject(context, resource, { metadata: { name: 'a' } });
    const body = { metadata: { resourceVersion: '1', labels: { a: 'b' } } };
    expect(
      refusal(() =>
        patchObject(context, resource, { name: 'a' }, { type: 'application/merge-patch+json', body }),
      ).code,
    ).toBe(409);
  });
});
