import { ApiError } from '../../core/api-error.js';
import { digObject, digString } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { IdentityProvider } from '../../core/settings.js';
import { users } from '../../auth/find-user.js';
import type { RequestContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { Subject } from '../token-response.js';
import { IdentityError, type Identity } from './identity.js';
import { preRegistered } from './pre-registered.js';

/**
 * The user an identity belongs to, who is made, asked to sign up or refused as the provider's mapping says.
 *
 * @throws IdentityError
 * @see kubesphere/kubesphere pkg/models/auth/authenticator.go
 */
export function mapIdentity(
  context: RequestContext,
  { name, mappingMethod }: IdentityProvider,
  identity: Identity,
): Subject {
  const { uid, username, email } = identity;
  const key = `iam.kubesphere.io/identity-provider.${name}`;
  const { store } = context.world.host;
  const mapped = store.list(users).find(({ object }) => annotation(object, key) === uid)?.object;
  if (mapped !== undefined) return { name: active(mapped).metadata.name };
  switch (mappingMethod) {
    case 'lookup':
      throw new IdentityError(`failed to find mapped user: ${uid}`);
    case 'manual':
      return preRegistered(name, identity);
    case 'auto':
      return { name: link(context, username.toLowerCase(), email, { [key]: uid }) };
    default:
      throw new IdentityError(`invalid mapping method found ${mappingMethod}`);
  }
}

function active(user: KubeObject): KubeObject {
  if (digString(user, 'status', 'state') === 'Disabled') throw new IdentityError('account is not active');
  return user;
}

/** Has a user of that name be the one of the identity. @returns the name */
function link(
  context: RequestContext,
  name: string,
  email: string,
  identity: Readonly<Record<string, string>>,
): string {
  const { world, catalog } = context;
  const inHost = { ...context, cluster: world.host };
  const resource = catalog.get(users.group, users.plural);
  const found = world.host.store.find(users, undefined, name)?.object;
  try {
    const base = found === undefined ? { metadata: { name } } : active(found);
    const user = {
      ...base,
      metadata: {
        ...base.metadata,
        annotations: { ...digObject(base, 'metadata', 'annotations'), ...identity },
      },
      // Written even when there is none, as by Go.
      spec: { email: '', ...digObject(base, 'spec'), ...(email !== '' && { email }) },
      status: { ...digObject(base, 'status'), state: 'Active' },
    };
    if (found === undefined) createObject(inHost, resource, user);
    else updateObject(inHost, resource, user);
    return name;
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof IdentityError)) throw error;
    throw new IdentityError(`failed to create or update user ${name}, error: ${error.message}`);
  }
}
