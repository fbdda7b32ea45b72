import { randomUUID } from 'node:crypto';
import { expect, test as base, type TestAPI } from 'vitest';
import type { Options } from './core/options.js';
import { connectFakeKsApiserver } from './kit/connect.js';
import type { FakeKsApiserver } from './kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from './kit/start.js';

/** What {@link test} adds to a test. */
export interface FakeFixtures {
  /** Options of the fakes in this file or `describe`: `test.override({ ksOptions: { release: 'v3.3' } })`. */
  ksOptions: Options;
  /** A fake of the test's own, fresh when the test starts. */
  ks: FakeKsApiserver;
}

/**
 * vitest's `test` with a fixture `ks`: a fake KubeSphere API server that no other test shares.
 *
 * Each test has a server of its own in this process; with the environment variable `FAKE_KS_URL` each has a space of
 * the server running there instead. A test fails when the fake hit a bug of its own meanwhile.
 *
 * @example
 * import { expect } from 'vitest';
 * import { test } from 'fake-ks-apiserver/vitest';
 *
 * test('lists nodes', async ({ ks }) => expect((await ks.login()).token_type).toBe('Bearer'));
 */
export const test: TestAPI<FakeFixtures> = base.extend<FakeFixtures>({
  ksOptions: {},
  ks: async ({ ksOptions }, use) => {
    const ks = await open(ksOptions);
    try {
      await use(ks);
      const errors = await ks.journal.errors();
      const told = errors.map(({ method, url, error }) => `${method} ${url}: ${error ?? ''}`);
      expect(told, 'the fake hit bugs of its own').toEqual([]);
    } finally {
      await ks.close();
    }
  },
});

async function open(options: Options): Promise<FakeKsApiserver> {
  const url = process.env['FAKE_KS_URL'] ?? '';
  if (url === '') return startFakeKsApiserver(options);
  const server = await connectFakeKsApiserver(url);
  if (Object.keys(options).length > 0) {
    throw new Error(
      'ksOptions need a server of their own: take FAKE_KS_URL out of the environment, or start it so',
    );
  }
  return server.space(`test-${randomUUID()}`);
}
