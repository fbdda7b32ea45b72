import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/index.js';

const outputs = '/kapis/application.kubesphere.io/v2/workspaces/demo/repos/main';
const rule = '/kapis/alerting.kubesphere.io/v2alpha1/namespaces/demo/rules/cpu';

async function ask(
  ks: { url: string; token(): Promise<string> },
  path: string,
  method = 'GET',
): Promise<Response> {
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  return fetch(ks.url + path, { method, headers });
}

test('answers the same bytes to the same request, on every server of the same seed', async () => {
  await using first = await startFakeKsApiserver({ release: 'v3.4' });
  await using second = await startFakeKsApiserver({ release: 'v3.4' });
  await using other = await startFakeKsApiserver({ release: 'v3.4', seed: 7 });
  const text = await (await ask(first, rule)).text();
  expect(await (await ask(first, rule)).text()).toBe(text);
  expect(await (await ask(second, rule)).text()).toBe(text);
  expect(await (await ask(other, rule)).text()).not.toBe(text);
});

test('marks what it made up, in a header and in the journal', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await ask(ks, rule);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('X-Fake-Ks-Generated')).toBe('true');
  expect((await ks.journal.entries()).at(-1)?.notes).toEqual([
    'generated from the published schema: nothing behind it is stored',
  ]);
});

test('puts the names of the path into the object', async () => {
  await using ks = await startFakeKsApiserver();
  const { metadata } = (await (await ask(ks, outputs)).json()) as {
    metadata: { name: string; labels: Record<string, string> };
  };
  expect(metadata.name).toBe('main');
  expect(metadata.labels['kubesphere.io/workspace']).toBe('demo');
});

test('counts the items of a list', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await ask(ks, '/kapis/alerting.kubesphere.io/v2alpha1/rules');
  const { items, total } = (await answer.json()) as { items: unknown[]; total: number };
  expect([answer.status, items.length]).toEqual([200, total]);
});

test('refuses a method that no document names as the router does', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v3.4' });
  const answer = await ask(ks, rule, 'PATCH');
  expect([answer.status, await answer.text()]).toEqual([405, '405: Method Not Allowed']);
  expect(answer.headers.get('Allow')).not.toBe('');
});
