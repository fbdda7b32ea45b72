import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, namesOf } from '../support/ask.js';
import { call, type Answer } from '../support/call.js';

const maps = '/api/v1/namespaces/default/configmaps';

interface Flow {
  readonly metadata: { readonly uid: string };
  readonly spec: { readonly priorityLevelConfiguration: { readonly name: string } };
}

async function get(ks: InProcessFake, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return call(ks.url, path, { headers: { Authorization: `Bearer ${await ks.token()}`, ...headers } });
}

describe('the bytes of kube-apiserver', () => {
  const config =
    '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a","namespace":"default","uid":"UID","resourceVersion":"RV","creationTimestamp":"2026-01-02T03:04:05Z","managedFields":[{"manager":"node","operation":"Update","apiVersion":"v1","time":"2026-01-02T03:04:05Z","fieldsType":"FieldsV1","fieldsV1":{"f:data":{".":{},"f:a":{},"f:b":{}}}}]},"data":{"a":"\\u003c1\\u003e","b":"2"}}\n';

  function masked(text: string): string {
    return text
      .replace(/"uid":"[^"]+"/g, '"uid":"UID"')
      .replace(/"resourceVersion":"[^"]+"/g, '"resourceVersion":"RV"');
  }

  test('are compact, in the order of the Go types, with a newline', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const given = { data: { b: '2', a: '<1>' }, unknown: 7, metadata: { name: 'a' } };
    expect(masked((await admin.send('POST', maps, given)).text)).toBe(config);
    expect(masked((await admin.get(`${maps}/a`)).text)).toBe(config);
    const list = await admin.get(`${maps}?fieldSelector=metadata.name%3Da`);
    const item = config.replace('"kind":"ConfigMap","apiVersion":"v1",', '').trimEnd();
    expect(masked(list.text)).toBe(
      `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"RV"},"items":[${item}]}\n`,
    );
  });

  test('have sorted keys for custom resources, in lists too', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const categories = '/apis/iam.kubesphere.io/v1beta1/categories';
    await admin.send('POST', categories, {
      metadata: { name: 'a' },
      spec: { icon: 'x', displayName: { en: 'A' } },
    });
    const object =
      '{"apiVersion":"iam.kubesphere.io/v1beta1","kind":"Category","metadata":{"creationTimestamp":"2026-01-02T03:04:05Z","generation":1,"managedFields":[{"apiVersion":"iam.kubesphere.io/v1beta1","fieldsType":"FieldsV1","fieldsV1":{"f:spec":{".":{},"f:displayName":{".":{},"f:en":{}},"f:icon":{}}},"manager":"node","operation":"Update","time":"2026-01-02T03:04:05Z"}],"name":"a","resourceVersion":"RV","uid":"UID"},"spec":{"displayName":{"en":"A"},"icon":"x"}}';
    const list = await admin.get(`${categories}?fieldSelector=metadata.name%3Da`);
    expect(masked(list.text)).toBe(
      `{"apiVersion":"iam.kubesphere.io/v1beta1","items":[${object}],"kind":"CategoryList","metadata":{"continue":"","resourceVersion":"RV"}}\n`,
    );
  });

  test('are indented for curl, and YAML for those who ask', async () => {
    await using ks = await startFakeKsApiserver();
    const shown = await get(ks, '/api/v1/namespaces/default', { 'User-Agent': 'curl/8.5.0' });
    expect(shown.body).toMatch(
      /^\{\n {2}"kind": "Namespace",\n {2}"apiVersion": "v1",\n {2}"metadata": \{\n {4}"name": "default",\n/,
    );
    const yaml = await get(ks, '/api/v1/namespaces/default', { Accept: 'application/yaml' });
    expect([yaml.headers['content-type'], yaml.body.split('\n', 3)]).toEqual([
      'application/yaml',
      ['apiVersion: v1', 'kind: Namespace', 'metadata:'],
    ]);
    expect((await get(ks, '/api/v1/nodes', { Accept: 'text/html' })).status).toBe(406);
  });

  test.for(['/api', '/apis', '/apis/apps/v1', maps])('are kept by nobody: %s', async (path) => {
    await using ks = await startFakeKsApiserver();
    const { headers } = await get(ks, path);
    expect(headers['cache-control']).toBe('no-cache, private');
  });

  test.for<[string, Readonly<Record<string, string>>, string]>([
    ['/api/v1/nodes', {}, 'service-accounts'],
    ['/api/v1/nodes/nobody', {}, 'service-accounts'],
    ['/api', {}, 'service-accounts'],
    ['/api/v1/nodes', { 'Impersonate-User': 'jane' }, 'global-default'],
    ['/api/v1/nodes', { 'Impersonate-User': 'root', 'Impersonate-Group': 'system:masters' }, 'exempt'],
    [
      '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/one',
      { 'Impersonate-User': 'system:serviceaccount:kube-system:app' },
      'system-leader-election',
    ],
  ])('tell an audit id, and the flow of the request: %s %o', async ([path, headers, schema]) => {
    const once = async (): Promise<Readonly<Record<string, unknown>>> => {
      await using ks = await startFakeKsApiserver();
      const answer = await get(ks, path, headers);
      const flows = '/apis/flowcontrol.apiserver.k8s.io/v1';
      const found = JSON.parse((await get(ks, `${flows}/flowschemas/${schema}`)).body) as Flow;
      const { name } = found.spec.priorityLevelConfiguration;
      const level = await get(ks, `${flows}/prioritylevelconfigurations/${name}`);
      expect([
        answer.headers['x-kubernetes-pf-flowschema-uid'],
        answer.headers['x-kubernetes-pf-prioritylevel-uid'],
      ]).toEqual([found.metadata.uid, (JSON.parse(level.body) as Flow).metadata.uid]);
      return answer.headers;
    };
    const [first, again] = [await once(), await once()];
    expect(first['audit-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(again['audit-id']).toBe(first['audit-id']);
  });

  test('tell the audit id a client brings', async () => {
    await using ks = await startFakeKsApiserver();
    const { headers } = await get(ks, '/api/v1/namespaces/nope', { 'Audit-ID': 'mine' });
    expect([headers['audit-id'], headers['cache-control']]).toEqual(['mine', 'no-cache, private']);
  });

  test('tell no flow before Kubernetes had any, nor where connections last', async () => {
    await using old = await startFakeKsApiserver({ release: 'v3.0' });
    await using ks = await startFakeKsApiserver();
    const log = await get(ks, '/api/v1/namespaces/default/pods/none/log');
    for (const { headers } of [await get(old, '/api/v1/nodes'), log])
      expect(headers).not.toHaveProperty('x-kubernetes-pf-flowschema-uid');
  });

  test('are a table for kubectl get', async () => {
    await using ks = await startFakeKsApiserver();
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
    const table = JSON.parse((await get(ks, '/api/v1/nodes', { Accept: accept })).body) as {
      kind: string;
      columnDefinitions: { name: string }[];
      rows: unknown[];
    };
    expect([table.kind, table.columnDefinitions[0]?.name, table.rows.length]).toEqual(['Table', 'Name', 5]);
  });
});

describe('a list', () => {
  test('comes in pages that together are the whole', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const whole = namesOf(await admin.get('/api/v1/nodes'));
    const paged: string[] = [];
    let token = '';
    do {
      const page = await admin.get(`/api/v1/nodes?limit=2&continue=${token}`);
      paged.push(...namesOf(page));
      const { metadata } = page.json as { metadata: { continue?: string; remainingItemCount?: number } };
      expect(metadata.remainingItemCount ?? 0).toBe(whole.length - paged.length);
      token = metadata.continue ?? '';
    } while (token !== '');
    expect(paged).toEqual(whole);
  });

  test.for([
    ['labelSelector=tier%3Dweb', ['a', 'b']],
    ['labelSelector=tier', ['a', 'b', 'c']],
    ['labelSelector=!tier,none', []],
    ['labelSelector=tier!%3Dweb,tier', ['c']],
    ['labelSelector=tier%20in%20(db,web),level%3E1', ['b']],
    ['labelSelector=tier%20notin%20(web),tier', ['c']],
    ['fieldSelector=metadata.name%3Dc', ['c']],
    ['fieldSelector=metadata.name!%3Dc&labelSelector=tier', ['a', 'b']],
  ] as const)('with %s holds what is selected', async ([query, names]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    for (const [name, labels] of Object.entries({
      a: { tier: 'web', level: '1' },
      b: { tier: 'web', level: '2' },
      c: { tier: 'db' },
    })) {
      await admin.send('POST', maps, { metadata: { name, labels } });
    }
    expect(namesOf(await admin.get(`${maps}?${query}`))).toEqual(names);
  });

  test('can be deleted as a whole', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    for (const name of ['a', 'b'])
      await admin.send('POST', maps, { metadata: { name, labels: { go: 'yes' } } });
    await admin.send('POST', maps, { metadata: { name: 'stays' } });
    const gone = await admin.send('DELETE', `${maps}?labelSelector=go`);
    expect([gone.status, namesOf(gone)]).toEqual([200, ['a', 'b']]);
    expect(namesOf(await admin.get(maps))).toContain('stays');
    expect(namesOf(await admin.get(`${maps}?labelSelector=go`))).toEqual([]);
  });
});

