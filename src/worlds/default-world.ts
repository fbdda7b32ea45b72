import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { mintToken } from '../auth/mint-token.js';
import { inRange, type Release, type ReleaseName } from '../core/release.js';
import { Membership } from '../generate/membership.js';
import { Tenancy } from '../generate/tenancy.js';
import type { Catalog } from '../registry/catalog.js';
import type { ObjectStore } from '../state/object-store.js';
import { formatTimestamp } from '../state/clock.js';
import { SigningKeys } from '../state/signing-keys.js';
import { createWorld, type World } from '../state/world.js';
import { defaultSettings } from './default-settings.js';
import { defaultUsers, type DefaultUser } from './default-users.js';
import { signAccountTokens, upgradeNodes } from './freshen.js';
import { loadInstall, loadMemberInstall } from './install.js';
import { federateClusters, refreshClusters } from './refresh-clusters.js';
import { withOwningWorkspaces, withTenancy21 } from './tenancy-2.1.js';

/** The clusters of the default world that have a store; `member-2` cannot be reached and has none. */
export const defaultClusters: readonly string[] = ['host', 'member-1'];

/** When the logins were made. */
const usersCreated = '2023-09-04T08:00:00Z';

const seeds = new Map<ReleaseName, World>();

/**
 * Puts the default world of the release into an empty world with {@link defaultClusters}; read once per process, then
 * shared.
 */
export function loadDefault(world: World, catalog: Catalog): void {
  const seed = seedOf(world.release, catalog);
  for (const [name, { store }] of seed.clusters) world.clusters.get(name)?.store.adopt(store);
  for (const [name, passwords] of seed.passwords) world.passwords.set(name, passwords);
  signAccountTokens(world, (namespace, account, created) => {
    // Signed when the account was made, unless the clock stands before that.
    const issuedAt = formatTimestamp(Math.min(Date.parse(created), world.clock.now()));
    const user = `kubesphere:serviceaccount:${namespace}:${account}`;
    return mintToken(world, { user, type: 'static_token', issuedAt });
  });
  if (world.settings.kubernetesVersion === world.release.kubernetesVersion) return;
  upgradeNodes(world);
  refreshClusters(world);
}

function seedOf(release: Release, catalog: Catalog): World {
  const known = seeds.get(release.name);
  if (known !== undefined) return known;
  const keys = new SigningKeys('', '');
  const seed = createWorld(
    {
      release,
      settings: defaultSettings(release),
      keys,
      seed: 'default world',
      now: Date.parse(usersCreated),
    },
    defaultClusters,
  );
  const file = packageFile(`fixtures/default/compiled/${release.name}.json`);
  const compiled = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, readonly KubeObject[]>>;
  loadInstall(seed, catalog);
  for (const [name, cluster] of seed.clusters) {
    if (!cluster.isHost) loadMemberInstall(seed, catalog, cluster);
    const tenancy = new Tenancy(cluster.store);
    const users = defaultUsers(release.name);
    const objects = compiled[name] ?? [];
    const tenants = tenantsOf(release.name, objects, users);
    for (const object of tenants) put(cluster.store, catalog, object);
    addRoles(seed, cluster.store, tenancy);
    for (const user of users) addUser(seed, catalog, cluster.store, user, cluster.isHost);
    // Sorted here, the lists are shared by every world that leaves them alone.
    for (const resource of cluster.store.resources()) cluster.store.list(resource);
  }
  refreshClusters(seed);
  federateClusters(seed);
  seeds.set(release.name, seed);
  return seed;
}

function tenantsOf(
  release: ReleaseName,
  objects: readonly KubeObject[],
  users: readonly DefaultUser[],
): readonly KubeObject[] {
  if (release === 'v2.1') return withTenancy21(objects, users);
  return inRange(release, { since: 'v4.1' }) ? objects : withOwningWorkspaces(objects);
}

function put(store: ObjectStore, catalog: Catalog, object: KubeObject): void {
  const resource = catalog.byKind(object.apiVersion, object.kind);
  // Kinds that came with a later release are simply not there in an earlier one.
  if (resource === undefined) return;
  store.load({ group: resource.group, plural: resource.plural }, object);
}

const workspaceTemplates = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };
const namespaces = { group: '', plural: 'namespaces' };

/** The templates are the host's; members get the roles all the same. */
function addRoles(seed: World, store: ObjectStore, tenancy: Tenancy): void {
  for (const { object } of seed.host.store.list(workspaceTemplates)) {
    if (object.metadata.name === 'system-workspace') continue;
    for (const made of tenancy.workspaceRoles(object)) store.load(made.resource, made.object);
  }
  for (const { object } of store.list(namespaces)) {
    const workspace = label(object, 'kubesphere.io/workspace');
    if (workspace === undefined || workspace === 'system-workspace') continue;
    for (const made of tenancy.projectRoles(object)) store.load(made.resource, made.object);
  }
}

function addUser(
  seed: World,
  catalog: Catalog,
  store: ObjectStore,
  user: DefaultUser,
  isHost: boolean,
): void {
  const { name, globalRole, clusterRole, workspaceRole, role, state } = user;
  seed.passwords.set(name, user.passwords);
  const membership = new Membership(seed.release.name);
  const objects: KubeObject[] = [
    membership.user({
      name,
      email: `${name}@example.com`,
      created: usersCreated,
      ...(globalRole !== undefined && { globalRole }),
      ...(clusterRole !== undefined && { grantedClusters: 'host' }),
      ...(state !== undefined && { state }),
    }),
  ];
  if (globalRole !== undefined) objects.push(membership.global(name, globalRole, usersCreated));
  if (workspaceRole !== undefined) {
    const template = seed.host.store.find(workspaceTemplates, undefined, workspaceRole[0])?.object;
    if (template !== undefined)
      objects.push(membership.workspace(name, workspaceRole[1], usersCreated, template));
  }
  if (isHost && clusterRole !== undefined)
    objects.push(...membership.cluster(name, clusterRole, usersCreated));
  if (isHost && role !== undefined) objects.push(...membership.project(name, role[1], usersCreated, role[0]));
  for (const object of objects) put(store, catalog, object);
}
