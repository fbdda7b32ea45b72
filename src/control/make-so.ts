import type { KindCatalog } from '../registry/contract.js';
import type { NamedScenario, Scenario } from '../scenario/scenario.js';
import type { World } from '../state/world.js';

/** What came of scenarios: the tokens they name. */
export interface ScenarioOutcome {
  readonly applied: readonly string[];
  readonly tokens: Readonly<Record<string, string>>;
}

/**
 * Makes a world be as scenarios say: names of built-in ones, paths of files, or scenarios themselves; later ones win.
 *
 * Everything that reads them is loaded only now.
 *
 * @throws InputError when one cannot be read or does not fit; nothing is applied then
 */
export async function makeSo(
  world: World,
  scenarios: readonly (string | Scenario)[],
  catalog: KindCatalog,
): Promise<ScenarioOutcome> {
  const [{ applyScenarios }, { loadScenarios, scenarioFrom }] = await Promise.all([
    import('../scenario/apply.js'),
    import('../scenario/load.js'),
  ]);
  const unread = await loadScenarios(scenarios.filter((each) => typeof each === 'string'));
  const loaded: NamedScenario[] = [];
  for (const each of scenarios) {
    const named = typeof each === 'string' ? unread.shift() : undefined;
    loaded.push(named ?? { name: 'scenario', scenario: await scenarioFrom(each, 'scenario') });
  }
  const { tokens } = applyScenarios(world, loaded, catalog);
  return { applied: loaded.map(({ name }) => name), tokens };
}
