import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inRange, releaseNames } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { parseScenario } from '../../src/scenario/load.js';
import type { Scenario } from '../../src/scenario/scenario.js';
import { runExpectations } from './run-expectations.js';

const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
const schema = JSON.parse(
  readFileSync(new URL('../../scenarios/scenario.schema.json', import.meta.url), 'utf8'),
) as { readonly properties: Readonly<Record<string, unknown>> };

test('the page has examples', () => {
  expect(examples.length).toBeGreaterThan(2);
});

test.for(examples)('this example of the page is as it says: %s', async (text) => {
  const scenario = await parseScenario(text, 'docs/scenarios.md');
  for (const release of releaseNames.filter((each) => inRange(each, scenario))) {
    await using ks = await startFakeKsApiserver({ release });
    const { tokens } = await ks.scenario(scenario);
    await runExpectations(ks, scenario, tokens);
  }
});

test('the page names every member a file may have', () => {
  for (const member of Object.keys(schema.properties))
    expect(page).toMatch(new RegExp(`^\\|.*\`${member}\``, 'm'));
});

test('the published schema and the type in the code name the same members', () => {
  const members: Readonly<Record<keyof Scenario, true>> = {
    description: true,
    since: true,
    until: true,
    settings: true,
    clock: true,
    users: true,
    clients: true,
    removeClients: true,
    objects: true,
    patches: true,
    delete: true,
    clusters: true,
    tokens: true,
    exec: true,
    logs: true,
    ports: true,
    containers: true,
    faults: true,
    expect: true,
  };
  expect(Object.keys(schema.properties)).toEqual(Object.keys(members));
});
