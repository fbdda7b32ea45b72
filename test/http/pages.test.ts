import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { releaseNames } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/index.js';

const browser = '/usr/bin/chromium';
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];

test.for(releaseNames)('serves Swagger UI with the three documents of %s to everybody', async (release) => {
  await using ks = await startFakeKsApiserver({ release });
  const page = await fetch(`${ks.url}/swagger-ui/`);
  expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
  for (const name of ['kubesphere', 'kubesphere-crd', 'kubernetes']) {
    const answer = await fetch(`${ks.url}/swagger-ui/documents/${name}.json`);
    expect(await answer.json()).toMatchObject({ swagger: '2.0', basePath: '/' });
  }
  expect((await fetch(`${ks.url}/swagger-ui/swagger-ui-bundle.js`)).status).toBe(200);
  expect((await fetch(`${ks.url}/swagger-ui/documents/none.json`)).status).toBe(404);
  expect((await fetch(`${ks.url}/swagger-ui`)).status).toBe(release === 'v2.1' ? 200 : 403);
});

test.skipIf(!existsSync(browser) && process.env['CI'] !== 'true')(
  'renders, and takes a token, in Chromium (needs chromium: apt-get install chromium)',
  { timeout: 120_000 },
  async () => {
    await using ks = await startFakeKsApiserver({ release: 'v2.1' });
    const opened = await chromium.launch({ executablePath: browser, args: [...flags, ...quiet] });
    try {
      const page = await opened.newPage({ viewport: { width: 1280, height: 4000 } });
      page.setDefaultTimeout(30_000);
      await page.goto(`${ks.url}/swagger-ui/?urls.primaryName=Kubernetes+API`);
      await page.locator('.btn.authorize').first().click();
      await page.locator('.auth-container input').fill(await ks.token());
      await page.locator('.auth-btn-wrapper .authorize').click();
      await page.locator('.auth-btn-wrapper .btn-done').click();
      await page.locator('.opblock-tag[data-tag="core_v1"]').click();
      await page.locator('.opblock-get').first().waitFor();
    } finally {
      await opened.close();
    }
  },
);
