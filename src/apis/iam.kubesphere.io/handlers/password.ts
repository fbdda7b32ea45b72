import { badRequest } from '../../../core/api-error.js';
import { checkPassword } from '../../../auth/passwords.js';
import { digObject, digString } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { missingUser } from './users.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };

/**
 * `PUT /users/{user}/password`: the current password is needed unless the caller may set anybody's, and is always
 * checked when it is sent. Tokens stay valid.
 */
export async function changePassword(context: RequestContext): Promise<Reply> {
  const { world, cluster, user: caller, release } = context;
  const name = context.params['user'] ?? '';
  const version = inRange(release.name, { since: 'v4.1' }) ? 'v1beta1' : 'v1alpha2';
  const sent = readBodyObject(
    context,
    version === 'v1beta1' ? 'v1beta1.PasswordReset' : 'v1alpha2.PasswordReset',
  );
  const currentPassword = digString(sent, 'currentPassword');
  const password = digString(sent, 'password');
  const mayReset = context.authorize({
    user: caller,
    verb: 'update',
    apiGroup: '',
    resource: 'users/password',
    scope: 'Global',
  }).allowed;
  const user = cluster.store.find(users, undefined, name)?.object;
  if (user === undefined) throw missingUser(context, name);
  const isProof = !mayReset || currentPassword !== '';
  if (isProof && !(await checkPassword(world, user, currentPassword)))
    throw badRequest('incorrect old password');
  const { password: _before, ...spec } = digObject(user, 'spec');
  // How 3.0 has its controller know that there is something to hash; no other release has it.
  const { 'iam.kubesphere.io/password-encrypted': _, ...annotations } = user.metadata.annotations ?? {};
  updateObject(context, context.catalog.get(users.group, users.plural), {
    ...user,
    metadata: { ...user.metadata, annotations },
    spec: { ...spec, ...(password !== '' && { password }) },
  });
  // What was accepted besides the stored password no longer is.
  if (password === '') world.passwords.delete(name);
  return success();
}
