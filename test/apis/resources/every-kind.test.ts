import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/index.js';
import { as } from '../../support/ask.js';

const releases = ['v3.0', 'v3.1', 'v3.3', 'v3.4', 'v4.1'] as const;
const root = '/kapis/resources.kubesphere.io/v1alpha3';

describe.each(releases)('%s', (release) => {
  test('lists every kind of the default world and reads its items the way it lists them', async () => {
    await using ks = await startFakeKsApiserver({ release });
    const admin = await as(ks, 'admin');
    const seen: string[] = [];
    for (const resource of ks.world.host.store.resources()) {
      const list = await admin.get(`${root}/${resource.plural}`);
      if (list.text === 'resource is not supported\n') continue;
      expect([resource.plural, list.status]).toEqual([resource.plural, 200]);
      const item = list.json.items[0];
      if (item === undefined) continue;
      seen.push(resource.plural);
      const { name, namespace } = item.metadata;
      const place = typeof namespace === 'string' ? `/namespaces/${namespace}` : '';
      const one = await admin.get(`${root}${place}/${resource.plural}/${name}`);
      expect([resource.plural, one.status]).toEqual([resource.plural, 200]);
      expect(Object.keys(one.json)).toEqual(Object.keys(item));
    }
    expect(seen).toEqual(expect.arrayContaining(['nodes', 'namespaces', 'pods', 'deployments', 'users']));
  });
});

describe('the older lists', () => {
  test.for(['v2.1', 'v3.0', 'v3.3', 'v3.4'] as const)(
    '%s pages through all pods',
    async (release, { expect }) => {
      await using ks = await startFakeKsApiserver({ release });
      const admin = await as(ks, 'admin');
      const path = '/kapis/resources.kubesphere.io/v1alpha2/pods?paging=limit=3,page=';
      const { total_count: total } = (await admin.get(`${path}1`)).json as unknown as { total_count: number };
      expect(total).toBe(ks.world.host.store.count({ group: '', plural: 'pods' }));
      const last = await admin.get(`${path}${String(Math.ceil(total / 3))}`);
      expect(last.json.items).toHaveLength(total % 3 === 0 ? 3 : total % 3);
    },
  );
});