describe('a write', () => {
  test('answers 201, 200 and a Status that names what is gone', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const created = await admin.send('POST', maps, { metadata: { name: 'a' } });
    const { uid } = created.json['metadata'] as unknown as { uid: string };
    const updated = await admin.send('PUT', `${maps}/a`, { metadata: { name: 'a' }, data: { k: 'v' } });
    const deleted = await admin.send('DELETE', `${maps}/a`, {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      preconditions: { uid },
    });
    expect([created.status, updated.status, deleted.status]).toEqual([201, 200, 200]);
    expect(deleted.text).toBe(
      `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"a","kind":"configmaps","uid":"${uid}"}}\n`,
    );
  });

  test('in a dry run answers the same and stores nothing', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    expect((await admin.send('POST', `${maps}?dryRun=All`, { metadata: { name: 'a' } })).status).toBe(201);
    expect((await admin.get(`${maps}/a`)).status).toBe(404);
    const refused = await admin.send('POST', `${maps}?dryRun=Some`, { metadata: { name: 'a' } });
    expect([refused.status, refused.json['reason']]).toEqual([422, 'Invalid']);
  });

  test('of the wrong type is refused in the words of the decoder', async () => {
    await using ks = await startFakeKsApiserver();
    const answer = await (
      await as(ks, 'admin')
    ).send('POST', maps, { metadata: { name: 'a' }, data: { k: 7 } });
    expect([answer.status, answer.json['message']]).toEqual([
      400,
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ]);
  });

  test('patches strategically where the kind allows it', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    const containers = [{ name: 'one', image: 'a' }];
    await admin.send('POST', deployments, {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: { app: 'd' } },
        template: { metadata: { labels: { app: 'd' } }, spec: { containers } },
      },
    });
    const patch = { spec: { template: { spec: { containers: [{ name: 'two', image: 'b' }] } } } };
    const { json } = await admin.send(
      'PATCH',
      `${deployments}/d`,
      patch,
      'application/strategic-merge-patch+json',
    );
    const { spec } = (json['spec'] as { template: { spec: { containers: { name: string }[] } } }).template;
    expect(spec.containers.map(({ name }) => name).sort()).toEqual(['one', 'two']);
    const custom = await admin.send(
      'PATCH',
      '/apis/iam.kubesphere.io/v1beta1/users/admin',
      {},
      'application/strategic-merge-patch+json',
    );
    expect([custom.status, custom.json['message']]).toEqual([
      415,
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    ]);
  });

  test('of a pod takes it out, and answers its last state', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const pods = '/api/v1/namespaces/default/pods';
    await admin.send('POST', pods, {
      metadata: { name: 'p' },
      spec: { nodeName: 'node1', containers: [{ name: 'c', image: 'i' }] },
    });
    const deleted = await admin.send('DELETE', `${pods}/p`);
    expect(deleted.json).toMatchObject({ kind: 'Pod', metadata: { deletionGracePeriodSeconds: 30 } });
    expect((await admin.get(`${pods}/p`)).status).toBe(404);
  });
});

