import { encodeYaml } from '../../core/go-yaml.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { findClient, readConfiguration, withConfiguration } from '../../auth/oauth-clients.js';
import type { ResourceHooks } from '../../registry/contract.js';
import type { World } from '../../state/world.js';
import { deniedBy } from '../denied-by.js';

const webhook = 'validator.config.kubesphere.io';
const nameLabel = 'config.kubesphere.io/oauthclient';
const methods = ['auto', 'prompt', 'deny'];
/** Scopes the server knows. */
const scopes = ['openid', 'email', 'profile'];
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** Least seconds a client may ask for. */
const least = 600;

/** Members of a client in the order they are written. */
const order = [
  'name',
  'secret',
  'trusted',
  'grantMethod',
  'respondWithChallenges',
  'scopeRestrictions',
  'redirectURIs',
  'accessTokenMaxAgeSeconds',
  'accessTokenInactivityTimeoutSeconds',
];

/**
 * The admission webhooks of Secrets that hold an OAuth client.
 *
 * @see kubesphere/kubesphere pkg/controller/config/oauthclient/webhook.go
 */
export const clientHooks: ResourceHooks = {
  prepare: (secret, _, { world }) => {
    const client = readConfiguration(secret);
    if (client === undefined || secret.metadata.namespace !== 'kubesphere-system') return secret;
    const name = textOf(client['name']);
    const completed: JsonObject = {
      ...client,
      trusted: client['trusted'] === true,
      grantMethod: textOf(client['grantMethod']) || 'auto',
      secret: textOf(client['secret']) || password(world),
    };
    const labels = { ...secret.metadata.labels, [nameLabel]: name };
    return withConfiguration({ ...secret, metadata: { ...secret.metadata, labels } }, written(completed));
  },
  validate: (secret, previous, { world, warn }) => {
    const client = readConfiguration(secret) ?? {};
    const name = textOf(client['name']);
    if (previous === undefined && name !== '' && findClient(world, name) !== undefined)
      throw deniedBy(webhook, `invalid OAuth client, client name '${name}' already exists`);
    if (previous !== undefined && textOf(readConfiguration(previous)?.['name']) !== name)
      throw deniedBy(webhook, 'cannot change client name');
    if (name === '')
      throw deniedBy(webhook, 'invalid OAuth client, please ensure that the client name is not empty');
    checkTerms(client);
    const { scopeRestrictions } = client;
    const unknown = (Array.isArray(scopeRestrictions) ? scopeRestrictions : [])
      .map(textOf)
      .filter((scope) => !scopes.includes(scope));
    if (unknown.length > 0) warn?.(`some requested scopes were invalid: [${unknown.join(' ')}]`);
  },
};

function checkTerms(client: JsonObject): void {
  const method = textOf(client['grantMethod']);
  if (method !== '' && !methods.includes(method)) throw deniedBy(webhook, `invalid grant method: ${method}`);
  const terms = [
    ['accessTokenMaxAgeSeconds', 'max age'],
    ['accessTokenInactivityTimeoutSeconds', 'inactivity timeout'],
  ] as const;
  for (const [member, what] of terms) {
    const seconds = client[member];
    if (typeof seconds !== 'number' || seconds === 0 || seconds >= least) continue;
    const why = `invalid access token ${what}: ${String(seconds)}, the minimum value can only be ${String(least)}`;
    throw deniedBy(webhook, why);
  }
}

/** As Go writes the struct: members in its order, lists indented by four. */
function written(client: JsonObject): string {
  return order
    .map((key) => {
      const value = client[key];
      if (value === undefined || value === null || value === 0 || value === '') return '';
      if (value === false && key !== 'trusted') return '';
      if (!Array.isArray(value)) return isJsonObject(value) ? '' : `${key}: ${encodeYaml(value)}`;
      const items = (value as readonly Json[]).map((item) => `    - ${encodeYaml(item)}`);
      return items.length === 0 ? '' : `${key}:\n${items.join('')}`;
    })
    .join('');
}

function password({ random }: World): string {
  return Array.from({ length: 32 }, () => letters.charAt(random.integer(letters.length))).join('');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Tells whether a Secret holds an OAuth client that the webhooks look at. */
export function isClientSecret(secret: KubeObject): boolean {
  return secret['type'] === 'config.kubesphere.io/oauthclient';
}
