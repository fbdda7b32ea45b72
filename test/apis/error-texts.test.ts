import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mintToken } from '../../src/auth/mint-token.js';
import type { ReleaseName } from '../../src/core/release.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const now = '2024-06-01T00:00:00Z';
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const iam = '/kapis/iam.kubesphere.io/v1beta1';
const configs = '/kapis/config.kubesphere.io/v1alpha2/platformconfigs';
const platformConfig = {
  kind: 'GenericPlatformConfiguration',
  apiVersion: 'config.kubesphere.io/v1alpha2',
  metadata: { name: 'a' },
};
const errStatus = (message: string, reason: string, code: number): string =>
  JSON.stringify({ ErrStatus: { metadata: {}, status: 'Failure', message, reason, code } }, null, 2);

/** A world with a cluster that is not ready, a user who may only look, and a role that lets everybody call our paths. */
async function stageOf(release: ReleaseName): Promise<InProcessFake> {
  const ks = await startFakeKsApiserver({
    release,
    now,
    world: 'empty',
    users: [{ name: 'jo', password: 'P@ssw0rd' }],
  });
  const { store } = ks.world.host;
  const version = release === 'v4.1' ? 'v1beta1' : 'v1alpha2';
  const apiVersion = `iam.kubesphere.io/${version}`;
  store.load(clusters, {
    apiVersion: 'cluster.kubesphere.io/v1alpha1',
    kind: 'Cluster',
    metadata: { name: 'broken' },
    spec: {},
  });
  store.load(
    { group: 'iam.kubesphere.io', plural: 'globalroles' },
    {
      apiVersion,
      kind: 'GlobalRole',
      metadata: { name: 'caller' },
      rules: [{ apiGroups: ['iam.kubesphere.io', 'tenant.kubesphere.io'], resources: ['*'], verbs: ['*'] }],
    },
  );
  const subjects = ['jo', 'system:pre-registration', 'system:nobody'].map((name) => ({ kind: 'User', name }));
  store.load(
    { group: 'iam.kubesphere.io', plural: 'globalrolebindings' },
    {
      apiVersion,
      kind: 'GlobalRoleBinding',
      metadata: { name: 'callers' },
      roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'GlobalRole', name: 'caller' },
      subjects,
    },
  );
  return ks;
}

interface Row {
  readonly what: string;
  /** Default `admin`. */
  readonly user?: string;
  /** Claims of a user who signs up. */
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly call: readonly [method: string, path: string, body?: unknown];
  readonly status: number;
  readonly text: string;
}

const user = (name: string): object => ({ metadata: { name }, spec: { email: `${name}@x.example` } });

