import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, type Answer, type Asker } from '../support/ask.js';

const maps = '/api/v1/namespaces/default/configmaps';
const services = '/api/v1/namespaces/default/services';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
const merge = 'application/merge-patch+json';
const applyType = 'application/apply-patch+yaml';

/** The entries of an object, each as who and which fields. */
function entriesOf({ json }: Answer): unknown[] {
  const { managedFields = [] } = json.metadata as unknown as {
    managedFields?: { manager: string; operation: string; subresource?: string; fieldsV1: unknown }[];
  };
  return managedFields.map(({ manager, operation, subresource, fieldsV1 }) => [
    subresource === undefined ? `${manager} ${operation}` : `${manager} ${operation} ${subresource}`,
    fieldsV1,
  ]);
}

function apply(asker: Asker, path: string, manager: string, body: object, query = ''): Promise<Answer> {
  return asker.send('PATCH', `${path}?fieldManager=${manager}${query}`, body, applyType);
}

function map(name: string, data?: Record<string, string>, metadata = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...(data && { data }) };
}

function deployment(change: { image?: string; replicas?: number; ports?: object[] } = {}): object {
  const { image = 'nginx', replicas, ports } = change;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'c', image, ...(ports && { ports }) }] },
      },
    },
  };
}

const frozen = { now: '2026-01-02T03:04:05Z' };

async function admin(ks: InProcessFake): Promise<Asker> {
  return as(ks, 'admin');
}

describe('a write notes what it changed', () => {
  test('under the manager it names, or else under its user agent', async () => {
    await using ks = await startFakeKsApiserver(frozen);
    const asker = await admin(ks);
    const created = await asker.send('POST', `${maps}?fieldManager=kubectl-create`, map('a', { x: '1' }));
    expect((created.json.metadata as { managedFields?: unknown })['managedFields']).toEqual([
      {
        manager: 'kubectl-create',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-01-02T03:04:05Z',
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { '.': {}, 'f:x': {} } },
      },
    ]);
    const labelled = await asker.send('PATCH', `${maps}/a`, { metadata: { labels: { l: '1' } } }, merge);
    expect(entriesOf(labelled)).toEqual([
      ['kubectl-create Update', { 'f:data': { '.': {}, 'f:x': {} } }],
      ['node Update', { 'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } } }],
    ]);
  });

  test('and takes it from whoever had it', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    await asker.send('POST', `${maps}?fieldManager=one`, map('a', { x: '1', y: '1', z: '1' }));
    const patch = { data: { x: '2', y: null } };
    const patched = await asker.send('PATCH', `${maps}/a?fieldManager=two`, patch, merge);
    expect(entriesOf(patched)).toEqual([
      ['one Update', { 'f:data': { '.': {}, 'f:z': {} } }],
      ['two Update', { 'f:data': { 'f:x': {} } }],
    ]);
  });

  test('with defaults, without what the server allocates', async () => {
    await using ks = await startFakeKsApiserver();
    const created = await (
      await admin(ks)
    ).send('POST', services, { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } });
    expect(entriesOf(created)).toEqual([
      [
        'node Update',
        {
          'f:spec': {
            'f:internalTrafficPolicy': {},
            'f:ports': {
              '.': {},
              'k:{"port":80,"protocol":"TCP"}': {
                '.': {},
                'f:port': {},
                'f:protocol': {},
                'f:targetPort': {},
              },
            },
            'f:sessionAffinity': {},
            'f:type': {},
          },
        },
      ],
    ]);
  });

  test('of a status apart from the rest', async () => {
    await using ks = await startFakeKsApiserver({ controllers: [] });
    const asker = await admin(ks);
    await asker.send('POST', `${deployments}?fieldManager=one`, deployment());
    const status = { status: { replicas: 3 } };
    const patched = await asker.send('PATCH', `${deployments}/web/status?fieldManager=two`, status, merge);
    expect(entriesOf(patched)[1]).toEqual(['two Update status', { 'f:status': { 'f:replicas': {} } }]);
  });

  test('and leaves everything alone when it changes nothing', async () => {
    await using ks = await startFakeKsApiserver(frozen);
    const asker = await admin(ks);
    const { text } = await asker.send('POST', maps, map('a', { x: '1' }));
    await ks.clock.advance(60);
    expect((await asker.send('PATCH', `${maps}/a`, { data: { x: '1' } }, merge)).text).toBe(text);
    expect((await asker.send('PUT', `${maps}/a?fieldManager=two`, map('a', { x: '1' }))).text).toBe(text);
  });

  test('of an object nobody manages without beginning to', async () => {
    await using ks = await startFakeKsApiserver();
    const patch = { metadata: { labels: { l: '1' } } };
    const patched = await (await admin(ks)).send('PATCH', '/api/v1/nodes/node1', patch, merge);
    expect([patched.status, entriesOf(patched)]).toEqual([200, []]);
  });

  test.for([
    ['an empty entry', [{}]],
    ['none', []],
  ] as const)('until they are cleared by %s', async ([, managedFields]) => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    await asker.send('POST', maps, map('a', { x: '1' }));
    await asker.send('POST', maps, map('b', { x: '1' }));
    const cleared = { metadata: { managedFields } };
    const patched = await asker.send('PATCH', `${maps}/a`, cleared, merge);
    const replaced = await asker.send('PUT', `${maps}/b`, map('b', { x: '2' }, { managedFields }));
    expect([entriesOf(patched), replaced.status, entriesOf(replaced)]).toEqual([[], 200, []]);
  });

  test('in ten entries of updaters at most', async () => {
    await using ks = await startFakeKsApiserver(frozen);
    const asker = await admin(ks);
    await asker.send('POST', `${maps}?fieldManager=m0`, map('a', { x: '1' }));
    for (let at = 1; at <= 11; at += 1) {
      await ks.clock.advance(1);
      const patch = { data: { [`k${String(at)}`]: '1' } };
      await asker.send('PATCH', `${maps}/a?fieldManager=m${String(at)}`, patch, merge);
    }
    const entries = entriesOf(await asker.get(`${maps}/a`));
    expect([entries.length, entries[0]]).toEqual([
      10,
      ['ancient-changes Update', { 'f:data': { '.': {}, 'f:k1': {}, 'f:k2': {}, 'f:x': {} } }],
    ]);
  });
});

