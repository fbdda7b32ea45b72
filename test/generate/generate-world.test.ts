import { describe, expect, test } from 'vitest';
import { digArray, digObject, digString } from '../../src/core/json.js';
import { label, type KubeObject } from '../../src/core/kube-object.js';
import { parseQuantity } from '../../src/generate/quantity.js';
import type { World } from '../../src/state/world.js';
import { worldOf } from '../worlds/release-catalog.js';

const now = '2026-01-01T00:00:00Z';
const generate = { nodes: 40, namespaces: 25, pods: 120, users: 30 };

function dump(world: World): string {
  const { store } = world.host;
  const resources = store
    .resources()
    .sort((a, b) => (`${a.plural}.${a.group}` < `${b.plural}.${b.group}` ? -1 : 1));
  return JSON.stringify(resources.map((resource) => store.list(resource).map(({ object }) => object)));
}

function objects(world: World, group: string, plural: string): KubeObject[] {
  return world.host.store.list({ group, plural }).map(({ object }) => object);
}

test('the same seed makes the same bytes, another seed others', async () => {
  const seed = 20_260_101;
  const first = dump(await worldOf({ now, generate, seed }));
  expect(dump(await worldOf({ now, generate, seed })), `seed ${String(seed)}`).toBe(first);
  expect(dump(await worldOf({ now, generate, seed: seed + 1 })), `seed ${String(seed + 1)}`).not.toBe(first);
});

test('more of one kind leaves the others as they were', async () => {
  const few = await worldOf({ now, generate: { nodes: 3 } });
  const many = await worldOf({ now, generate: { nodes: 30 } });
  const base = await worldOf({ now });
  expect(many.host.store.count({ group: '', plural: 'nodes' })).toBe(35);
  expect(few.host.store.count({ group: '', plural: 'pods' })).toBe(
    base.host.store.count({ group: '', plural: 'pods' }),
  );
});

test.for(['v2.1', 'v3.0', 'v3.4', 'v4.1'] as const)(
  '%s gets exactly as many as were asked for',
  async (release) => {
    const [base, world] = [await worldOf({ release, now }), await worldOf({ release, now, generate })];
    const added = (group: string, plural: string): number =>
      objects(world, group, plural).length - objects(base, group, plural).length;
    expect(added('', 'nodes')).toBe(40);
    expect(added('', 'namespaces')).toBe(25);
    expect(added('', 'pods')).toBe(120);
    expect(added('iam.kubesphere.io', 'users')).toBe(release === 'v2.1' ? 0 : 30);
    expect(world.passwords.size - base.passwords.size).toBe(30);
    for (const { object } of base.host.store.list({ group: '', plural: 'pods' })) {
      const { namespace, name } = object.metadata;
      expect(world.host.store.get({ group: '', plural: 'pods' }, namespace, name).object, name).toStrictEqual(
        object,
      );
    }
  },
);

describe('generated objects', () => {
  test('agree with each other', async () => {
    const world = await worldOf({ now, generate });
    const { store } = world.host;
    const cpu = new Map<string, number>();
    const addresses = new Set<string>();
    for (const pod of objects(world, '', 'pods')) {
      const place = pod.metadata.namespace ?? '';
      const namespace = store.get({ group: '', plural: 'namespaces' }, undefined, place).object;
      const workspace = label(namespace, 'kubesphere.io/workspace');
      if (workspace !== undefined)
        store.get({ group: 'tenant.kubesphere.io', plural: 'workspaces' }, undefined, workspace);
      const nodeName = digString(pod, 'spec', 'nodeName');
      store.get({ group: '', plural: 'nodes' }, undefined, nodeName);
      if (digString(pod, 'status', 'phase') === 'Succeeded') continue;
      for (const container of digArray(pod, 'spec', 'containers')) {
        const requested = parseQuantity(digString(container, 'resources', 'requests', 'cpu'));
        cpu.set(nodeName, (cpu.get(nodeName) ?? 0) + requested);
      }
      if (digObject(pod, 'spec')['hostNetwork'] === true) continue;
      const address = digString(pod, 'status', 'podIP');
      expect(addresses.has(address), address).toBe(false);
      addresses.add(address);
    }
    for (const [name, used] of cpu) {
      const node = store.get({ group: '', plural: 'nodes' }, undefined, name).object;
      expect(used, name).toBeLessThanOrEqual(parseQuantity(digString(node, 'status', 'allocatable', 'cpu')));
    }
  });

  test('are bound to roles that exist', async () => {
    const world = await worldOf({ now, generate });
    const { store } = world.host;
    for (const [kind, roles] of [
      ['globalrolebindings', 'globalroles'],
      ['workspacerolebindings', 'workspaceroles'],
    ] as const) {
      for (const binding of objects(world, 'iam.kubesphere.io', kind)) {
        const role = digString(binding, 'roleRef', 'name');
        expect(
          store.find({ group: 'iam.kubesphere.io', plural: roles }, undefined, role),
          role,
        ).toBeDefined();
      }
    }
  });

  test('give every project its three roles', async () => {
    const world = await worldOf({ now, generate: { namespaces: 3 } });
    const base = await worldOf({ now });
    const known = new Set(objects(base, '', 'namespaces').map(({ metadata }) => metadata.name));
    for (const { metadata } of objects(world, '', 'namespaces')) {
      if (known.has(metadata.name)) continue;
      const roles = world.host.store.list({ group: 'iam.kubesphere.io', plural: 'roles' }, metadata.name);
      expect(roles.map(({ object }) => object.metadata.name)).toEqual(['admin', 'operator', 'viewer']);
    }
  });

  test('pods that fit nowhere wait, and say why', async () => {
    const world = await worldOf({ now, world: 'empty', generate: { nodes: 1, pods: 150 } });
    const waiting = objects(world, '', 'pods').filter(
      (pod) => digString(pod, 'status', 'phase') === 'Pending',
    );
    expect(waiting.length).toBeGreaterThanOrEqual(40);
    const [condition] = digArray(waiting[0], 'status', 'conditions');
    expect(condition).toMatchObject({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' });
  });
});
