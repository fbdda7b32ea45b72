import { describe, expect } from 'vitest';
import { test } from '../../src/vitest.js';

test('gives each test a server of its own', async ({ ks }) => {
  await ks.login();
  expect((await ks.journal.entries()).length).toBe(1);
});

test('which knows nothing of the others', async ({ ks }) => {
  expect(await ks.journal.entries()).toEqual([]);
});

describe('with options', () => {
  test.override({ ksOptions: { release: 'v3.3', users: [{ name: 'jack', password: 'secret-of-jack' }] } });

  test('starts it so', async ({ ks }) => {
    expect(ks.release).toBe('v3.3');
    expect((await ks.login('jack', 'secret-of-jack')).token_type).toBe('Bearer');
  });
});
