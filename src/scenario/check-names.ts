import { listClients } from '../auth/oauth-clients.js';
import { clientAgeProblems } from '../core/client-ages.js';
import { didYouMean } from '../core/did-you-mean.js';
import { digString, type JsonObject } from '../core/json.js';
import type { UserOption } from '../core/options.js';
import type { OAuthClient } from '../core/settings.js';
import type { WriteContext } from '../registry/contract.js';
import type { World } from '../state/world.js';
import { UnfitScenario } from './unfit-scenario.js';

const iam = 'iam.kubesphere.io';

/**
 * Refuses a login whose global role is nowhere: it would be allowed nothing, and nobody would say so.
 *
 * @param declared Objects about to be created, whose roles count as well.
 * @throws UnfitScenario
 */
export function checkGlobalRole(
  { catalog, cluster, world }: WriteContext,
  { name, globalRole }: UserOption,
  declared: readonly JsonObject[] = [],
): void {
  if (globalRole === undefined) return;
  const roles = catalog.byPlural(iam, 'globalroles');
  if (roles === undefined)
    throw new UnfitScenario(
      `user "${name}": ${world.release.name} has no global roles; leave globalRole out`,
    );
  if (cluster.store.find(roles, undefined, globalRole) !== undefined) return;
  const coming = declared
    .filter((object) => digString(object, 'kind') === roles.kind)
    .map((object) => digString(object, 'metadata', 'name'));
  if (coming.includes(globalRole)) return;
  const known = cluster.store.list(roles).map(({ object }) => object.metadata.name);
  const choices = [...known, ...coming].filter((role) => !role.startsWith('role-template-'));
  throw new UnfitScenario(
    `user "${name}": there is no global role "${globalRole}"${didYouMean(globalRole, choices) || `; there are ${choices.join(', ')}`}`,
  );
}

/**
 * Refuses to take out an OAuth client that never was; one that is gone already may be taken out again.
 *
 * @throws UnfitScenario
 */
export function checkRemovedClient(world: World, name: string): void {
  const { brand } = world.release;
  const known = listClients(world).map((client) => client.name);
  if ([...known, 'kubesphere', 'default', brand?.client.name].includes(name)) return;
  throw new UnfitScenario(`removeClients: there is no OAuth client "${name}"${didYouMean(name, known)}`);
}

/** Refuses a client with ages that would do nothing or that the release does not admit. @throws UnfitScenario */
export function checkClientAges(world: World, client: OAuthClient): void {
  const [problem] = clientAgeProblems(client, world.release.name);
  if (problem !== undefined)
    throw new UnfitScenario(`client "${client.name}": ${problem.member}: ${problem.message}`);
}
