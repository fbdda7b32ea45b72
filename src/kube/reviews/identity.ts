import { invalid } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import type { Reply } from '../../registry/contract.js';
import { apiAudience, reviewAccountToken } from '../../auth/account-tokens.js';
import { apiVersionOf } from '../served-kind.js';
import type { KindRequest } from '../kind-request.js';
import { readObjectBody } from '../read-object-body.js';
import { answerTyped } from '../subresources/answer-part.js';
import { required } from '../validation/causes.js';
import { kubernetesUser } from './kubernetes-user.js';

/** `SelfSubjectReview`: who is the caller? What `kubectl auth whoami` asks. */
export async function reviewSelf({ context, kind, form }: KindRequest): Promise<Reply> {
  const type = { kind: kind.resource.kind, apiVersion: apiVersionOf(kind) };
  await readObjectBody(context, { ...type, type: kind.resource.types?.[kind.version] });
  const metadata = { creationTimestamp: context.world.clock.timestamp() };
  return answerTyped({ metadata, status: { userInfo: infoOf(kubernetesUser(context)) } }, type, form, 201);
}

/**
 * `TokenReview`: whose is a token? Kubernetes knows those of its own ServiceAccounts, not KubeSphere's.
 *
 * @see kubernetes/kubernetes pkg/registry/authentication/tokenreview/storage.go
 */
export async function reviewToken({ context, kind, form }: KindRequest): Promise<Reply> {
  const type = { kind: kind.resource.kind, apiVersion: apiVersionOf(kind) };
  const body = await readObjectBody(context, { ...type, type: kind.resource.types?.[kind.version] });
  const token = digString(body, 'spec', 'token');
  if (token === '')
    throw invalid({ group: 'authentication.k8s.io', kind: type.kind }, '', [required('spec.token')]);
  const given = digArray(body, 'spec', 'audiences').map(String);
  const wanted = given.length > 0 ? given : [apiAudience];
  const found = await reviewAccountToken(context.world, context.cluster, token, wanted);
  const status: JsonObject =
    typeof found === 'string'
      ? { user: {}, error: found }
      : { authenticated: true, user: infoOf(found.user), audiences: found.audiences };
  const spec = { token, ...(given.length > 0 && { audiences: given }) };
  return answerTyped({ metadata: {}, spec, status }, type, form, 201);
}

function infoOf({ name, uid, groups, extra }: User): JsonObject {
  return { username: name, uid, groups, extra };
}
