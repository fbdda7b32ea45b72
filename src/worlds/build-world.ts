import { seeingEvents } from '../kube/events/event-store.js';
import { readFileSync } from 'node:fs';
import { packageFile } from '../core/package-file.js';
import { InputError } from '../core/input-error.js';
import { digString } from '../core/json.js';
import { acceptLoaded } from '../controllers/definitions/custom-resource-definition.js';
import { runControllers } from '../controllers/index.js';
import { switchedOff } from '../controllers/switched-off.js';
import { expireLoginRecords } from '../controllers/users/login-record.js';
import { nodeHeartbeats } from '../controllers/nodes/node-heartbeat.js';
import { releaseLimitedUsers } from '../controllers/users/user-status.js';
import type { Options, UserOption, WorldDocument } from '../core/options.js';
import type { User } from '../core/kube-object.js';
import { inRange, type Release } from '../core/release.js';
import { configurationKey } from '../core/server-configuration.js';
import type { OAuthClient, Settings } from '../core/settings.js';
import { offerDefinitions } from '../kube/custom-resources/own/own-definitions.js';
import { offerDefaultRoles } from '../kube/installed/default-roles.js';
import { offerNodeLeases } from '../kube/installed/node-leases.js';
import { offerInstalled } from '../kube/installed/offer-installed.js';
import { kindsIn } from '../kube/custom-resources/cluster-catalog.js';
import type { Catalog } from '../registry/catalog.js';
import { checkGlobalRole } from '../scenario/check-names.js';
import { putClient } from '../scenario/put-client.js';
import { putUser } from '../scenario/put-user.js';
import { UnfitScenario } from '../scenario/unfit-scenario.js';
import { SigningKeys } from '../state/signing-keys.js';
import { createWorld, type World } from '../state/world.js';
import { bindAdministrators } from './administrators.js';
import { configuredSettings } from './configured-settings.js';
import { defaultJwtSecret } from './default-settings.js';
import { defaultClusters, loadDefault } from './default-world.js';
import { recentEvents } from './freshen.js';
import { loadInstall } from './install.js';
import { checkConfiguration, rereading, storedConfiguration } from './read-configuration.js';
import { milliseconds, optionSettings } from './option-settings.js';
import { refreshClusters } from './refresh-clusters.js';
import { showConfiguration } from './show-configuration.js';
import type { CheckedWorld } from './check-world.js';
import { trustAuthority } from './trust-authority.js';

/** Who does what options ask for. */
const systemAdmin: User = { name: 'system:admin', uid: '', groups: ['system:masters'], extra: {} };

const testKey = packageFile('fixtures/keys/test-rs256.pem');

/**
 * Makes the seed world of a server; what is served are forks of it.
 *
 * Plain options give it at once; worlds in files and generated data are read by code that is only then loaded.
 *
 * @throws InputError with one line per problem when a world cannot be used
 */
export function buildWorld(options: Options, release: Release, catalog: Catalog): World | Promise<World> {
  // Objects of the default world would stand beside those of a real Kubernetes.
  const { world = options.kubeApiserver === undefined ? 'default' : 'empty', generate } = options;
  if (world !== 'default' && world !== 'empty') return buildGiven(world, options, release, catalog);
  const isDefault = world === 'default';
  const held = isDefault ? defaultClusters.filter((name) => !isPassedOn(options, name)) : ['host'];
  const built = emptyWorld(options, release, undefined, held, catalog);
  if (isDefault) loadDefault(built, catalog);
  else loadInstall(built, catalog);
  showConfiguration(built);
  built.settings = { ...built.settings, ...readAs(storedConfiguration(built)) };
  const live = new Map(
    [...built.clusters.values()].map(({ name, store }) => [name, namesOf(store.list(nodes))]),
  );
  if (isDefault) built.routines.push(recentEvents(built));
  return finish(built, options, catalog, live, generate !== undefined);
}

const nodes = { group: '', plural: 'nodes' };

/** Tells whether requests for a member leave this process: then this world holds nothing of it. */
function isPassedOn({ clusters = [] }: Options, name: string): boolean {
  return clusters.some((option) => option.name === name);
}

function namesOf(
  stored: readonly { readonly object: { readonly metadata: { readonly name: string } } }[],
): string[] {
  return stored.map(({ object }) => object.metadata.name);
}

function readAs(configuration: string | undefined): Partial<Settings> {
  return configuration === undefined ? {} : { configuration };
}

/** @param text `kubesphere.yaml` among the objects of a given world */
function emptyWorld(
  options: Options,
  release: Release,
  document: WorldDocument | undefined,
  clusters: readonly string[],
  catalog: Catalog,
  text?: string,
): World {
  const configured = configuredSettings(document, release, text);
  const secret = options.jwtSecret ?? configured.jwtSecret ?? defaultJwtSecret;
  const world = createWorld(
    {
      release,
      settings: optionSettings(options, configured.settings, release.name),
      keys: signingKeys(secret, options.signKey ?? configured.signKey),
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.now !== undefined && { now: Date.parse(options.now) }),
    },
    clusters,
  );
  for (const { store } of world.clusters.values()) {
    offerDefinitions(store, release.name, catalog);
    // A Kubernetes that is copied brings its own.
    if (options.kubeApiserver === undefined) offerInstalled(store, release.name, catalog);
  }
  return world;
}

