import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';
import { call } from '../support/call.js';

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const jane = { 'Impersonate-User': 'jane' };
const reader = { 'Impersonate-User': 'jane', 'Impersonate-Group': 'readers' };
const maps = '/api/v1/namespaces/default/configmaps';
const cannot = (verb: string, place: string): string =>
  `configmaps is forbidden: User "jane" cannot ${verb} resource "configmaps" in API group "" ${place}`;
const inDefault = 'in the namespace "default"';

test.for<readonly [headers: Readonly<Record<string, string>>, method: string, path: string, refusal: string]>(
  [
    [{}, 'GET', maps, ''],
    [jane, 'GET', maps, cannot('list', inDefault)],
    [reader, 'GET', maps, ''],
    [reader, 'GET', `${maps}?watch=true&timeoutSeconds=1`, cannot('watch', inDefault)],
    [reader, 'DELETE', maps, cannot('deletecollection', inDefault)],
    [reader, 'GET', '/api/v1/configmaps', cannot('list', 'at the cluster scope')],
    [reader, 'GET', '/clusters/host/api/v1/configmaps', cannot('list', 'at the cluster scope')],
    [
      jane,
      'GET',
      '/api/v1/namespaces/default/pods/p/log',
      'pods "p" is forbidden: User "jane" cannot get resource "pods/log" in API group "" in the namespace "default"',
    ],
    [
      jane,
      'DELETE',
      '/apis/apps/v1/namespaces/default/deployments/d',
      'deployments.apps "d" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "default"',
    ],
    [jane, 'GET', '/apis', ''],
    [
      { ...jane, 'Impersonate-Group': 'system:unauthenticated' },
      'GET',
      '/apis',
      'forbidden: User "jane" cannot get path "/apis"',
    ],
    [{ ...jane, 'Impersonate-Group': 'system:masters' }, 'GET', '/api/v1/secrets', ''],
    [
      { 'Impersonate-User': 'system:serviceaccount:kubesphere-system:kubesphere' },
      'GET',
      '/api/v1/secrets',
      '',
    ],
    // Nobody reads these headers there.
    [jane, 'GET', '/kapis/resources.kubesphere.io/v1alpha3/configmaps', ''],
  ],
)(
  "who impersonates with %o may %s %s as Kubernetes' own roles say",
  async ([headers, method, path, refusal]) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const place = `${rbac}/namespaces/default`;
    await admin.send('POST', `${place}/roles`, {
      metadata: { name: 'reader' },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
    });
    await admin.send('POST', `${place}/rolebindings`, {
      metadata: { name: 'readers' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'readers' }],
    });
    const Authorization = `Bearer ${await ks.token()}`;
    const { status, body } = await call(ks.url, path, { method, headers: { Authorization, ...headers } });
    if (refusal === '') {
      expect(status).toBe(200);
      return;
    }
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({
      kind: 'Status',
      status: 'Failure',
      reason: 'Forbidden',
      message: refusal,
      code: 403,
    });
  },
);
