import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const at = (version: string) => `/kapis/notification.kubesphere.io/${version}`;
const named = (name: string, spec: object = {}) => ({ metadata: { name }, spec });
const email = { email: { to: ['a@example.com'] } };

test.for([
  ['v3.1', 'v2beta1', 'receivers', 'global'],
  ['v3.3', 'v2beta1', 'configs', 'default'],
  ['v3.4', 'v2beta2', 'receivers', 'global'],
  ['v3.4', 'v2beta2', 'routers', 'global'],
  ['v3.4', 'v2beta2', 'silences', 'global'],
  ['v3.4', 'v2beta2', 'secrets', 'global'],
] as const)('%s %s: %s are made, listed, changed and deleted', async ([release, version, kind, type]) => {
  await using ks = await startFakeKsApiserver({ release });
  const admin = await as(ks, 'admin');
  const path = `${at(version)}/${kind}`;
  const made = await admin.send('POST', path, named('one'));
  expect([made.status, made.json.metadata.labels['type']]).toEqual([200, type]);
  expect(namesOf(await admin.get(`${path}?name=on`))).toEqual(['one']);
  expect(namesOf(await admin.get(`${path}?name=other`))).toEqual([]);
  expect(
    namesOf(await admin.get(`${at(version)}/users/admin/${kind === 'routers' ? 'configs' : kind}`)),
  ).toEqual([]);

  const { metadata } = (await admin.get(`${path}/one`)).json;
  const changed = { metadata: { ...metadata, annotations: { seen: 'yes' } } };
  expect((await admin.send('PUT', `${path}/one`, changed)).status).toBe(200);
  expect((await admin.get(`${path}/one`)).json.metadata.annotations['seen']).toBe('yes');

  expect((await admin.send('DELETE', `${path}/one`)).json).toEqual({ message: 'success' });
  expect((await admin.get(`${path}/one`)).status).toBe(404);
  expect(namesOf(await admin.get(path))).toEqual([]);
});

test('objects of a user are for that user alone', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const mine = `${at('v2beta2')}/users/admin/receivers`;
  const made = await admin.send('POST', mine, named('mine', email));
  expect(made.json.metadata.labels).toMatchObject({ type: 'tenant', user: 'admin' });
  expect(namesOf(await admin.get(mine))).toEqual(['mine']);
  expect(namesOf(await admin.get(`${at('v2beta2')}/receivers`))).toEqual([]);
  const global = await admin.get(`${at('v2beta2')}/receivers/mine`);
  expect([global.status, global.text]).toEqual([
    400,
    'Receiver.notification.kubesphere.io "" is forbidden: object is not a global object\n',
  ]);
  const other = await admin.send('DELETE', `${at('v2beta2')}/users/shop-viewer/receivers/mine`);
  expect(other.text).toBe(
    `Receiver.notification.kubesphere.io "" is forbidden: user 'shop-viewer' is not the owner of object\n`,
  );
});

test('one type of a receiver can be asked for, and patched', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  const path = `${at('v2beta2')}/receivers`;
  await admin.send('POST', path, named('both', { ...email, slack: { channels: ['x'] } }));
  await admin.send('POST', path, named('mail', email));
  const slack = await admin.get(`${path}?type=slack`);
  expect(slack.json.items.map(({ spec }) => spec)).toEqual([{ slack: { channels: ['x'] } }]);
  expect(slack.json['totalItems']).toBe(1);
  expect((await admin.get(`${path}/mail?type=slack`)).status).toBe(404);
  await admin.send('PATCH', `${path}/mail`, { spec: { slack: { channels: ['y'] } } });
  expect(namesOf(await admin.get(`${path}?type=slack`)).sort()).toEqual(['both', 'mail']);
});

test.for([
  ['GET', 'things', undefined, 400, 'unknown resource type things/'],
  ['GET', 'configs?type=pigeon', undefined, 400, 'unknown resource type configs/pigeon'],
  ['POST', 'things', {}, 400, 'unknown resource type things'],
  ['GET', 'configs/nope', undefined, 404, 'config.notification.kubesphere.io "nope" not found'],
  ['DELETE', 'secrets/nope', undefined, 404, 'secret "nope" not found'],
  [
    'PUT',
    'configs/one',
    named('two'),
    400,
    'incorrcet parameter, resource name is not equal to the name in body',
  ],
  [
    'GET',
    'users/admin/routers',
    undefined,
    400,
    'routers.notification.kubesphere.io "" is forbidden: tenant can not list routers',
  ],
  ['PATCH', 'configs/one', '[]', 404, 'config.notification.kubesphere.io "one" not found'],
] as const)('%s %s is refused', async ([method, path, body, status, text]) => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await (await as(ks, 'admin')).send(method, `${at('v2beta2')}/${path}`, body);
  expect([answer.status, answer.text]).toEqual([status, `${text}\n`]);
});

test('a name that is taken is a bad request', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const admin = await as(ks, 'admin');
  await admin.send('POST', `${at('v2beta2')}/configs`, named('one'));
  const answer = await admin.send('POST', `${at('v2beta2')}/configs`, named('one'));
  expect([answer.status, answer.text]).toEqual([
    400,
    'configs.notification.kubesphere.io "one" already exists\n',
  ]);
});

test.for([
  ['v3.3', '/configs/notification/verification', '', { Status: 400 }],
  [
    'v3.3',
    '/configs/notification/users/admin/verification',
    'other',
    { Status: 403, Message: 'Permission denied' },
  ],
  ['v3.4', '/verification', '', { Status: 400, Message: 'Cannot find Notification Manager endpoint' }],
  ['v3.4', '/users/admin/verification', 'other', { Status: 403 }],
] as const)('%s: a test by %s tells in its body what came of it', async ([release, path, user, expected]) => {
  await using ks = await startFakeKsApiserver({ release });
  const labels = user === '' ? {} : { type: 'tenant', user };
  const body = { config: {}, receiver: { metadata: { labels } } };
  const answer = await (await as(ks, 'admin')).send('POST', at('v2beta2') + path, body);
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject(expected);
});

test('a test whose receiver has labels that are no texts is a bad request', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const body = { receiver: { metadata: { labels: { type: 1 } } } };
  const answer = await (await as(ks, 'admin')).send('POST', `${at('v2beta2')}/verification`, body);
  expect(answer.status).toBe(400);
  expect(answer.text).toContain('json: cannot unmarshal number into Go struct field');
});
