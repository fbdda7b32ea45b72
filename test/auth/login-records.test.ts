import { expect, test } from 'vitest';
import { loginRecords } from '../../src/auth/login-records.js';
import type { JsonObject } from '../../src/core/json.js';
import { releaseOf } from './forms.js';
import { basic, password, Stage } from './stage.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };
const plain = '/kapis/config.kubesphere.io/v1alpha2/configs/oauth';

function recordsOf(stage: Stage): readonly JsonObject[] {
  return stage.ks.world.host.store.list(loginRecords).map(({ object }) => object);
}

function spec(record: JsonObject | undefined): JsonObject {
  return record?.['spec'] as JsonObject;
}

function statusOf(stage: Stage): JsonObject {
  return stage.ks.world.host.store.get(users, undefined, 'alice').object['status'] as JsonObject;
}

async function failTimes(stage: Stage, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) await stage.logIn('alice', 'wrong');
}

test('a login leaves a record and the time of it', async () => {
  await using stage = await Stage.of('v4.1');
  await stage.token(
    {
      grant_type: 'password',
      username: 'alice',
      password,
      client_id: 'kubesphere',
      client_secret: 'kubesphere',
    },
    { 'User-Agent': 'probe', 'X-Real-Ip': '10.0.0.1' },
  );
  const [record] = recordsOf(stage);
  expect(record).toMatchObject({
    apiVersion: 'iam.kubesphere.io/v1beta1',
    kind: 'LoginRecord',
    metadata: { generateName: 'alice-', labels: { 'iam.kubesphere.io/user-ref': 'alice' } },
  });
  expect((record?.['metadata'] as { name: string }).name).toMatch(/^alice-[a-z0-9]{5}$/);
  expect(JSON.stringify(spec(record))).toBe(
    '{"type":"Token","provider":"","sourceIP":"10.0.0.1","userAgent":"probe","success":true,"reason":"authenticated successfully"}',
  );
  expect(statusOf(stage)['lastLoginTime']).toBe('2024-07-18T17:36:06Z');
});

const from30 = ['3.0', '3.1', '3.3', '3.4', '4.1'] as const;

test.for(from30)('which logins leave a record in %s', async (release) => {
  await using stage = await Stage.of(releaseOf(release));
  const left = async (ask: () => Promise<unknown>): Promise<string> => {
    const before = new Set(recordsOf(stage));
    await ask();
    const added = recordsOf(stage).filter((record) => !before.has(record));
    return added
      .map(
        (record) =>
          `${spec(record)['type'] as string} ${spec(record)['success'] === true ? 'true' : 'false'}`,
      )
      .join();
  };
  const kind = release === '3.4' || release === '4.1' ? 'Password' : 'Basic';
  expect([
    await left(() => stage.logIn('alice', password)),
    await left(() => stage.logIn('alice', 'wrong')),
    await left(() => stage.logIn('nobody', 'wrong')),
    await left(() => stage.logIn('dora', 'wrong')),
    await left(() => stage.logIn('rita', 'wrong')),
    await left(() => stage.refresh(stage.mint({ type: 'refresh_token' }))),
    await left(() => stage.as(basic('alice', 'wrong'))),
    await left(() => stage.as(basic('alice', password), plain)),
    await left(() => stage.as(basic('alice', password), '/oauth/authorize')),
  ]).toEqual([
    'Token true',
    'Token false',
    release === '3.0' ? 'Token false' : '',
    '',
    '',
    '',
    `${kind} false`,
    '',
    release === '3.0' ? 'Basic true' : '',
  ]);
});

test.for([
  ['3.1', {}, '127.0.0.1'],
  ['3.1', { 'X-Client-Ip': '1.1.1.1', 'X-Forwarded-For': '3.3.3.3, 4.4.4.4' }, '3.3.3.3, 4.4.4.4'],
  ['4.1', { 'X-Client-Ip': '1.1.1.1', 'X-Real-Ip': '2.2.2.2', 'X-Forwarded-For': '3.3.3.3' }, '1.1.1.1'],
  ['4.1', { 'X-Real-Ip': '2.2.2.2', 'X-Forwarded-For': '3.3.3.3' }, '2.2.2.2'],
] as const)('%s takes the address from %o: %s', async ([release, headers, address]) => {
  await using stage = await Stage.of(releaseOf(release));
  await stage.token(
    {
      grant_type: 'password',
      username: 'alice',
      password,
      client_id: 'kubesphere',
      client_secret: 'kubesphere',
    },
    headers,
  );
  expect(spec(recordsOf(stage)[0])['sourceIP']).toBe(address);
});

