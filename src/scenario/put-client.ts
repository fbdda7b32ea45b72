import { digString } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { WriteContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';

const namespace = 'kubesphere-system';
const typeLabel = 'config.kubesphere.io/type';
const secretType = 'config.kubesphere.io/oauthclient';

/** Adds an OAuth client, or replaces the one of that name: a Secret in 4.1, a part of the configuration before. */
export function putClient(context: WriteContext, client: OAuthClient): void {
  const { world, catalog } = context;
  removeClient(context, client.name);
  if (!keepsSecrets(context)) {
    world.settings = { ...world.settings, clients: [...world.settings.clients, client] };
    return;
  }
  // Past the webhook, which would give a client without a secret one that nobody knows.
  const { hooks: _, ...secrets } = catalog.get('', 'secrets');
  createObject(context, secrets, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName(client.name),
      namespace,
      labels: { [typeLabel]: 'oauthclient', 'config.kubesphere.io/oauthclient': client.name },
    },
    type: secretType,
    data: { 'configuration.yaml': Buffer.from(configuration(client), 'utf8').toString('base64') },
  });
}

/** Takes an OAuth client out; nothing happens when there is none of that name. */
export function removeClient(context: WriteContext, name: string): void {
  const { world, catalog, cluster } = context;
  if (!keepsSecrets(context)) {
    const clients = world.settings.clients.filter((client) => client.name !== name);
    world.settings = { ...world.settings, clients };
    return;
  }
  const secrets = catalog.get('', 'secrets');
  for (const { object } of cluster.store.list(secrets, namespace)) {
    if (object['type'] !== secretType) continue;
    const own = clientName(digString(object, 'data', 'configuration.yaml'));
    if (own === name) cluster.store.remove(secrets, namespace, object.metadata.name);
  }
}

function keepsSecrets({ world }: WriteContext): boolean {
  return inRange(world.release.name, { since: 'v4.1' });
}

/** The name inside a client's configuration, which is what counts; the Secret may be called anything. */
function clientName(encoded: string): string | undefined {
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const found = /^name:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^#\n]*))/m.exec(text);
  return (found?.[1] ?? found?.[2] ?? found?.[3])?.trim();
}

/** Client names are free text; names of Secrets are not. */
function secretName(client: string): string {
  const safe = client
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '');
  return `oauthclient-${safe || 'client'}`;
}

/** YAML of one level; strings and lists are written as JSON, which is YAML too. */
function configuration(client: OAuthClient): string {
  const { trusted = true, grantMethod = 'auto', ...rest } = client;
  return Object.entries({ ...rest, trusted, grantMethod })
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}
