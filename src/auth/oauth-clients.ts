import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { readYamlText } from '../core/read-yaml-text.js';
import { inRange } from '../core/release.js';
import type { IdentityProvider, OAuthClient } from '../core/settings.js';
import type { StoredObject } from '../state/object-store.js';
import type { World } from '../state/world.js';

const secrets = { group: '', plural: 'secrets' } as const;
const namespace = 'kubesphere-system';
const typeLabel = 'config.kubesphere.io/type';
const configurationKey = 'configuration.yaml';

/** What a configuration Secret says; read once per version of the Secret. */
const configurations = new WeakMap<StoredObject, JsonObject | undefined>();

/** The clients a world's Secrets held when last asked. */
interface KnownClients {
  readonly writes: number;
  readonly clients: readonly OAuthClient[];
}

const knownClients = new WeakMap<World, KnownClients>();

/** The OAuth clients of a world: configuration before 4.1, Secrets since. */
export function listClients(world: World): readonly OAuthClient[] {
  if (!inRange(world.release.name, { since: 'v4.1' })) return world.settings.clients;
  const writes = world.host.store.writesOf(secrets);
  const known = knownClients.get(world);
  if (known?.writes === writes) return known.clients;
  const clients = configured(world, 'oauthclient').map(readClient);
  knownClients.set(world, { writes, clients });
  return clients;
}

/** One client by its `client_id`. */
export function findClient(world: World, name: string): OAuthClient | undefined {
  return listClients(world).find((client) => client.name === name);
}

/** The identity providers of a world: configuration before 4.1, Secrets since. */
export function listIdentityProviders(world: World): readonly IdentityProvider[] {
  if (!inRange(world.release.name, { since: 'v4.1' })) return world.settings.identityProviders;
  return configured(world, 'identityprovider').map(readProvider);
}

/** One identity provider by name. */
export function findIdentityProvider(world: World, name: string): IdentityProvider | undefined {
  return listIdentityProviders(world).find((provider) => provider.name === name);
}

/** Configuration documents of one type: Secrets that carry both its label and its Secret type. */
function configured(world: World, type: string): JsonObject[] {
  const found: JsonObject[] = [];
  for (const stored of world.host.store.list(secrets, namespace)) {
    const { object } = stored;
    if (label(object, typeLabel) !== type || object['type'] !== `config.kubesphere.io/${type}`) continue;
    if (!configurations.has(stored)) configurations.set(stored, readConfiguration(object));
    const configuration = configurations.get(stored);
    if (configuration !== undefined) found.push(configuration);
  }
  return found;
}

/** The YAML of a Secret; `undefined` when it is missing or cannot be read, which the real server only logs. */
export function readConfiguration(secret: KubeObject): JsonObject | undefined {
  const text = Buffer.from(digString(secret, 'data', configurationKey), 'base64').toString('utf8');
  try {
    const value = readYamlText(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A Secret with another configuration in it, given as YAML. */
export function withConfiguration(secret: KubeObject, text: string): KubeObject {
  const data = { ...digObject(secret, 'data'), [configurationKey]: Buffer.from(text).toString('base64') };
  return { ...secret, data };
}

function readClient(value: JsonObject): OAuthClient {
  const { grantMethod } = value;
  return {
    name: textOf(value['name']),
    secret: textOf(value['secret']),
    trusted: value['trusted'] === true,
    grantMethod: grantMethod === 'prompt' || grantMethod === 'deny' ? grantMethod : 'auto',
    respondWithChallenges: value['respondWithChallenges'] === true,
    scopeRestrictions: textsOf(value['scopeRestrictions']),
    redirectURIs: textsOf(value['redirectURIs']),
    accessTokenMaxAgeSeconds: secondsOf(value['accessTokenMaxAgeSeconds']),
    accessTokenInactivityTimeoutSeconds: secondsOf(value['accessTokenInactivityTimeoutSeconds']),
  };
}

function readProvider(value: JsonObject): IdentityProvider {
  return {
    name: textOf(value['name']),
    type: textOf(value['type']),
    mappingMethod: textOf(value['mappingMethod']),
    disabled: value['disabled'] === true,
    hidden: value['hidden'] === true,
    displayName: textOf(value['displayName']),
    ...(isJsonObject(value['provider']) && { provider: value['provider'] }),
  };
}

/** YAML reads `secret: 12345` as a number; the client sends its digits. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(textOf) : [];
}

function secondsOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
