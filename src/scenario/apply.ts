import { ApiError } from '../core/api-error.js';
import { InputError } from '../core/input-error.js';
import { inRange } from '../core/release.js';
import type { User } from '../core/kube-object.js';
import { kindsIn } from '../kube/custom-resources/cluster-catalog.js';
import type { KindCatalog, WriteContext } from '../registry/contract.js';
import type { ClusterState, World } from '../state/world.js';
import { changeObjects } from './change-objects.js';
import { checkClientAges, checkGlobalRole, checkRemovedClient } from './check-names.js';
import { milliseconds } from './check.js';
import { faultName } from './fault-name.js';
import { mintTokens } from './mint-tokens.js';
import { putClient, removeClient } from './put-client.js';
import { putUser } from './put-user.js';
import { decideFates, scriptContainers } from './script-containers.js';
import type { NamedScenario, Scenario, ScenarioFault, ScenarioSettings } from './scenario.js';
import { UnfitScenario } from './unfit-scenario.js';
import type { Fault } from '../state/fault-book.js';
import type { Settings } from '../core/settings.js';

/** What applying scenarios brought forth. */
export interface AppliedScenarios {
  /** The texts of the tokens they name. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** Who writes what a scenario says: what a cluster administrator with kubectl would be. */
const writer: User = { name: 'kubernetes-admin', uid: '', groups: ['system:masters'], extra: {} };

/**
 * Makes a world be as scenarios say, one after the other: where two say different things the later one wins.
 *
 * Of each, settings, clock, clients, users, objects of every cluster, tokens, containers and faults come in this order, so that each
 * may count on the ones before.
 *
 * @throws InputError when the world or its release cannot be so; nothing of any of them is applied then
 */
export function applyScenarios(
  world: World,
  scenarios: readonly NamedScenario[],
  catalog: KindCatalog,
): AppliedScenarios {
  // A fork takes the first blow: what does not fit is found out before the world is touched.
  const trial = world.fork();
  for (const each of scenarios) attempt(trial, each, catalog);
  const tokens = new Map<string, string>();
  for (const each of scenarios) {
    for (const [name, text] of attempt(world, each, catalog)) tokens.set(name, text);
  }
  return { tokens: Object.fromEntries(tokens) };
}

function attempt(world: World, { name, scenario }: NamedScenario, catalog: KindCatalog): Map<string, string> {
  try {
    return make(world, name, scenario, catalog);
  } catch (error) {
    if (error instanceof UnfitScenario || error instanceof ApiError) {
      throw new InputError([{ source: name, message: error.message }], { cause: error });
    }
    throw error;
  }
}

function make(world: World, name: string, scenario: Scenario, catalog: KindCatalog): Map<string, string> {
  const release = world.release.name;
  if (!inRange(release, scenario)) {
    const range = [scenario.since && `since ${scenario.since}`, scenario.until && `until ${scenario.until}`];
    throw new UnfitScenario(
      `there is no such situation in ${release}, only ${range.filter(Boolean).join(' ')}; choose another`,
    );
  }
  if (scenario.settings !== undefined) world.settings = withSettings(world.settings, scenario.settings);
  const { freeze, advance } = scenario.clock ?? {};
  if (freeze !== undefined) world.clock.freeze(Date.parse(freeze));
  if (advance !== undefined) world.clock.advance(milliseconds(advance));
  const contextOf = (cluster: ClusterState): WriteContext => ({
    world,
    catalog: kindsIn(catalog, cluster.store),
    cluster,
    user: writer,
  });
  const host = contextOf(world.host);
  for (const client of scenario.removeClients ?? []) {
    checkRemovedClient(world, client);
    removeClient(host, client);
  }
  for (const client of scenario.clients ?? []) {
    checkClientAges(world, client);
    putClient(host, client);
  }
  for (const user of scenario.users ?? []) {
    checkGlobalRole(host, user, scenario.objects);
    putUser(host, user);
  }
  decideFates(world, scenario);
  changeObjects(host, scenario);
  for (const [cluster, changes] of Object.entries(scenario.clusters ?? {})) {
    changeObjects(contextOf(clusterOf(world, cluster)), changes);
  }
  const tokens = mintTokens(world, scenario.tokens ?? {});
  scriptContainers(world, scenario);
  for (const fault of scenario.faults ?? []) world.faults.arm(armed(fault, name));
  return tokens;
}

function clusterOf(world: World, name: string): ClusterState {
  const found = world.clusters.get(name);
  if (found !== undefined) return found;
  const known = [...world.clusters.keys()].join(', ');
  throw new UnfitScenario(`clusters.${name}: this world has no such cluster; it has ${known}`);
}

function withSettings(settings: Settings, changes: ScenarioSettings): Settings {
  const { issuer, accessTokenMaxAge, accessTokenInactivityTimeout, maximumClockSkew, multipleLogin } =
    changes;
  const { maxTries, duration } = changes.rateLimit ?? {};
  return {
    ...settings,
    ...(issuer !== undefined && { issuer }),
    ...(accessTokenMaxAge !== undefined && { accessTokenMaxAge: milliseconds(accessTokenMaxAge) }),
    ...(accessTokenInactivityTimeout !== undefined && {
      accessTokenInactivityTimeout: milliseconds(accessTokenInactivityTimeout),
    }),
    ...(maximumClockSkew !== undefined && { maximumClockSkew: milliseconds(maximumClockSkew) }),
    ...(multipleLogin !== undefined && { multipleLogin }),
    rateLimit: {
      maxTries: maxTries ?? settings.rateLimit.maxTries,
      duration: duration === undefined ? settings.rateLimit.duration : milliseconds(duration),
    },
  };
}

/** A fault of a scenario goes by the scenario's name unless it has one of its own. */
function armed({ delay, name, ...fault }: ScenarioFault, scenario: string): Fault {
  return {
    name: name ?? faultName(scenario),
    ...fault,
    ...(delay !== undefined && { delayMs: milliseconds(delay) }),
  };
}