const rows: Readonly<Partial<Record<ReleaseName, readonly Row[]>>> = {
  'v4.1': [
    {
      what: 'an object where a list is wanted',
      call: ['POST', `${iam}/clustermembers`, {}],
      status: 400,
      text: 'json: cannot unmarshal object into Go value of type []v1beta1.Member\n',
    },
    {
      what: 'a path that names a verb and nothing after it',
      call: ['GET', `${iam}/watch`],
      status: 500,
      text: `Internal Server Error: "${iam}/watch": failed to crate RequestInfo: unable to determine kind and namespace from url: ${iam}/watch\n`,
    },
    {
      what: 'a user under another name',
      call: ['PUT', `${iam}/users/b`, user('a')],
      status: 400,
      text: 'the name of the object (a) does not match the name on the URL (b)\n',
    },
    {
      what: 'the templates of somebody else',
      user: 'jo',
      call: ['GET', `${iam}/users/admin/roletemplates?scope=global`],
      status: 403,
      text: 'users.iam.kubesphere.io "admin" is forbidden: not allow to get users\n',
    },
    {
      what: 'clusters for a caller who is no user',
      user: 'system:pre-registration',
      call: ['GET', '/kapis/tenant.kubesphere.io/v1beta1/clusters'],
      status: 500,
      text: 'failed to describe user: User.iam.kubesphere.io "system:pre-registration" not found\n',
    },
    {
      what: 'a registration without an identity',
      user: 'system:pre-registration',
      extra: { idp: ['github'] },
      call: ['POST', `${iam}/users`, user('newcomer')],
      status: 400,
      text: 'invalid registration token\n',
    },
    {
      what: 'a platform configuration of another kind',
      call: ['POST', configs, { ...platformConfig, kind: 'Other' }],
      status: 400,
      text: 'invalid kind: Other\n',
    },
    {
      what: 'a platform configuration of another version',
      call: ['POST', configs, { ...platformConfig, apiVersion: 'v1' }],
      status: 400,
      text: 'invalid apiVersion: v1\n',
    },
    {
      what: 'a platform configuration with a name that is none',
      call: ['POST', configs, { ...platformConfig, metadata: { name: 'A_b' } }],
      status: 400,
      text: 'invalid config name: A_b\n',
    },
    {
      what: 'a platform configuration that is not there',
      call: ['GET', `${configs}/nope`],
      status: 404,
      text: 'platform config nope not found\n',
    },
    {
      what: 'an unknown cluster',
      call: ['GET', '/kapis/clusters/nope/resources.kubesphere.io/v1alpha3/nodes'],
      status: 400,
      text: errStatus('cluster nope not exists', 'BadRequest', 400),
    },
    {
      what: 'a cluster that is not ready',
      call: ['GET', '/clusters/broken/kapis/resources.kubesphere.io/v1alpha3/nodes'],
      status: 503,
      text: errStatus('cluster broken is not ready', 'ServiceUnavailable', 503),
    },
  ],
  'v3.4': [
    {
      what: 'a cluster that is not ready',
      call: ['GET', '/kapis/clusters/broken/resources.kubesphere.io/v1alpha3/nodes'],
      status: 500,
      text: 'Internal Server Error: "/kapis/clusters/broken/resources.kubesphere.io/v1alpha3/nodes": cluster broken is not ready\n',
    },
    {
      what: 'a user under another name',
      call: ['PUT', '/kapis/iam.kubesphere.io/v1alpha2/users/b', user('a')],
      status: 400,
      text: 'the name of the object (a) does not match the name on the URL (b)\n',
    },
  ],
  'v3.3': [
    {
      what: 'an unknown cluster',
      call: ['GET', '/kapis/clusters/nope/resources.kubesphere.io/v1alpha3/nodes'],
      status: 404,
      text: 'cluster nope not found\n',
    },
    {
      what: 'a cluster that is not ready',
      call: ['GET', '/kapis/clusters/broken/resources.kubesphere.io/v1alpha3/nodes'],
      status: 400,
      text: 'cluster broken is not ready\n',
    },
  ],
  'v3.0': [
    {
      what: 'an unknown cluster',
      call: ['GET', '/kapis/clusters/nope/resources.kubesphere.io/v1alpha3/nodes'],
      status: 404,
      text: 'cluster nope not found\n',
    },
    {
      what: 'a cluster that is not ready',
      call: ['GET', '/kapis/clusters/broken/resources.kubesphere.io/v1alpha3/nodes'],
      status: 500,
      text: 'Internal Server Error: "/kapis/clusters/broken/resources.kubesphere.io/v1alpha3/nodes": cluster broken is not ready\n',
    },
    {
      what: 'clusters for a caller who is no user any more',
      user: 'system:nobody',
      call: ['GET', '/kapis/tenant.kubesphere.io/v1alpha2/clusters'],
      status: 500,
      text: 'failed to describe user: user.iam.kubesphere.io "system:nobody" not found\n',
    },
  ],
};

describe.each(Object.keys(rows) as ReleaseName[])('%s refuses', (release) => {
  let ks: InProcessFake;
  beforeAll(async () => {
    ks = await stageOf(release);
  });
  afterAll(async () => {
    await ks.close();
  });

  test.for((rows[release] ?? []).map((row) => [row.what, row] as const))('%s', async ([, row]) => {
    const { user: caller = 'admin', extra, call, status, text } = row;
    const [method, path, body] = call;
    const token = mintToken(ks.world, { user: caller, ...(extra && { extra }) });
    const response = await fetch(ks.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    expect([response.status, await response.text()]).toEqual([status, text]);
  });
});

describe('a user who signs up', () => {
  test.for([
    ['v4.1', 'v1beta1', { annotations: { 'iam.kubesphere.io/identity-provider.github': '42' } }],
    [
      'v3.4',
      'v1alpha2',
      { labels: { 'iam.kubesphere.io/identify-provider': 'github', 'iam.kubesphere.io/origin-uid': '42' } },
    ],
  ] as const)(
    'keeps the identity of the provider in %s, and is logged in by a refresh',
    async ([release, version, kept]) => {
      await using ks = await stageOf(release);
      const extra = { idp: ['github'], uid: ['42'] };
      const spec = { user: 'system:pre-registration', extra };
      const refresh = async (): Promise<readonly [number, string]> => {
        const token = mintToken(ks.world, { ...spec, type: 'refresh_token' });
        const body = new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token: token,
          client_id: 'kubesphere',
          client_secret: 'kubesphere',
        });
        const response = await fetch(`${ks.url}/oauth/token`, { method: 'POST', body });
        return [response.status, await response.text()];
      };
      const text =
        release === 'v4.1' ? 'Authenticated user does not exist.' : 'authenticated user does not exist';
      expect(await refresh()).toEqual([
        400,
        JSON.stringify({ error: 'invalid_grant', error_description: text }, null, 1),
      ]);
      const created = await fetch(`${ks.url}/kapis/iam.kubesphere.io/${version}/users`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${mintToken(ks.world, spec)}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(user('newcomer')),
      });
      expect(created.status).toBe(200);
      const admin = await as(ks, 'admin');
      const { json } = await admin.get(`/apis/iam.kubesphere.io/${version}/users/newcomer`);
      expect(json.metadata).toMatchObject(kept);
      expect((await refresh())[0]).toBe(200);
    },
  );
});
