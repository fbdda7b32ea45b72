import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';
import { bind, putAccount, putUser } from './ask.js';

const path = '/kapis/iam.kubesphere.io/v1beta1/subjectaccessreviews';
const pods = { verb: 'list', group: '', version: 'v1', resource: 'pods' };

test.for([
  [
    { user: 'admin', resourceAttributes: { ...pods, resourceScope: 'Global' } },
    'GlobalRoleBinding "admin" of GlobalRole "platform-admin" to User "admin"',
  ],
  [
    { user: 'u', resourceAttributes: { ...pods, namespace: 'default' } },
    'RoleBinding "test-u-viewer/default" of Role "viewer" to User "u"',
  ],
  [{ user: 'u', resourceAttributes: { ...pods, namespace: 'kube-system' } }, undefined],
  [
    { user: 'u', resourceAttributes: { ...pods, namespace: 'kube-system', resourceScope: 'Global' } },
    undefined,
  ],
  [
    { user: 'w', resourceAttributes: { ...pods, workspace: 'system-workspace', resourceScope: 'Cluster' } },
    'GlobalRoleBinding "test-w-system-workspace-viewer" of WorkspaceRole "system-workspace-viewer" to User "w"',
  ],
  [
    { user: 'w', resourceAttributes: { ...pods, namespace: 'default' } },
    'GlobalRoleBinding "test-w-system-workspace-viewer" of WorkspaceRole "system-workspace-viewer" to User "w"',
  ],
  [
    { user: 'kubesphere:serviceaccount:default:bot', resourceAttributes: pods },
    'ClusterRoleBinding "test-bot-cluster-viewer" of ClusterRole "cluster-viewer" to ServiceAccount "bot/default"',
  ],
  [
    {
      user: 'kubesphere:serviceaccount:default:bot',
      resourceAttributes: { ...pods, resourceScope: 'Global' },
    },
    undefined,
  ],
  [
    {
      user: 'x',
      groups: ['system:unauthenticated'],
      nonResourceAttributes: { path: '/static/images/a', verb: 'GET' },
    },
    'GlobalRoleBinding "anonymous" of GlobalRole "anonymous" to Group "system:unauthenticated"',
  ],
  [{ user: 'x', nonResourceAttributes: { path: '/static/images/a', verb: 'GET' } }, undefined],
  [{ user: 'u' }, undefined],
] as const)('asked about %j it tells: %s', async ([spec, reason]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  putUser(ks, 'u');
  putUser(ks, 'w');
  putAccount(ks, 'default', 'bot');
  bind(ks, 'Role', 'viewer', { kind: 'User', name: 'u' }, 'default');
  bind(ks, 'WorkspaceRole', 'system-workspace-viewer', { kind: 'User', name: 'w' }, 'system-workspace');
  const account = { kind: 'ServiceAccount', apiGroup: 'kubesphere.io', name: 'bot', namespace: 'default' };
  bind(ks, 'ClusterRole', 'cluster-viewer', account);
  const admin = await as(ks, 'admin');
  const { status, json } = await admin.send('POST', path, { kind: 'SubjectAccessReview', spec });
  expect(status).toBe(200);
  expect(json['status']).toEqual(
    reason === undefined ? { allowed: false } : { allowed: true, reason: `RBAC: allowed by ${reason}` },
  );
});

test('the answer repeats the question in the order of the type, without what it does not know', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const { text } = await admin.send('POST', path, {
    spec: {
      uid: 'id',
      groups: ['g'],
      user: 'u',
      odd: 1,
      resourceAttributes: { name: 'n', verb: 'get', workspace: 'w', resourceScope: 'Workspace', odd: 1 },
    },
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'SubjectAccessReview',
    metadata: { name: 'x' },
  });
  expect(text).toBe(`{
 "kind": "SubjectAccessReview",
 "apiVersion": "iam.kubesphere.io/v1beta1",
 "spec": {
  "resourceAttributes": {
   "resourceScope": "Workspace",
   "workspace": "w",
   "verb": "get",
   "name": "n"
  },
  "user": "u",
  "groups": [
   "g"
  ],
  "uid": "id"
 },
 "status": {
  "allowed": false
 }
}`);
});

test('a list is answered item by item', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const items = ['admin', 'nobody'].map((user) => ({ spec: { user, resourceAttributes: pods } }));
  const { json } = await admin.send('POST', path, { kind: 'SubjectAccessReviewList', items });
  expect(json['kind']).toBe('SubjectAccessReviewList');
  expect(json['items']).toMatchObject([{ status: { allowed: true } }, { status: { allowed: false } }]);
});

test.for([
  ['{bad', 'application/json', "invalid character 'b' looking for beginning of object key string\n"],
  [undefined, null, '[ServiceError:400] Unable to unmarshal content of type:\n'],
  [
    [],
    'application/json',
    'json: cannot unmarshal array into Go value of type v1beta1.SubjectAccessReview\n',
  ],
] as const)('a body of %j is refused', async ([body, contentType, text]) => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const answer = await admin.send('POST', path, body, contentType);
  expect(answer.status).toBe(400);
  expect(answer.text).toBe(text);
});

test('only administrators may ask', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  putUser(ks, 'u');
  expect((await (await as(ks, 'u')).send('POST', path, {})).status).toBe(403);
});
