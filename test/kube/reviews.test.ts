import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import type { Body } from '../support/ask.js';

const authorization = '/apis/authorization.k8s.io/v1';
const ours = 'system:serviceaccount:kubesphere-system:kubesphere';

async function ask(
  ks: InProcessFake,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; json: Body }> {
  const response = await fetch(ks.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await ks.token({ user: 'admin' })}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Body };
}

const listPods = { namespace: 'default', verb: 'list', resource: 'pods' };

describe('who Kubernetes takes a caller for', () => {
  test('is the account requests are passed on with', async () => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await ask(ks, '/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
    expect(status).toBe(201);
    expect(json).toMatchObject({
      kind: 'SelfSubjectReview',
      apiVersion: 'authentication.k8s.io/v1',
      status: {
        userInfo: { username: ours, groups: expect.arrayContaining(['system:authenticated']) as [] },
      },
    });
  });

  test('is whom Impersonate headers name', async () => {
    await using ks = await startFakeKsApiserver();
    const { json } = await ask(
      ks,
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      {},
      { 'Impersonate-User': 'jane', 'Impersonate-Group': 'dev', 'Impersonate-Extra-team': 'red' },
    );
    expect(json['status']).toEqual({
      userInfo: {
        username: 'jane',
        groups: ['dev', 'system:authenticated'],
        extra: { team: ['red'] },
      },
    });
  });
});

describe('access reviews', () => {
  test('allow the account of ks-apiserver everything, and say why', async () => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await ask(ks, `${authorization}/selfsubjectaccessreviews`, {
      spec: { resourceAttributes: listPods },
    });
    expect([status, json['status']]).toEqual([
      201,
      {
        allowed: true,
        reason:
          'RBAC: allowed by ClusterRoleBinding "kubesphere" of ClusterRole "cluster-admin" to ServiceAccount "kubesphere/kubesphere-system"',
      },
    ]);
  });

  test('go by the roles of Kubernetes for anybody else', async () => {
    await using ks = await startFakeKsApiserver();
    const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';
    const rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }];
    await ask(ks, `${rbac}/roles`, { metadata: { name: 'reader' }, rules });
    await ask(ks, `${rbac}/rolebindings`, {
      metadata: { name: 'jane' },
      subjects: [{ kind: 'User', name: 'jane' }],
      roleRef: { kind: 'Role', name: 'reader' },
    });
    const review = async (attributes: object): Promise<unknown> => {
      const spec = { user: 'jane', resourceAttributes: attributes };
      return (await ask(ks, `${authorization}/subjectaccessreviews`, { spec })).json['status'];
    };
    expect(await review(listPods)).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "jane/default" of Role "reader" to User "jane"',
    });
    expect(await review({ ...listPods, verb: 'delete' })).toEqual({ allowed: false });
    expect(await review({ ...listPods, namespace: 'shop' })).toEqual({ allowed: false });
    const own = await ask(
      ks,
      `${authorization}/selfsubjectrulesreviews`,
      { spec: { namespace: 'default' } },
      { 'Impersonate-User': 'jane' },
    );
    expect(own.json['status']).toMatchObject({
      incomplete: false,
      resourceRules: expect.arrayContaining([
        { verbs: ['list'], apiGroups: [''], resources: ['pods'] },
      ]) as [],
      nonResourceRules: expect.arrayContaining([
        { verbs: ['get'], nonResourceURLs: expect.arrayContaining(['/version']) as [] },
      ]) as [],
    });
  });

  test.for([
    [
      'selfsubjectaccessreviews',
      {},
      'SelfSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: "null": exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ],
    [
      'subjectaccessreviews',
      { resourceAttributes: listPods },
      'SubjectAccessReview.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
    ],
    [
      'namespaces/shop/localsubjectaccessreviews',
      { user: 'jane', resourceAttributes: listPods },
      'LocalSubjectAccessReview.authorization.k8s.io "" is invalid: spec.resourceAttributes.namespace: Invalid value: "default": must match metadata.namespace',
    ],
  ] as const)('%s of %j is refused', async ([path, spec, message]) => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await ask(ks, `${authorization}/${path}`, { spec });
    expect([status, json['message']]).toEqual([422, message]);
  });
});
