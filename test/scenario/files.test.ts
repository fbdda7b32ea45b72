import { expect, test } from 'vitest';
import { inRange, releaseNames } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { loadScenario, scenarioNames } from '../../src/scenario/load.js';
import { runExpectations } from './run-expectations.js';

const files = await Promise.all(scenarioNames().map((name) => loadScenario(name)));
const runs = files.flatMap(({ name, scenario }) =>
  releaseNames
    .filter((release) => inRange(release, scenario))
    .map((release) => ({ name, release, scenario })),
);

test.for(runs)('$name is as it says in $release', async ({ name, release, scenario }) => {
  await using ks = await startFakeKsApiserver({ release, now: '2024-05-01T12:00:00Z', scenarios: [name] });
  await runExpectations(ks, scenario);
  expect(await ks.journal.errors()).toEqual([]);
});

test.for(files)('$name expects something in every release it is for', ({ scenario }) => {
  for (const release of releaseNames.filter((each) => inRange(each, scenario))) {
    const steps = (scenario.expect ?? []).filter(
      (step) => step.request !== undefined && inRange(release, step),
    );
    expect(steps.length, release).toBeGreaterThan(0);
  }
});
