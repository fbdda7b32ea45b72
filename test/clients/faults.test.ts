import { request, type IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';

const path = '/api/v1/namespaces/default/configmaps';

test('1,000 watchers of one resource all get 1,000 events', { timeout: 400_000 }, async () => {
  const [watchers, events] = [1000, 1000];
  await using ks = await startFakeKsApiserver();
  const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
  const version = String(ks.world.host.store.version);
  const counts = new Array<number>(watchers).fill(0);
  const watching: IncomingMessage[] = [];
  await Promise.all(
    counts.map(
      (_, number) =>
        new Promise<void>((resolve, reject) => {
          const asked = request(
            `${ks.url}${path}?watch=true&resourceVersion=${version}`,
            { headers, agent: false },
            (response) => {
              watching.push(response);
              response.on('error', () => undefined);
              response.on('data', (chunk: Buffer) => {
                for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) {
                  counts[number] = (counts[number] ?? 0) + 1;
                }
              });
              resolve();
            },
          );
          asked.on('error', reject);
          asked.end();
        }),
    ),
  );
  expect(ks.world.host.store.watchers).toBeGreaterThanOrEqual(watchers);
  for (let number = 0; number < events; number += 1) {
    const body = JSON.stringify({ metadata: { name: `event-${String(number)}` } });
    const answer = await fetch(`${ks.url}${path}`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    await answer.arrayBuffer();
  }
  await expect.poll(() => counts.filter((count) => count !== events).length, { timeout: 200_000 }).toBe(0);
  for (const response of watching) response.destroy();
});
