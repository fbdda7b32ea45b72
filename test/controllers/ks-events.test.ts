import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const now = '2026-01-02T03:04:05Z';
const merge = 'application/merge-patch+json';
const iam = '/apis/iam.kubesphere.io/v1beta1';
const templates = '/apis/tenant.kubesphere.io/v1beta1/workspacetemplates';
const accounts = '/apis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts';

/** What Events say of an object, each with how often, in the order they came. */
async function told(admin: Asker, kind: string, name: string): Promise<string[]> {
  const selector = `involvedObject.kind%3D${kind},involvedObject.name%3D${name}`;
  const { json } = await admin.get(`/api/v1/namespaces/default/events?fieldSelector=${selector}`);
  return json.items.map((one) => {
    const { component } = one['source'] as { component: string };
    return [one['type'], one['reason'], one['message'], component, `x${String(one['count'])}`].join(' ');
  });
}

describe('Events tell', () => {
  test.each([
    ['v3.0', 'v1alpha2', ['Normal Synced User synced successfully user-controller x1']],
    ['v3.4', 'v1alpha2', ['Normal Synced User synced successfully user-controller x1']],
    ['v4.1', 'v1beta1', ['Normal Synced Synced successfully user x1']],
  ] as const)('%s: that a user is done, in both groups, and how often', async (release, version, first) => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty', release });
    const admin = await as(ks, 'admin');
    const users = `/apis/iam.kubesphere.io/${version}/users`;
    const spec = { email: 'jane@example.com', password: 'P@88w0rd' };
    await admin.send('POST', users, { metadata: { name: 'jane' }, spec });
    expect(await told(admin, 'User', 'jane')).toEqual(first);
    await ks.clock.advance('5s');
    await admin.send('PATCH', `${users}/jane`, { spec: { description: 'x' } }, merge);
    expect(await told(admin, 'User', 'jane')).toEqual(first.map((one) => one.replace('x1', 'x2')));
    const selector = 'involvedObject.name%3Djane';
    const { json } = await admin.get(`/api/v1/namespaces/default/events?fieldSelector=${selector}`);
    expect(json.items[0]).toMatchObject({ firstTimestamp: now, lastTimestamp: '2026-01-02T03:04:10Z' });
    const own = await admin.get('/apis/events.k8s.io/v1/namespaces/default/events');
    expect(own.json.items).toContainEqual(
      expect.objectContaining({
        note: first[0].includes('User') ? 'User synced successfully' : 'Synced successfully',
        deprecatedCount: 2,
      }),
    );
  });

  test('which clusters are out of reach', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    await admin.send('POST', `${iam}/globalroles`, { metadata: { name: 'some' }, rules: [] });
    expect(await told(admin, 'GlobalRole', 'some')).toEqual([
      'Warning SyncFailed cluster not ready: member-2 globalrole x1',
      'Normal Synced Synced successfully globalrole x1',
    ]);
  });

  test('of workspaces', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const spec = { template: { spec: { manager: 'admin' } }, placement: { clusters: [{ name: 'host' }] } };
    await admin.send('POST', templates, { metadata: { name: 'team' }, spec });
    expect(await told(admin, 'WorkspaceTemplate', 'team')).toEqual([
      'Normal Synced Synced successfully workspacetemplate x1',
    ]);
    expect(await told(admin, 'Workspace', 'team')).toEqual([
      'Normal Reconcile Reconcile workspace successfully workspace x1',
    ]);
  });

  test('what is wrong with the Secrets of a ServiceAccount', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    await admin.send('POST', accounts, { metadata: { name: 'fine' } });
    expect(await told(admin, 'ServiceAccount', 'fine')).toEqual([
      'Normal Synced Create token secret successfully ks-serviceaccount x1',
    ]);
    const secret = { type: 'kubesphere.io/service-account-token' };
    const annotations = { 'kubesphere.io/service-account.name': 'another' };
    const secrets = '/api/v1/namespaces/default/secrets';
    await admin.send('POST', secrets, { metadata: { name: 'plain' } });
    await admin.send('POST', secrets, { ...secret, metadata: { name: 'others', annotations } });
    const named = ['gone', 'plain', 'others'].map((name) => ({ namespace: 'default', name }));
    await admin.send('POST', accounts, { metadata: { name: 'wrong' }, secrets: named });
    expect(new Set(await told(admin, 'ServiceAccount', 'wrong'))).toEqual(
      new Set([
        'Warning InvalidSecret Secret "gone" not found ks-serviceaccount x2',
        'Warning InvalidSecret unsupported secret plain type: Opaque ks-serviceaccount x2',
        'Warning InvalidSecret incorrect subject name another ks-serviceaccount x2',
      ]),
    );
  });

  test('nothing where events are switched off', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty', controllers: { events: false } });
    const admin = await as(ks, 'admin');
    await admin.send('POST', accounts, { metadata: { name: 'fine' } });
    expect(await told(admin, 'ServiceAccount', 'fine')).toEqual([]);
  });

  test('many similar things once, and no more than 25 of one object in a row', async () => {
    await using ks = await startFakeKsApiserver({ now, world: 'empty' });
    const admin = await as(ks, 'admin');
    const named = Array.from({ length: 40 }, (_, at) => ({ namespace: 'default', name: `s${String(at)}` }));
    await admin.send('POST', accounts, { metadata: { name: 'many' }, secrets: named });
    const all = await told(admin, 'ServiceAccount', 'many');
    expect(all).toHaveLength(10);
    const combined = all.filter((one) => one.includes('(combined from similar events): '));
    expect(combined).toEqual([
      'Warning InvalidSecret (combined from similar events): Secret "s24" not found ks-serviceaccount x16',
    ]);
    await ks.clock.advance('5m');
    await admin.send('PATCH', `${accounts}/many`, { metadata: { labels: { a: 'b' } } }, merge);
    expect(await told(admin, 'ServiceAccount', 'many')).not.toEqual(all);
  });
});