/** @throws InputError for a given key that is no RSA private key: better now than at the first id token */
function signingKeys(secret: string, given: string | undefined): SigningKeys {
  if (given === undefined) return new SigningKeys(secret, readFileSync(testKey, 'utf8'));
  const keys = new SigningKeys(secret, given);
  let type: string | undefined;
  try {
    type = keys.privateKey.asymmetricKeyType;
  } catch {
    // Not a key at all; told apart from a key of another type by nothing the user could act on.
  }
  if (type === 'rsa') return keys;
  throw new InputError([
    'signKey: not an RSA private key; give one in PEM (world files: its base64 in signKeyData)',
  ]);
}

async function buildGiven(
  given: string | WorldDocument,
  options: Options,
  release: Release,
  catalog: Catalog,
): Promise<World> {
  const { readWorld } = await import('./read-world.js');
  const checked = await readWorld(given, release, catalog);
  const text = givenConfiguration(checked);
  if (text !== undefined) checkConfiguration(text, release);
  const world = emptyWorld(options, release, checked.document, ['host'], catalog, text);
  if (!checked.exact) {
    loadInstall(world, catalog);
    showConfiguration(world);
  }
  loadObjects(world, checked);
  world.settings = { ...world.settings, ...readAs(storedConfiguration(world)) };
  const cluster = world.host;
  acceptLoaded({ world, catalog: kindsIn(catalog, cluster.store), cluster, user: systemAdmin });
  if (!checked.exact) refreshClusters(world);
  return finish(world, options, catalog, new Map(), options.generate !== undefined, checked.exact);
}

/** `kubesphere.yaml` of the ConfigMap among the objects. */
function givenConfiguration({ objects }: CheckedWorld): string | undefined {
  const found = objects.find(
    ({ resource, object }) =>
      resource.group === '' &&
      resource.plural === 'configmaps' &&
      object.metadata.namespace === 'kubesphere-system' &&
      object.metadata.name === 'kubesphere-config',
  );
  return found && digString(found.object, 'data', configurationKey);
}

function loadObjects(world: World, { document, objects }: CheckedWorld): void {
  for (const { name, password } of document.users ?? []) world.passwords.set(name, [password]);
  const { store } = seeingEvents({ world, cluster: world.host }).cluster;
  for (const { resource, object } of objects) store.load(resource, object);
}

/** Adds what options ask for on top of any world, and sets it going. @param exact True when it holds all it is to hold */
function finish(
  world: World,
  options: Options,
  catalog: Catalog,
  live: Map<string, readonly string[]>,
  generates: boolean,
  exact = false,
): World | Promise<World> {
  const origin = Math.floor(world.clock.now() / 1000) * 1000;
  const complete = (): World => {
    if (world.settings.authority !== undefined) trustAuthority(world);
    applyLogins(world, catalog, options.users ?? [], options.clients ?? []);
    if (!exact && options.kubeApiserver === undefined) {
      bindAdministrators(world);
      // Last, so that nothing has to be made of the offer yet; a Kubernetes that is copied brings its own.
      for (const { store } of world.clusters.values()) offerDefaultRoles(store, world.release.name);
    }
    const reporting = [...live].filter(([, names]) => names.length > 0);
    if (reporting.length > 0) world.routines.push(nodeHeartbeats(live, origin));
    for (const [name] of reporting) {
      const store = world.clusters.get(name)?.store;
      if (store !== undefined) offerNodeLeases(store);
    }
    world.routines.push(releaseLimitedUsers, expireLoginRecords);
    world.switchedOff = switchedOff(options.controllers);
    world.settle = milliseconds(options.settle) ?? 0;
    world.reconfigure = rereading(options);
    world.listener = runControllers(catalog);
    return world;
  };
  const { clusters = [] } = options;
  if (clusters.length > 0) {
    const { clusters: _, ...others } = options;
    return import('./join-clusters.js')
      .then((module) => module.joinClusters(world, clusters))
      .then(() => import('./member-resyncs.js'))
      .then((module) => world.routines.push(module.memberResyncs(clusters.map(({ name }) => name))))
      .then(() => finish(world, others, catalog, live, generates, exact));
  }
  if (!generates) return complete();
  return import('../generate/generate-world.js').then(async ({ generateWorld }) => {
    const made = await generateWorld(world, options.generate ?? {}, options.seed ?? 1, origin);
    live.set(world.host.name, [...(live.get(world.host.name) ?? []), ...made.nodeNames]);
    refreshClusters(world);
    return complete();
  });
}

function applyLogins(
  world: World,
  catalog: Catalog,
  users: readonly UserOption[],
  clients: readonly OAuthClient[],
): void {
  const context = { world, catalog, cluster: world.host, user: systemAdmin };
  const problems = users.flatMap((option) =>
    problemOf(() => {
      checkGlobalRole(context, option);
    }),
  );
  if (problems.length > 0) throw new InputError(problems.map((message) => ({ source: 'options', message })));
  for (const option of users) putUser(context, option);
  // Before 4.1 clients are part of the configuration, see optionSettings.
  if (inRange(world.release.name, { since: 'v4.1' }))
    for (const client of clients) putClient(context, client);
}

function problemOf(check: () => void): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof UnfitScenario) return [error.message];
    throw error;
  }
}
