import { expect, test } from 'vitest';
import { users } from '../../src/auth/find-user.js';
import { checkPassword, hashPassword } from '../../src/auth/passwords.js';
import type { KubeObject } from '../../src/core/kube-object.js';
import { password, Stage } from './stage.js';

const hash = '$2a$04$VvVvVvVvVvVvVvVvVvVvVuqN3QyBS4gS.IOBdYwYg1cRoVlhHGjN2';

function user(name: string, stored: string): KubeObject {
  return {
    kind: 'User',
    apiVersion: 'iam.kubesphere.io/v1beta1',
    metadata: { name },
    spec: { password: stored },
  };
}

test('a password fits the hash it was made of, and no other does', async () => {
  await using stage = await Stage.of('v4.1');
  const { world } = stage.ks;
  const made = hashPassword(world, 'Secret-1');
  expect(made).toMatch(/^\$2a\$04\$[./A-Za-z0-9]{53}$/);
  expect(await checkPassword(world, user('x', made), 'Secret-1')).toBe(true);
  expect(await checkPassword(world, user('x', made), 'Secret-2')).toBe(false);
});

test('a hash made elsewhere is understood', async () => {
  await using stage = await Stage.of('v4.1');
  const foreign = user('x', hash);
  expect(await checkPassword(stage.ks.world, foreign, 'correctbatteryhorsestapler')).toBe(true);
  expect(await checkPassword(stage.ks.world, foreign, 'other')).toBe(false);
});

test.for(['', 'Plain-123', '$2a$xx'])('a stored password of "%s" fits nothing', async (stored) => {
  await using stage = await Stage.of('v4.1');
  expect(await checkPassword(stage.ks.world, user('x', stored), stored)).toBe(false);
});

test('the same seed gives the same hash', async () => {
  await using stage = await Stage.of('v4.1');
  expect(hashPassword(stage.ks.world.fork(), 'x')).toBe(hashPassword(stage.ks.world.fork(), 'x'));
});

test('a new password takes the place of the old ones', async () => {
  await using stage = await Stage.of('v4.1');
  const { world } = stage.ks;
  const { object } = world.host.store.get(users, undefined, 'alice');
  const next = { ...(object['spec'] as object), password: hashPassword(world, 'Another-1') };
  world.host.store.update(users, { ...object, spec: next });
  expect((await stage.logIn('alice', password)).status).toBe(400);
  expect((await stage.logIn('alice', 'Another-1')).status).toBe(200);
});

test('a user made again has none of the passwords of the one before', async () => {
  await using stage = await Stage.of('v4.1');
  const { world } = stage.ks;
  const { object } = world.host.store.get(users, undefined, 'alice');
  world.host.store.remove(users, undefined, 'alice');
  world.host.store.create(users, { ...object, spec: { email: '' }, status: { state: 'Active' } });
  expect((await stage.logIn('alice', password)).status).toBe(400);
});
