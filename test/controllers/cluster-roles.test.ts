import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Asker } from '../support/ask.js';

const roles = '/apis/rbac.authorization.k8s.io/v1/clusterroles';
const merge = 'application/merge-patch+json';
const rule = (resource: string): object => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });

async function make(admin: Asker, name: string, body: object, labels: object = {}): Promise<void> {
  const answer = await admin.send('POST', roles, { metadata: { name, labels }, ...body });
  expect(answer.status, answer.text).toBe(201);
}

async function rulesOf(admin: Asker, name: string): Promise<unknown> {
  return (await admin.get(`${roles}/${name}`)).json['rules'];
}

test('a ClusterRole put together from others has their rules, once each, and follows them', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const clusterRoleSelectors = [{ matchLabels: { to: 'a' } }, { matchLabels: { to: 'b' } }];
  await make(admin, 'b-part', { rules: [rule('pods'), rule('secrets')] }, { to: 'a' });
  await make(
    admin,
    'all',
    { aggregationRule: { clusterRoleSelectors }, rules: [rule('nodes')] },
    { to: 'a' },
  );
  expect(await rulesOf(admin, 'all')).toEqual([rule('pods'), rule('secrets')]);
  await make(admin, 'a-part', { rules: [rule('services')] }, { to: 'a' });
  await make(admin, 'c-part', { rules: [rule('pods'), rule('events')] }, { to: 'b' });
  expect(await rulesOf(admin, 'all')).toEqual(['services', 'pods', 'secrets', 'events'].map(rule));
  await admin.send('PATCH', `${roles}/c-part`, { metadata: { labels: { to: 'none' } } }, merge);
  await admin.send('PATCH', `${roles}/b-part`, { rules: [rule('secrets')] }, merge);
  expect(await rulesOf(admin, 'all')).toEqual(['services', 'secrets'].map(rule));
  await admin.send('DELETE', `${roles}/a-part`);
  expect(await rulesOf(admin, 'all')).toEqual([rule('secrets')]);
  // What somebody writes into it does not stay.
  await admin.send('PATCH', `${roles}/all`, { rules: [rule('nodes')] }, merge);
  expect(await rulesOf(admin, 'all')).toEqual([rule('secrets')]);
});

test('one put together from such ones follows them, too', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await make(
    admin,
    'inner',
    { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'b' } }] } },
    { to: 'a' },
  );
  await make(admin, 'outer', { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'a' } }] } });
  await make(admin, 'part', { rules: [rule('pods')] }, { to: 'b' });
  expect(await rulesOf(admin, 'outer')).toEqual([rule('pods')]);
});
