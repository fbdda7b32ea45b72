import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { kubectls } from './installed.js';
import { changing } from './journeys/changing.js';
import { cluster } from './journeys/cluster.js';
import { reading } from './journeys/reading.js';
import { streams } from './journeys/streams.js';
import { workloads } from './journeys/workloads.js';
import { writing } from './journeys/writing.js';
import { openShell } from './shell.js';

describe.for(kubectls)('$title', (kubectl) => {
  const withKubectl = kubectl.folder === undefined ? test.skip : test;

  withKubectl.for([...reading, ...writing, ...changing, ...workloads, ...streams, ...cluster])(
    '$title',
    async ({ steps }) => {
      await using ks = await startFakeKsApiserver({ tlsPort: 0 });
      await using shell = await openShell(ks, [kubectl]);
      const failed = [];
      for (const [line, prints, { since = 0, before = Infinity, code = 0, stderr = /^/ } = {}] of steps) {
        if (kubectl.minor < since || kubectl.minor >= before) continue;
        const printed = await shell.run(line);
        const fits =
          typeof prints === 'string' ? printed.stdout === prints : (prints ?? /^/).test(printed.stdout);
        // All that went wrong is told at once: a run takes minutes.
        if (!fits || printed.code !== code || !stderr.test(printed.stderr))
          failed.push({ line, prints, ...printed });
      }
      expect(failed).toEqual([]);
    },
  );

  withKubectl('follows changes', async () => {
    await using ks = await startFakeKsApiserver({ tlsPort: 0 });
    await using shell = await openShell(ks, [kubectl]);
    const { store } = ks.world.host;
    const before = store.watchers;
    const following = shell.run('timeout 8 kubectl get configmaps -w -l app=w --no-headers');
    await expect.poll(() => store.watchers, { timeout: 7000 }).toBeGreaterThan(before);
    await shell.run(
      'kubectl create configmap w && kubectl label configmap w app=w && kubectl label configmap w b=c',
    );
    expect((await following).stdout).toMatch(/^w +0 +\d+s\nw +0 +\d+s\n$/);
  });
});
