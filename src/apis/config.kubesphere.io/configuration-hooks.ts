import { label, type KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { clientHooks, isClientSecret } from './validate-client.js';
import { isProviderSecret, providerHooks } from './validate-provider.js';

/** The admission webhooks of Secrets that configure KubeSphere, by what they configure. */
export const configurationHooks: ResourceHooks = {
  prepare: (secret, previous, context) => hooksFor(secret)?.prepare?.(secret, previous, context) ?? secret,
  validate: (secret, previous, context) => hooksFor(secret)?.validate?.(secret, previous, context),
};

function hooksFor(secret: KubeObject): ResourceHooks | undefined {
  if (label(secret, 'config.kubesphere.io/type') === undefined) return undefined;
  if (isClientSecret(secret)) return clientHooks;
  return isProviderSecret(secret) ? providerHooks : undefined;
}