describe('a role or binding of the platform or of a workspace', () => {
  test('is copied into the members that want it, and its copies go with it', async () => {
    await using ks = await startFakeKsApiserver({ now });
    const admin = await as(ks, 'admin');
    const there = `/clusters/member-1${iam}`;
    const spec = { template: {}, placement: { clusters: [{ name: 'member-1' }] } };
    await admin.send('POST', templates, { metadata: { name: 'team' }, spec });
    const workspace = await admin.get(`${templates}/team`);
    const rules = [{ verbs: ['get'], apiGroups: ['*'], resources: ['*'] }];
    const given: [string, object][] = [
      ['globalroles', { metadata: { name: 'some' }, rules }],
      [
        'globalrolebindings',
        {
          metadata: { name: 'some' },
          roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'some' },
          subjects: [{ kind: 'User', apiGroup: 'iam.kubesphere.io', name: 'jeff' }],
        },
      ],
      [
        'workspaceroles',
        { metadata: { name: 'team-some', labels: { 'kubesphere.io/workspace': 'team' } }, rules },
      ],
    ];
    for (const [plural, object] of given) {
      const made = await admin.send('POST', `${iam}/${plural}`, object);
      const { name } = made.json.metadata;
      expect((await admin.get(`${iam}/${plural}/${name}`)).json.metadata['finalizers']).toEqual([
        `finalizers.kubesphere.io/${plural}`,
      ]);
      const copy = await admin.get(`${there}/${plural}/${name}`);
      expect(copy.json).toMatchObject(object);
      expect(copy.json.metadata['finalizers']).toBeUndefined();
    }
    expect((await admin.get(`${iam}/workspaceroles/team-some`)).json.metadata['ownerReferences']).toEqual([
      expect.objectContaining({
        kind: 'WorkspaceTemplate',
        controller: true,
        uid: workspace.json.metadata['uid'],
      }),
    ]);
    await admin.send('PATCH', `${iam}/globalroles/some`, { rules: [] }, merge);
    expect((await admin.get(`${there}/globalroles/some`)).json['rules']).toEqual([]);
    const elsewhere = { spec: { placement: { clusters: [{ name: 'host' }] } } };
    await admin.send('PATCH', `${templates}/team`, elsewhere, merge);
    await admin.send('PATCH', `${iam}/workspaceroles/team-some`, { metadata: { labels: { a: 'b' } } }, merge);
    expect((await admin.get(`${there}/workspaceroles/team-some`)).status).toBe(404);
    // One member cannot be reached: until it can, the role stays.
    await admin.send('DELETE', `${iam}/globalroles/some`);
    expect((await admin.get(`${there}/globalroles/some`)).status).toBe(404);
    expect((await admin.get(`${iam}/globalroles/some`)).json.metadata).toHaveProperty('deletionTimestamp');
    await admin.send('DELETE', '/apis/cluster.kubesphere.io/v1alpha1/clusters/member-2');
    expect((await admin.get(`${iam}/globalroles/some`)).status).toBe(404);
  });
});