test.for(from30)('too many failures suspend logins for a while (%s)', async (release) => {
  await using stage = await Stage.of(releaseOf(release), { rateLimit: { maxTries: 3, duration: '5m' } });
  await failTimes(stage, 2);
  expect((await stage.logIn('alice', password)).status).toBe(200);
  await failTimes(stage, 1);
  expect(statusOf(stage)).toEqual({
    state: 'AuthLimitExceeded',
    reason: 'Failed login attempts exceed 3 in last 5m0s',
    lastTransitionTime: '2024-07-18T17:36:06Z',
  });
  expect((await stage.logIn('alice', password)).status).toBe(429);
  await stage.ks.clock.advance('4m59s');
  expect((await stage.logIn('alice', password)).status).toBe(429);
  await stage.ks.clock.advance('2s');
  expect((await stage.logIn('alice', password)).status).toBe(200);
  expect(statusOf(stage)['state']).toBe('Active');
});

test('failures long ago do not count', async () => {
  await using stage = await Stage.of('v4.1', { rateLimit: { maxTries: 3, duration: '5m' } });
  await failTimes(stage, 2);
  await stage.ks.clock.advance('6m');
  await failTimes(stage, 2);
  expect(statusOf(stage)['state']).toBe('Active');
});

test('a suspended user is released in a fork and after a reset too', async () => {
  await using stage = await Stage.of('v4.1', { rateLimit: { maxTries: 1, duration: '5m' } });
  await failTimes(stage, 1);
  const fork = stage.ks.world.fork();
  fork.clock.advance(300_000);
  const status = fork.host.store.get(users, undefined, 'alice').object['status'];
  expect(status).toEqual({ state: 'Active', lastTransitionTime: '2024-07-18T17:41:06Z' });
  await stage.ks.reset();
  expect((await stage.logIn('alice', password)).status).toBe(200);
});

test('a user keeps at most as many records as configured, the latest', async () => {
  await using stage = await Stage.of('v4.1');
  stage.ks.world.settings = {
    ...stage.ks.world.settings,
    loginHistory: { retention: 3_600_000, maximumEntries: 3 },
  };
  for (let login = 0; login < 5; login += 1) {
    await stage.ks.clock.advance('1s');
    await stage.logIn('alice', password);
  }
  const times = recordsOf(stage).map(
    (record) => (record['metadata'] as { creationTimestamp: string }).creationTimestamp,
  );
  expect(times.sort()).toEqual(['2024-07-18T17:36:09Z', '2024-07-18T17:36:10Z', '2024-07-18T17:36:11Z']);
});

test('records go when their time is over', async () => {
  await using stage = await Stage.of('v4.1');
  await stage.logIn('alice', password);
  await stage.ks.clock.advance('167h');
  expect(recordsOf(stage)).toHaveLength(1);
  await stage.ks.clock.advance('1h1s');
  expect(recordsOf(stage)).toHaveLength(0);
});

test('the limit of 2.1 counts under the uid, so an e-mail address never trips it', async () => {
  await using stage = await Stage.of('v2.1');
  for (let times = 0; times < 7; times += 1) await stage.logIn('alice@example.com', 'wrong');
  expect((await stage.logIn('alice@example.com', password)).status).toBe(200);
  expect((await stage.logIn('alice', password)).status).toBe(429);
  await stage.ks.clock.advance('31m');
  expect((await stage.logIn('alice', password)).status).toBe(200);
});

test('2.1 keeps the latest ten logins', async () => {
  await using stage = await Stage.of('v2.1');
  for (let times = 0; times < 12; times += 1) await stage.logIn('alice', password);
  const answer = await stage.as(
    `Bearer ${stage.mint({ user: 'admin' })}`,
    '/kapis/iam.kubesphere.io/v1alpha2/users/alice/logs',
  );
  const log = JSON.parse(answer.body) as unknown[];
  expect([log.length, log[0]]).toEqual([10, { login_ip: '127.0.0.1', login_time: '2024-07-18T17:36:06Z' }]);
});
