import { ApiError } from '../../core/api-error.js';
import { label } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import type { IdentityProvider } from '../../core/settings.js';
import { users } from '../../auth/find-user.js';
import type { RequestContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import type { Subject } from '../token-response.js';
import { IdentityError, type Identity } from './identity.js';
import { preRegistered } from './pre-registered.js';

const providerLabel = 'iam.kubesphere.io/identify-provider';
const uidLabel = 'iam.kubesphere.io/origin-uid';

/**
 * The user of 3.x an identity belongs to: who is linked to it by labels, is asked to sign up, or is made at once where no
 * confirmation is wanted.
 *
 * @returns `undefined` when nobody is and may be: by `lookup`, and by `mixed`, which nothing does anything about
 * @throws IdentityError when the user cannot be made
 * @see kubesphere/kubesphere pkg/models/auth/oauth.go, password.go at v3.4.1
 */
export function mapIdentity3(
  context: RequestContext,
  provider: IdentityProvider,
  identity: Identity,
): Subject | undefined {
  const { name, mappingMethod, disableLoginConfirmation } = provider;
  const { uid, username, email } = identity;
  const { world, catalog } = context;
  const linked = world.host.store
    .list(users)
    .find(({ object }) => label(object, providerLabel) === name && label(object, uidLabel) === uid)?.object;
  if (linked !== undefined) return { name: linked.metadata.name };
  if (mappingMethod !== 'auto') return undefined;
  // 3.1 always asks.
  const asks = disableLoginConfirmation !== true || inRange(world.release.name, { until: 'v3.1' });
  if (asks) return preRegistered(name, identity);
  const resource = catalog.get(users.group, users.plural);
  try {
    const { object } = createObject({ ...context, cluster: world.host }, resource, {
      metadata: { name: username.toLowerCase(), labels: { [providerLabel]: name, [uidLabel]: uid } },
      spec: { email },
    });
    return { name: object.metadata.name };
  } catch (error) {
    throw error instanceof ApiError ? new IdentityError(error.message) : error;
  }
}
