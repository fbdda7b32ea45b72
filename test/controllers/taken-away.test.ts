import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, namesOf, type Body } from '../support/ask.js';

const core = '/api/v1/namespaces/default';
const work = '/api/v1/namespaces/work';
const slices = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

test.for(['serviceaccounts/default', 'configmaps/kube-root-ca.crt'])(
  '%s of a namespace is made again when somebody deletes it, but not while the namespace goes',
  async (path) => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const before = (await admin.get(`${core}/${path}`)).json.metadata['uid'];
    expect((await admin.send('DELETE', `${core}/${path}`)).status).toBe(200);
    const after = await admin.get(`${core}/${path}`);
    expect(after.status).toBe(200);
    expect(after.json.metadata['uid']).not.toBe(before);
    await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
    await admin.send('DELETE', '/api/v1/namespaces/work');
    expect((await admin.get(`/api/v1/namespaces/work/${path}`)).status).toBe(404);
  },
);

test('Endpoints and EndpointSlices of a Service are made again, and go with it', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const pod = {
    metadata: { name: 'db', labels: { app: 'db' } },
    spec: { containers: [{ name: 'a', image: 'a' }] },
  };
  await admin.send('POST', `${core}/pods`, pod);
  const spec = { selector: { app: 'db' }, ports: [{ port: 1 }] };
  await admin.send('POST', `${core}/services`, { metadata: { name: 'db' }, spec });
  const own = `${slices}?labelSelector=kubernetes.io/service-name%3Ddb`;
  const before = (await admin.get(`${core}/endpoints/db`)).json;
  const [slice] = (await admin.get(own)).json.items;
  expect(before['subsets']).toMatchObject([{ addresses: [{ targetRef: { name: 'db' } }] }]);
  await admin.send('DELETE', `${core}/endpoints/db`);
  await admin.send('DELETE', `${slices}/${slice?.metadata.name ?? ''}`);
  const after = (await admin.get(`${core}/endpoints/db`)).json;
  expect(after['subsets']).toEqual(before['subsets']);
  expect(after.metadata['uid']).not.toBe(before.metadata['uid']);
  const again = (await admin.get(own)).json.items;
  expect(again.map((one) => one['endpoints'])).toEqual([slice?.['endpoints']]);
  await admin.send('DELETE', `${core}/services/db`);
  expect([(await admin.get(`${core}/endpoints/db`)).status, namesOf(await admin.get(own))]).toEqual([
    404,
    [],
  ]);
});

test('a Secret for the token of a ServiceAccount is filled, is good, and goes with the account', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'work' } });
  const type = 'kubernetes.io/service-account-token';
  const make = async (name: string, account: string): Promise<Body> => {
    const annotations = { 'kubernetes.io/service-account.name': account };
    return (await admin.send('POST', `${work}/secrets`, { metadata: { name, annotations }, type })).json;
  };
  await make('orphan', 'nobody');
  expect((await admin.get(`${work}/secrets/orphan`)).status).toBe(404);
  const account = (await admin.send('POST', `${work}/serviceaccounts`, { metadata: { name: 'bot' } })).json;
  await make('bot-token', 'bot');
  const { json } = await admin.get(`${work}/secrets/bot-token`);
  expect(json.metadata.annotations).toEqual({
    'kubernetes.io/service-account.name': 'bot',
    'kubernetes.io/service-account.uid': account.metadata['uid'],
  });
  const data = json['data'] as Readonly<Record<string, string>>;
  const read = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString();
  const root = (await admin.get(`${work}/configmaps/kube-root-ca.crt`)).json;
  expect([read('namespace'), read('ca.crt')]).toEqual([
    'work',
    (root['data'] as Record<string, string>)['ca.crt'],
  ]);
  const [, claims = ''] = read('token').split('.');
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toEqual({
    iss: 'kubernetes/serviceaccount',
    'kubernetes.io/serviceaccount/namespace': 'work',
    'kubernetes.io/serviceaccount/secret.name': 'bot-token',
    'kubernetes.io/serviceaccount/service-account.name': 'bot',
    'kubernetes.io/serviceaccount/service-account.uid': account.metadata['uid'],
    sub: 'system:serviceaccount:work:bot',
  });
  const review = async (): Promise<unknown> => {
    const body = { spec: { token: read('token') } };
    return (await admin.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', body)).json['status'];
  };
  expect(await review()).toMatchObject({
    authenticated: true,
    user: { username: 'system:serviceaccount:work:bot', uid: account.metadata['uid'] },
  });
  // A key that is taken out comes back.
  await admin.send(
    'PATCH',
    `${work}/secrets/bot-token`,
    { data: { token: null } },
    'application/merge-patch+json',
  );
  expect((await admin.get(`${work}/secrets/bot-token`)).json['data']).toEqual(data);
  await admin.send('DELETE', `${work}/serviceaccounts/bot`);
  expect((await admin.get(`${work}/secrets/bot-token`)).status).toBe(404);
  expect(await review()).toEqual({
    user: {},
    error: '[invalid bearer token, service account token has been invalidated]',
  });
});
