import { expect, test } from 'vitest';
import { digArray, digString } from '../../src/core/json.js';
import type { World } from '../../src/state/world.js';
import { worldOf } from '../worlds/release-catalog.js';

const nodes = { group: '', plural: 'nodes' };
const minute = 60_000;
const now = '2026-01-01T00:00:00Z';

function heartbeats({ host }: World): Map<string, string> {
  return new Map(
    host.store
      .list(nodes)
      .map(({ object }) => [
        object.metadata.name,
        digString(digArray(object, 'status', 'conditions').at(-1), 'lastHeartbeatTime'),
      ]),
  );
}

test('nodes of the default world have reported within the last five minutes', async () => {
  const world = await worldOf({ now });
  for (const [name, beat] of heartbeats(world)) {
    const age = Date.parse(now) - Date.parse(beat);
    expect(age >= 0 && age < 5 * minute, `${name} reported at ${beat}`).toBe(true);
  }
});

test('every node reports again after five minutes, as a change others can watch', async () => {
  const world = await worldOf({ now });
  const before = heartbeats(world);
  const version = world.host.store.version;
  world.clock.advance(5 * minute);
  for (const [name, beat] of heartbeats(world)) {
    expect(Date.parse(beat) - Date.parse(before.get(name) ?? ''), name).toBe(5 * minute);
  }
  const changed = world.host.store.changesSince(version)?.map(({ stored }) => stored.object.metadata.name);
  expect(changed?.sort()).toEqual([...before.keys()]);
});

test('no node changes in the first half minute, so that a test sees what the guide prints', async () => {
  const world = await worldOf({ now });
  const version = world.host.store.version;
  world.clock.advance(29_000);
  expect(world.host.store.version).toBe(version);
});

test('a deleted node stays deleted', async () => {
  const world = await worldOf({ now });
  world.host.store.remove(nodes, undefined, 'node1');
  world.clock.advance(60 * minute);
  expect([...heartbeats(world).keys()]).toEqual(['master', 'node2', 'node3', 'node4']);
});

test('a fork made later catches up without the other noticing', async () => {
  const world = await worldOf({ now });
  const before = heartbeats(world);
  const fork = world.fork();
  fork.clock.advance(10 * minute);
  expect(heartbeats(world)).toEqual(before);
  expect(heartbeats(fork)).not.toEqual(before);
});

test('a thousand nodes at most report in one go; the rest follows with the next request', async () => {
  const world = await worldOf({ now, generate: { nodes: 1500 } });
  world.clock.advance(60 * minute);
  const late = (): number =>
    [...heartbeats(world).values()].filter((beat) => beat < '2026-01-01T00:55:00Z').length;
  const lost = [...heartbeats(world).values()].filter((beat) => beat < '2025').length;
  expect(late()).toBeGreaterThan(lost);
  world.clock.advance(2);
  expect(late()).toBe(lost);
});
