import type { User } from '../core/kube-object.js';
import type { Options } from '../core/options.js';
import type { KindCatalog, WriteContext } from '../registry/contract.js';
import { putClient } from '../scenario/put-client.js';
import { putUser } from '../scenario/put-user.js';
import type { World } from '../state/world.js';

const writer: User = { name: 'kubernetes-admin', uid: '', groups: ['system:masters'], extra: {} };

/** Adds the logins and OAuth clients of options to a world whose controllers already follow. */
export function applyOptions(world: World, options: Options, catalog: KindCatalog): void {
  const context: WriteContext = { world, catalog, cluster: world.host, user: writer };
  for (const client of options.clients ?? []) putClient(context, client);
  for (const user of options.users ?? []) putUser(context, user);
}
