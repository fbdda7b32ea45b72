import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { uidOf } from '../generate/identity.js';
import type { Catalog } from '../registry/catalog.js';
import { Clock } from '../state/clock.js';
import { ObjectStore } from '../state/object-store.js';
import { Random } from '../state/random.js';
import type { ClusterState, World } from '../state/world.js';
import { templateRoles } from './template-roles.js';

const namespaces = { group: '', plural: 'namespaces' };
/** When the built-in objects were created, unless they say so themselves. */
const installedAt = Date.parse('2024-01-10T08:00:00Z');
/** Kinds only the host cluster holds. */
const hostKinds = new Set(['Cluster', 'WorkspaceTemplate', 'Secret', 'ConfigMap', 'HelmCategory']);
/** What the console's setup guides print for the first login: older and newer releases differ, both are taken. */
const adminPasswords: readonly string[] = ['P@88w0rd', 'P#$$w0rd'];

const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };

const seeds = new Map<string, ObjectStore>();

/**
 * Puts what a fresh install of a release holds into the host cluster of an empty world: roles, templates, bindings, the
 * admin user, system workspace and namespaces, the host Cluster. Read once per process, then shared.
 */
export function loadInstall(world: World, catalog: Catalog): void {
  const { host, settings, release } = world;
  host.store.adopt(seedOf(release.name, catalog, 'host'));
  world.passwords.set('admin', adminPasswords);
  if (settings.kubernetesVersion !== release.kubernetesVersion)
    setKubernetesVersion(host, settings.kubernetesVersion);
}

/** Puts what the release holds in every cluster into an empty member cluster. */
export function loadMemberInstall(world: World, catalog: Catalog, member: ClusterState): void {
  member.store.adopt(seedOf(world.release.name, catalog, 'member'));
  // A cluster is known by the uid of this namespace, so no two may share it.
  const known = member.store.find(namespaces, undefined, 'kube-system')?.object;
  if (known === undefined) return;
  const uid = uidOf(`v1/Namespace/${member.name}/kube-system`);
  member.store.load(namespaces, { ...known, metadata: { ...known.metadata, uid } });
}

function seedOf(release: ReleaseName, catalog: Catalog, role: 'host' | 'member'): ObjectStore {
  const key = `${release} ${role}`;
  const known = seeds.get(key);
  if (known !== undefined) return known;
  const seed = new ObjectStore(new Clock(installedAt), new Random(`install ${role}`));
  const installed = readInstall(release);
  const isOf3x = inRange(release, { since: 'v3.0', until: 'v3.4' });
  for (const object of isOf3x ? [...installed, ...templateRoles(installed)] : installed) {
    if (role === 'member' && hostKinds.has(object.kind)) continue;
    const resource = catalog.byKind(object.apiVersion, object.kind);
    if (resource === undefined)
      throw new Error(`fixtures/install/${release}.json holds unknown ${object.kind}`);
    seed.load({ group: resource.group, plural: resource.plural }, object);
  }
  // Sorted here, the lists are shared by every world that leaves them alone.
  for (const resource of seed.resources()) seed.list(resource);
  seeds.set(key, seed);
  return seed;
}

/** Names of the namespaces a fresh install of a release has. */
export function installedNamespaces(release: ReleaseName): readonly string[] {
  return readInstall(release)
    .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
    .map(({ metadata }) => metadata.name);
}

/** Parsed once for host and members: what the first load froze, the second shares. */
const parsed = new Map<ReleaseName, readonly KubeObject[]>();

function readInstall(release: ReleaseName): readonly KubeObject[] {
  const known = parsed.get(release);
  if (known !== undefined) return known;
  const file = packageFile(`fixtures/install/${release}.json`);
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as { readonly items: readonly KubeObject[] };
  parsed.set(release, items);
  return items;
}

function setKubernetesVersion({ store }: ClusterState, kubernetesVersion: string): void {
  for (const { object } of store.list(clusters)) {
    const status = { ...(object['status'] as object), kubernetesVersion };
    store.load(clusters, { ...object, status });
  }
}
