import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, namesOf } from '../../support/ask.js';

const users = '/kapis/resources.kubesphere.io/v1alpha3/users?limit=100';

test.each(['v3.3', 'v3.4', 'v4.1'] as const)(
  '%s: users found by their bindings are not selected by labels',
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    for (const place of ['namespace=shop', 'workspace=demo', 'globalrole=platform-regular']) {
      const found = namesOf(await admin.get(`${users}&${place}`));
      expect(found).not.toEqual([]);
      expect(namesOf(await admin.get(`${users}&${place}&labelSelector=a%3Db`))).toEqual(found);
    }
    expect(namesOf(await admin.get(`${users}&labelSelector=a%3Db`))).toEqual([]);
  },
);
