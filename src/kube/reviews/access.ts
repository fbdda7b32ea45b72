import { badRequest, invalid } from '../../core/api-error.js';
import {
  encodeCompact,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type JsonObject,
} from '../../core/json.js';
import type { User } from '../../core/kube-object.js';
import type { Reply } from '../../registry/contract.js';
import { reviewedAttributes } from '../../rbac/access-attributes.js';
import type { Rule } from '../../rbac/match-rule.js';
import type { KindRequest } from '../kind-request.js';
import { apiVersionOf } from '../served-kind.js';
import { readObjectBody } from '../read-object-body.js';
import { answerTyped } from '../subresources/answer-part.js';
import { invalidShown, type Cause } from '../validation/causes.js';
import { kubernetesUser } from './kubernetes-user.js';
import { decideNatively, rulesOf } from './native-rbac.js';

const group = 'authorization.k8s.io';

/** `SelfSubjectAccessReview`: may the caller do something? What `kubectl auth can-i` asks. */
export async function reviewOwnAccess(request: KindRequest): Promise<Reply> {
  const body = await readReview(request);
  return decided(request, body, kubernetesUser(request.context));
}

/** `SubjectAccessReview`: may somebody do something? */
export async function reviewAccess(request: KindRequest): Promise<Reply> {
  const body = await readReview(request);
  return decided(request, body, subjectOf(digObject(body, 'spec')));
}

/** `LocalSubjectAccessReview`: the same, within one namespace. */
export async function reviewLocalAccess(request: KindRequest): Promise<Reply> {
  const { namespace } = request.path;
  const body = await readReview(request);
  const own = digString(body, 'metadata', 'namespace');
  const asked = digString(body, 'spec', 'resourceAttributes', 'namespace');
  if (own !== '' && own !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  if (asked !== namespace)
    throw invalid({ group, kind: request.kind.resource.kind }, '', [
      invalidShown(
        'spec.resourceAttributes.namespace',
        JSON.stringify(asked),
        'must match metadata.namespace',
      ),
    ]);
  return decided(request, body, subjectOf(digObject(body, 'spec')));
}

/** `SelfSubjectRulesReview`: all the caller may do in a namespace, as far as roles say. */
export async function reviewOwnRules(request: KindRequest): Promise<Reply> {
  const { context, kind, form } = request;
  const body = await readReview(request);
  const namespace = digString(body, 'spec', 'namespace');
  if (namespace === '') throw badRequest('no namespace on request');
  const rules = rulesOf(context.cluster.store, kubernetesUser(context), namespace);
  const status = {
    resourceRules: rules.filter(({ nonResourceURLs }) => nonResourceURLs.length === 0).map(resourceRule),
    nonResourceRules: rules
      .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
      .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
    incomplete: false,
  };
  const type = { kind: kind.resource.kind, apiVersion: apiVersionOf(kind) };
  // The answer does not repeat what was asked.
  return answerTyped({ metadata: {}, spec: {}, status }, type, form, 201);
}

function resourceRule({ verbs, apiGroups, resources, resourceNames }: Rule): JsonObject {
  return { verbs, apiGroups, resources, ...(resourceNames.length > 0 && { resourceNames }) };
}

async function readReview({ context, kind }: KindRequest): Promise<JsonObject> {
  const { resource, version } = kind;
  const body = await readObjectBody(context, {
    kind: resource.kind,
    apiVersion: apiVersionOf(kind),
    type: resource.types?.[version],
  });
  return body;
}

function subjectOf(spec: JsonObject): User {
  return {
    name: digString(spec, 'user'),
    uid: digString(spec, 'uid'),
    groups: digArray(spec, 'groups').map(String),
    extra: {},
  };
}

function decided({ context, kind, form }: KindRequest, body: JsonObject, user: User): Reply {
  const { kind: name } = kind.resource;
  const spec = digObject(body, 'spec');
  const causes = problems(spec, !name.startsWith('Self'));
  if (causes.length > 0) throw invalid({ group, kind: name }, '', causes);
  const { allowed, reason } = decideNatively(context.cluster.store, reviewedAttributes(spec, user));
  const metadata = name.startsWith('Local') ? digObject(body, 'metadata') : {};
  const answered = { metadata, spec, status: { allowed, reason } };
  return answerTyped(answered, { kind: name, apiVersion: apiVersionOf(kind) }, form, 201);
}

/** @see kubernetes/kubernetes pkg/apis/authorization/validation/validation.go */
function problems(spec: JsonObject, ofOthers: boolean): Cause[] {
  const causes: Cause[] = [];
  const [resource, path] = [spec['resourceAttributes'], spec['nonResourceAttributes']];
  if (isJsonObject(resource) && isJsonObject(path)) {
    const why = 'cannot be specified in combination with resourceAttributes';
    causes.push(invalidShown('spec.nonResourceAttributes', encodeCompact(path), why));
  }
  if (!isJsonObject(resource) && !isJsonObject(path)) {
    const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    causes.push(invalidShown('spec.resourceAttributes', '"null"', why));
  }
  if (ofOthers && digString(spec, 'user') === '' && digArray(spec, 'groups').length === 0) {
    causes.push(invalidShown('spec.user', '""', 'at least one of user or group must be specified'));
  }
  return causes;
}
