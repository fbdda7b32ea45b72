import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { findIdentityProvider, readConfiguration } from '../../auth/oauth-clients.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const webhook = 'validator.config.kubesphere.io';
const nameLabel = 'config.kubesphere.io/identityprovider';

/**
 * The admission webhooks of Secrets that hold an identity provider.
 *
 * @see kubesphere/kubesphere pkg/controller/config/identityprovider/webhook.go
 */
export const providerHooks: ResourceHooks = {
  prepare: (secret) => {
    const name = nameIn(secret);
    if (name === '' || secret.metadata.namespace !== 'kubesphere-system') return secret;
    const labels = { ...secret.metadata.labels, [nameLabel]: name };
    return { ...secret, metadata: { ...secret.metadata, labels } };
  },
  validate: (secret, previous, { world }) => {
    const name = nameIn(secret);
    if (previous !== undefined) {
      const old = nameIn(previous);
      if (old === name) return;
      throw deniedBy(webhook, `the provider name is immutable, old: ${old}, new: ${name}`);
    }
    if (name === '') {
      const why = 'invalid Identity Provider, please ensure that the provider name is not empty';
      throw deniedBy(webhook, why);
    }
    if (findIdentityProvider(world, name) !== undefined)
      throw deniedBy(webhook, `invalid provider, provider name '${name}' already exists`);
  },
};

function nameIn(secret: KubeObject): string {
  return digString(readConfiguration(secret), 'name');
}

/** Tells whether a Secret holds an identity provider. */
export function isProviderSecret(secret: KubeObject): boolean {
  return secret['type'] === 'config.kubesphere.io/identityprovider';
}