describe('a server-side apply', () => {
  test('creates what is missing, and notes what was applied only', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    const created = await apply(asker, `${deployments}/web`, 'm', deployment({ replicas: 2 }));
    expect([created.status, entriesOf(created)]).toEqual([
      201,
      [
        [
          'm Apply',
          {
            'f:spec': {
              'f:replicas': {},
              'f:selector': {},
              'f:template': {
                'f:metadata': { 'f:labels': { 'f:app': {} } },
                'f:spec': {
                  'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
                },
              },
            },
          },
        ],
      ],
    ]);
    expect((await apply(asker, `${deployments}/web`, 'm', deployment({ replicas: 2 }))).status).toBe(200);
  });

  test('changes nothing when it is repeated', async () => {
    await using ks = await startFakeKsApiserver({ ...frozen, controllers: [] });
    const asker = await admin(ks);
    const first = await apply(asker, `${maps}/a`, 'm', map('a', { x: '1' }));
    await ks.clock.advance(60);
    expect((await apply(asker, `${maps}/a`, 'm', map('a', { x: '1' }))).text).toBe(first.text);
  });

  test('takes away what its manager no longer names, unless somebody else does', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    await apply(asker, `${maps}/a`, 'm', map('a', { x: '1', y: '1', z: '1' }));
    await apply(asker, `${maps}/a`, 'n', map('a', { y: '1' }));
    await asker.send('PATCH', `${maps}/a?fieldManager=o`, { data: { w: '1' } }, merge);
    const { json } = await apply(asker, `${maps}/a`, 'm', map('a', { z: '1' }));
    expect(json['data']).toEqual({ w: '1', y: '1', z: '1' });
  });

  test('merges lists by their keys, defaults filled in', async () => {
    await using ks = await startFakeKsApiserver({ controllers: [] });
    const asker = await admin(ks);
    const path = `${deployments}/web`;
    await apply(asker, path, 'm', deployment({ ports: [{ containerPort: 80 }, { containerPort: 81 }] }));
    const other = deployment({ ports: [{ containerPort: 80, protocol: 'UDP' }] });
    await apply(asker, path, 'n', other);
    const { json } = await apply(asker, path, 'm', deployment({ ports: [{ containerPort: 81 }] }));
    const { spec } = json.spec['template'] as { spec: { containers: { ports: object[] }[] } };
    expect(spec.containers[0]?.ports).toEqual([
      { containerPort: 81, protocol: 'TCP' },
      { containerPort: 80, protocol: 'UDP' },
    ]);
  });

  test('is refused where another manager has another value', async () => {
    await using ks = await startFakeKsApiserver({ controllers: [] });
    const asker = await admin(ks);
    await asker.send('POST', `${maps}?fieldManager=kubectl`, map('a', { a: '1', b: '1' }));
    const one = await apply(asker, `${maps}/a`, 'm', map('a', { a: '2' }));
    expect([one.status, one.json]).toEqual([
      409,
      {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.a',
        reason: 'Conflict',
        details: {
          causes: [
            {
              reason: 'FieldManagerConflict',
              message: 'conflict with "kubectl" using v1',
              field: '.data.a',
            },
          ],
        },
        code: 409,
      },
    ]);
    await apply(asker, `${maps}/a`, 'n', map('a', { a: '1', b: '1' }));
    const both = await apply(asker, `${maps}/a`, 'm', map('a', { a: '2', b: '2' }));
    expect(both.json['message']).toBe(
      'Apply failed with 4 conflicts: conflicts with "kubectl" using v1:\n- .data.a\n- .data.b\nconflicts with "n":\n- .data.a\n- .data.b',
    );
  });

  test('takes over by force', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    await asker.send('POST', `${maps}?fieldManager=one`, map('a', { a: '1', b: '1' }));
    const taken = await apply(asker, `${maps}/a`, 'm', map('a', { a: '2' }), '&force=true');
    expect([taken.status, taken.json['data'], entriesOf(taken)]).toEqual([
      200,
      { a: '2', b: '1' },
      [
        ['m Apply', { 'f:data': { 'f:a': {} } }],
        ['one Update', { 'f:data': { '.': {}, 'f:b': {} } }],
      ],
    ]);
  });

  test('to an object nobody managed says who had it before', async () => {
    await using ks = await startFakeKsApiserver();
    const body = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1', labels: { l: '1' } } };
    const applied = await apply(await admin(ks), '/api/v1/nodes/node1', 'm', body);
    expect(entriesOf(applied).map((entry) => (entry as [string])[0])).toEqual([
      'm Apply',
      'before-first-apply Update',
    ]);
  });

  test('writes a status through its own path', async () => {
    await using ks = await startFakeKsApiserver({ controllers: [] });
    const asker = await admin(ks);
    await apply(asker, `${deployments}/web`, 'm', deployment());
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };
    const status = { ...body, spec: { replicas: 9 }, status: { replicas: 3 } };
    const applied = await apply(asker, `${deployments}/web/status`, 'n', status);
    const { replicas } = applied.json['status'] as { replicas: number };
    expect([replicas, applied.json.spec['replicas'], entriesOf(applied)[1]]).toEqual([
      3,
      1,
      ['n Apply status', { 'f:status': { 'f:replicas': {} } }],
    ]);
  });

  test.for([
    [
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/applied.own.io',
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'applied.own.io' },
        spec: {
          group: 'own.io',
          scope: 'Namespaced',
          names: { kind: 'Applied', plural: 'applied' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      },
    ],
    [
      '/apis/apiregistration.k8s.io/v1/apiservices/v1.own.io',
      {
        apiVersion: 'apiregistration.k8s.io/v1',
        kind: 'APIService',
        metadata: { name: 'v1.own.io' },
        spec: {
          group: 'own.io',
          version: 'v1',
          groupPriorityMinimum: 100,
          versionPriority: 10,
          service: { name: 's', namespace: 'n' },
          insecureSkipTLSVerify: true,
        },
      },
    ],
  ] as const)('brings about %s, whose values have no type of their own', async ([path, object]) => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    expect((await apply(asker, path, 'm', object)).status).toBe(201);
    expect((await apply(asker, path, 'm', object)).status).toBe(200);
  });

  test('takes any value where a definition leaves the type open', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    const open = { 'x-kubernetes-preserve-unknown-fields': true };
    await asker.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'opens.own.io' },
      spec: {
        group: 'own.io',
        scope: 'Namespaced',
        names: { kind: 'Open', plural: 'opens' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec: open }, ...open } },
          },
        ],
      },
    });
    const path = '/apis/own.io/v1/namespaces/default/opens/a';
    const object = { apiVersion: 'own.io/v1', kind: 'Open', metadata: { name: 'a' } };
    const first = await apply(asker, path, 'm', { ...object, spec: 5, more: 'text', list: [1, { a: 1 }] });
    expect(first.status).toBe(201);
    const second = await apply(asker, path, 'm', { ...object, spec: { a: { b: 'c' } }, more: [1] });
    expect([second.status, second.json.spec, second.json['more'], second.json['list']]).toEqual([
      200,
      { a: { b: 'c' } },
      [1],
      undefined,
    ]);
  });

  test('rehearses without storing', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    expect((await apply(asker, `${maps}/a`, 'm', map('a'), '&dryRun=All')).status).toBe(201);
    expect((await asker.get(`${maps}/a`)).status).toBe(404);
  });

  test('keeps what controllers added to the maps it empties', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    const noted = { ...deployment(), metadata: { name: 'web', annotations: { note: '1' } } };
    await apply(asker, `${deployments}/web`, 'm', noted);
    const { json } = await apply(asker, `${deployments}/web`, 'm', deployment());
    expect(json.metadata.annotations).toEqual({ 'deployment.kubernetes.io/revision': '1' });
  });

  test.for([
    [
      'without a manager',
      '',
      map('a'),
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      'with managed fields of its own',
      'fieldManager=m',
      map('a', {}, { managedFields: [] }),
      400,
      'metadata.managedFields must be nil',
    ],
    [
      'in another version',
      'fieldManager=m',
      { ...map('a'), apiVersion: 'v2' },
      400,
      'Incorrect version specified in apply patch. Specified patch version: v2, expected: v1',
    ],
    [
      'of another name',
      'fieldManager=m',
      map('b'),
      400,
      'the name of the object (b) does not match the name on the URL (a)',
    ],
    [
      'with a member the kind does not have',
      'fieldManager=m',
      { ...map('a'), foo: 1 },
      500,
      'failed to create typed patch object (/a; /v1, Kind=ConfigMap): .foo: field not declared in schema',
    ],
    [
      'to a version that has passed',
      'fieldManager=m',
      map('a', {}, { resourceVersion: '1' }),
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    ['that is no YAML', 'fieldManager=m', '{', 400, undefined],
  ] as const)('%s is refused', async ([, query, body, status, message]) => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    await asker.send('POST', maps, map('a'));
    const answer = await asker.send('PATCH', `${maps}/a?${query}`, body, applyType);
    expect(answer.status).toBe(status);
    if (message !== undefined) expect(answer.json['message']).toBe(message);
  });

  test('of a custom resource goes by its schema', async () => {
    await using ks = await startFakeKsApiserver();
    const asker = await admin(ks);
    const item = { type: 'object', properties: { id: { type: 'string' }, n: { type: 'integer' } } };
    const parts = {
      type: 'array',
      items: { ...item, required: ['id'] },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
    };
    const tags = { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' };
    const spec = { type: 'object', properties: { parts, tags } };
    await asker.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name: 'kits.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Cluster',
        names: { plural: 'kits', singular: 'kit', kind: 'Kit', listKind: 'KitList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties: { spec } } },
          },
        ],
      },
    });
    const kit = (content: object): object => ({
      apiVersion: 'example.com/v1',
      kind: 'Kit',
      metadata: { name: 'k' },
      spec: content,
    });
    const path = '/apis/example.com/v1/kits/k';
    await apply(asker, path, 'm', kit({ parts: [{ id: 'a', n: 1 }], tags: ['x'] }));
    const both = await apply(asker, path, 'n', kit({ parts: [{ id: 'b', n: 2 }], tags: ['y'] }));
    expect(both.json.spec).toEqual({
      parts: [
        { id: 'a', n: 1 },
        { id: 'b', n: 2 },
      ],
      tags: ['x', 'y'],
    });
    const left = await apply(asker, path, 'm', kit({ tags: ['x'] }));
    expect([left.json.spec, entriesOf(left)]).toEqual([
      { parts: [{ id: 'b', n: 2 }], tags: ['x', 'y'] },
      [
        [
          'n Apply',
          {
            'f:spec': {
              'f:parts': { 'k:{"id":"b"}': { '.': {}, 'f:id': {}, 'f:n': {} } },
              'f:tags': { 'v:"y"': {} },
            },
          },
        ],
        ['m Apply', { 'f:spec': { 'f:tags': { 'v:"x"': {} } } }],
      ].sort(),
    ]);
  });
});
