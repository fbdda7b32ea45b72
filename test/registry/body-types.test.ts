import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const shop = '/namespaces/shop';

/** What is sent, and the field that Go's decoder names; a number is sent where a text is wanted, unless it says. */
type Row = readonly [
  method: string,
  path: string,
  body: unknown,
  field: string,
  found?: string,
  wanted?: string,
];

const iam = '/kapis/iam.kubesphere.io';
const cluster = '/kapis/cluster.kubesphere.io/v1alpha1';
const rows: Readonly<Record<'v3.1' | 'v3.4' | 'v4.1', readonly Row[]>> = {
  'v4.1': [
    ['PUT', `${iam}/v1beta1/users/jeff/password`, { password: 5 }, 'PasswordReset.password'],
    ['PUT', `${iam}/v1beta1/users/jeff/password`, { currentPassword: 5 }, 'PasswordReset.currentPassword'],
    ['POST', `${iam}/v1beta1/workspaces/demo/workspacemembers`, [{ username: 5 }], 'Member.username'],
    ['POST', `${iam}/v1beta1/namespaces/shop/namespacemembers`, [{ roleRef: 5 }], 'Member.roleRef'],
    [
      'PUT',
      `${iam}/v1beta1/workspaces/demo/workspacemembers/jeff`,
      { roleRef: true },
      'Member.roleRef',
      'bool',
    ],
    [
      'POST',
      `${iam}/v1beta1/subjectaccessreviews`,
      { spec: { user: 5 } },
      'SubjectAccessReviewSpec.spec.user',
    ],
    [
      'POST',
      `${iam}/v1beta1/subjectaccessreviews`,
      { spec: { groups: 'a' } },
      'SubjectAccessReviewSpec.spec.groups',
      'string',
      '[]string',
    ],
    [
      'DELETE',
      '/kapis/tenant.kubesphere.io/v1beta1/workspacetemplates/research',
      { propagationPolicy: 5 },
      'DeleteOptions.propagationPolicy',
    ],
    ['POST', `${cluster}/labels`, [{ key: 5 }], 'CreateLabelRequest.key'],
    ['POST', `${cluster}/labelbindings`, [{ labels: [5] }], 'BindingClustersRequest.labels'],
    ['POST', `${cluster}/clusters/host/grantrequests`, [{ op: {} }], 'UpdateVisibilityRequest.op', 'object'],
    ['POST', `${cluster}/clusters/validation`, { spec: { provider: 5 } }, 'ClusterSpec.spec.provider'],
    [
      'PUT',
      `${cluster}/clusters/member-1/kubeconfig`,
      { kubeconfig: 5 },
      'UpdateClusterRequest.kubeconfig',
      'number',
      '[]uint8',
    ],
    ['POST', '/oauth/authenticate', { spec: { token: 5 } }, 'Spec.spec.token'],
  ],
  'v3.4': [
    ['PUT', `${iam}/v1alpha2/users/jeff/password`, { password: 5 }, 'PasswordReset.password'],
    ['POST', `${iam}/v1alpha2/namespaces/shop/members`, [{ username: 5 }], 'Member.username'],
    ['POST', `${iam}/v1alpha2/workspaces/demo/groupbindings`, [{ userName: 5 }], 'GroupMember.userName'],
    ['POST', `/kapis/resources.kubesphere.io/v1alpha2${shop}/router`, { type: 5 }, 'Router.type'],
    ['POST', `/kapis/alerting.kubesphere.io/v2alpha1${shop}/rules`, { name: 5 }, 'PostableAlertingRule.name'],
    ['POST', '/kapis/resources.kubesphere.io/v1alpha2/git/verify', { remoteUrl: 5 }, 'AuthInfo.remoteUrl'],
    [
      'POST',
      '/kapis/resources.kubesphere.io/v1alpha2/registry/verify',
      { username: 5 },
      'RegistryCredential.username',
    ],
  ],
  'v3.1': [['POST', `${iam}/v1alpha2/login`, { username: 5 }, 'LoginRequest.username']],
};

describe.each(['v3.1', 'v3.4', 'v4.1'] as const)(
  '%s refuses a body with a member of another type',
  (release) => {
    let ks: InProcessFake;
    let admin: Asker;
    beforeAll(async () => {
      ks = await startFakeKsApiserver({ release });
      admin = await as(ks, 'admin');
    });
    afterAll(() => ks.close());

    test.for(rows[release])(
      '%s %s %j',
      async ([method, path, body, field, found = 'number', wanted = 'string']) => {
        const { status, text } = await admin.send(method, path, body);
        expect([status, text]).toEqual([
          400,
          expect.stringContaining(
            `json: cannot unmarshal ${found} into Go struct field ${field} of type ${wanted}`,
          ),
        ]);
      },
    );
  },
);

test('a refused password leaves the account as it is', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('PUT', `${iam}/v1beta1/users/jeff/password`, { password: 5 });
  expect((await ks.login('jeff', 'P@88w0rd')).access_token).not.toBe('');
});

test.each([
  [1, 'number'],
  [true, 'bool'],
  [[1], 'array'],
  [{ a: 'b' }, 'object'],
])('a theme with %j is refused in the words of Go', async (value, name) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const theme = '/kapis/config.kubesphere.io/v1alpha2/configs/theme';
  const { status, text } = await admin.send('PUT', theme, { n: value });
  expect([status, text.trim()]).toEqual([400, `json: cannot unmarshal ${name} into Go value of type string`]);
  expect((await admin.send('PUT', theme, { n: null, m: 'x' })).status).toBe(200);
  expect((await admin.get(theme)).json).toEqual({ n: '', m: 'x' });
});
