import { readFileSync } from 'node:fs';
import { runControllers } from '../controllers/index.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Options, WorldDocument } from '../core/options.js';
import type { Release } from '../core/release.js';
import type { Catalog } from '../registry/catalog.js';
import { SigningKeys } from '../state/signing-keys.js';
import { createWorld, type World } from '../state/world.js';
import { applyOptions } from './apply-options.js';
import { configuredSettings } from './configured-settings.js';
import { defaultJwtSecret, defaultSettings } from './default-settings.js';
import { defaultClusters, loadDefault } from './default-world.js';
import { loadInstall } from './install.js';
import { optionSettings } from './option-settings.js';

const testKey = new URL('../../fixtures/keys/test-rs256.pem', import.meta.url);

/** Makes the seed world of a server. @throws Error with one line per problem when a file cannot be used */
export function buildWorld(options: Options, release: Release, catalog: Catalog): World {
  const document = readDocument(options.world);
  const configured = configuredSettings(document, defaultSettings(release), release);
  const isDefault = options.world === undefined || options.world === 'default';
  const secret = options.jwtSecret ?? configured.jwtSecret ?? defaultJwtSecret;
  const world = createWorld(
    {
      release,
      settings: optionSettings(options, configured.settings, release.name),
      keys: new SigningKeys(secret, options.signKey ?? configured.signKey ?? readFileSync(testKey, 'utf8')),
      ...(options.seed !== undefined && { seed: options.seed }),
      ...(options.now !== undefined && { now: Date.parse(options.now) }),
    },
    isDefault ? defaultClusters : ['host'],
  );
  if (isDefault) loadDefault(world, catalog);
  else if (document === undefined) loadInstall(world, catalog);
  else loadDocument(world, document, catalog);
  world.listener = runControllers(catalog);
  applyOptions(world, options, catalog);
  return world;
}

function readDocument(world: Options['world']): WorldDocument | undefined {
  if (world === undefined || world === 'default' || world === 'empty') return undefined;
  return typeof world === 'string' ? (JSON.parse(readFileSync(world, 'utf8')) as WorldDocument) : world;
}

function loadDocument(world: World, document: WorldDocument, catalog: Catalog): void {
  for (const { name, password } of document.users ?? []) world.passwords.set(name, [password]);
  for (const object of document.objects as readonly KubeObject[]) {
    const resource = catalog.byKind(object.apiVersion, object.kind);
    if (resource === undefined) throw new Error(`unknown kind ${object.apiVersion} ${object.kind}`);
    world.host.store.load({ group: resource.group, plural: resource.plural }, object);
  }
}
