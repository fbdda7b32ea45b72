import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

/** The list of all kinds, as each release documents it. */
const lists = [
  ['v4.1', 'Cluster_Resources-list-cluster-resources'],
  ['v2.1', 'Cluster_Resources-ListResources'],
] as const;

describe.skipIf(!existsSync(browser) && process.env['CI'] !== 'true')(
  'in Chromium (needs it: apt-get install chromium)',
  { timeout: 120_000 },
  () => {
    let opened: Browser;
    beforeAll(async () => {
      opened = await chromium.launch({ executablePath: browser, args: [...flags, ...quiet] });
    }, 60_000);
    afterAll(async () => {
      await opened.close();
    });

    test.for(lists)('tries the node list of %s out, with and without a token', async ([release, id]) => {
      await using ks = await startFakeKsApiserver({ release });
      const page = await opened.newPage({ viewport: { width: 1280, height: 1400 } });
      page.setDefaultTimeout(30_000);
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(`${ks.url}/swagger-ui/`);
      await page.locator('.opblock-tag[data-tag="Cluster Resources"]').click();
      const row = page.locator(`[id="operations-${id}"]`);
      await row.locator('.opblock-summary-control').click();
      await row.locator('.try-out__btn').click();
      await row.locator('tr[data-param-name="resources"] input').fill('nodes');
      const answered = row.locator('.live-responses-table .response');
      await row.locator('.execute').click();
      await answered.filter({ hasText: release === 'v2.1' ? '401' : '403' }).waitFor();

      await page.locator('.btn.authorize').first().click();
      await page.locator('.auth-container input').fill(await ks.token());
      await page.locator('.auth-btn-wrapper .authorize').click();
      await page.locator('.auth-btn-wrapper .btn-done').click();
      await row.locator('.execute').click();
      const good = answered.filter({ hasText: 'node3' });
      await good.waitFor();
      expect(await good.locator('.response-col_status').innerText()).toMatch(/^200/);
      expect(problems).toEqual([]);
      await page.close();
    });

    test('shows every document of a release', async () => {
      await using ks = await startFakeKsApiserver();
      const page = await opened.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`${ks.url}/swagger-ui/`);
      for (const [label, title] of [
        ['KubeSphere custom resources', 'KubeSphere CRD API'],
        ['Kubernetes API', 'Kubernetes API'],
        ['KubeSphere API', 'KubeSphere API'],
      ] as const) {
        await page.locator('#select').selectOption({ label });
        await page.locator('.info .title', { hasText: title }).waitFor();
        await page.locator('.opblock-tag').first().waitFor();
      }
      await page.close();
    });
  },
);
