import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { call } from '../../support/call.js';

const categories = '/kapis/openpitrix.io/v1/categories';

test('the gateway of 2.1 opens the app store to read; who writes is somebody who may', async () => {
  await using ks = await startFakeKsApiserver({ release: 'v2.1' });
  const body = JSON.stringify({ name: 'tools' });
  const headers = { 'Content-Type': 'application/json' };
  expect((await call(ks.url, categories)).status).toBe(200);
  expect((await call(ks.url, categories, { method: 'POST', headers, body })).status).toBe(401);
  expect((await (await as(ks, 'outsider')).send('POST', categories, { name: 'tools' })).status).toBe(403);
  const made = await (await as(ks, 'admin')).send('POST', categories, { name: 'tools' });
  expect(made.status, made.text).toBe(200);
});