describe('a deletion', () => {
  const jobs = '/apis/batch/v1/namespaces/default/jobs';

  test.for([
    ['', 1, true],
    ['?propagationPolicy=Orphan', 1, false],
    ['?propagationPolicy=Background', 0, false],
    ['?orphanDependents=false', 0, false],
  ] as const)('of a Job with %j leaves %i pods, and warns: %s', async ([query, left, warns]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const container = { name: 'c', image: 'i' };
    const template = { spec: { restartPolicy: 'Never', containers: [container] } };
    await admin.send('POST', jobs, { metadata: { name: 'j' }, spec: { template } });
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    const answer = await call(ks.url, `${jobs}/j${query}`, { method: 'DELETE', headers });
    const warning =
      '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning"';
    expect([answer.status, answer.headers['warning']]).toEqual([200, warns ? warning : undefined]);
    expect((await admin.get(`${jobs}/j`)).status).toBe(404);
    const pods = await admin.get('/api/v1/namespaces/default/pods?labelSelector=job-name%3Dj');
    expect(pods.json.items).toHaveLength(left);
  });

  test('that waits answers what it waits for, also in a rehearsal; 202 when asked for in the old way', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', maps, { metadata: { name: 'a', finalizers: ['x.example.com/held'] } });
    const rehearsed = await admin.send('DELETE', `${maps}/a?dryRun=All`);
    const marked = { deletionTimestamp: expect.any(String) as string, deletionGracePeriodSeconds: 0 };
    expect(rehearsed.json).toMatchObject({ kind: 'ConfigMap', metadata: marked });
    expect((await admin.get(`${maps}/a`)).json.metadata['deletionTimestamp']).toBeUndefined();
    const deleted = await admin.send('DELETE', `${maps}/a`, { orphanDependents: false });
    expect([deleted.status, deleted.json]).toMatchObject([202, { kind: 'ConfigMap', metadata: marked }]);
  });

  test('may be asked for in the old way or the new, not in both', async () => {
    await using ks = await startFakeKsApiserver();
    const options = { orphanDependents: true, propagationPolicy: 'Orphan' };
    const { status, json } = await (
      await as(ks, 'admin')
    ).send('DELETE', `${maps}/kube-root-ca.crt`, options);
    expect([status, json['message']]).toEqual([
      422,
      'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ]);
  });
});

describe('component statuses', () => {
  test.for([
    ['v2.1', ['scheduler', 'controller-manager', 'etcd-1', 'etcd-0', 'etcd-2'], '/api/v1/componentstatuses'],
    ['v3.4', ['scheduler', 'controller-manager', 'etcd-0'], undefined],
    ['v4.1', ['scheduler', 'controller-manager', 'etcd-0'], undefined],
  ] as const)('of %s are healthy', async ([release, names, selfLink]) => {
    await using ks = await startFakeKsApiserver({ release });
    const answer = await get(ks, '/api/v1/componentstatuses');
    const list = JSON.parse(answer.body) as {
      kind: string;
      metadata: { selfLink?: string };
      items: { metadata: { name: string } }[];
    };
    expect([answer.status, list.kind, list.metadata.selfLink]).toEqual([
      200,
      'ComponentStatusList',
      selfLink,
    ]);
    expect(list.items.map(({ metadata }) => metadata.name)).toEqual(names);
  });
});

describe('what is not served', () => {
  test.for([
    ['GET', '/api/v1/foos', 404, 'the server could not find the requested resource'],
    ['GET', '/api/v1/namespaces/default/nodes', 404, 'the server could not find the requested resource'],
    ['POST', '/api/v1/nodes/node1', 405, 'the server does not allow this method on the requested resource'],
    ['GET', '/api/v1/namespaces/default/pods/x/log', 404, 'pods "x" not found'],
  ] as const)('%s %s is answered %i', async ([method, path, status, message]) => {
    await using ks = await startFakeKsApiserver();
    const answer = await (await as(ks, 'admin')).send(method, path, method === 'POST' ? {} : undefined);
    expect([answer.status, answer.json['message']]).toEqual([status, message]);
  });

  test('of a group nobody has is answered by text', async () => {
    await using ks = await startFakeKsApiserver();
    const answer = await (await as(ks, 'admin')).get('/apis/example.com/v1/things');
    expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
  });
});
