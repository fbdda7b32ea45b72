import { ApiError, badRequest, notFound, qualified, quote } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject, User } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { KindRequest } from '../kind-request.js';
import { kubernetesUser } from '../reviews/kubernetes-user.js';
import { decideNatively, findRole, listed, rulesOf, type MissingRole } from '../reviews/native-rbac.js';
import { goQuotes, missingRights } from './missing-rights.js';

const group = 'rbac.authorization.k8s.io';

/** All there is: who puts roles together from others must have it. */
const everything: readonly JsonObject[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Refuses a write, or lets it pass. */
export type GrantGuard = (next: KubeObject, previous: KubeObject | undefined) => void;

/**
 * What stands before writes of roles and bindings: nobody gives away what they do not have, unless they may `escalate` or
 * `bind`. `undefined` when the caller may write them all.
 *
 * @param sent The object as a PUT sends it: one that leaves out what the server sets asks for a change; absent: a patch.
 * @see kubernetes/kubernetes pkg/registry/rbac/escalation_check.go, its policybased storages
 */
export function grantGuard(request: KindRequest, sent?: JsonObject): GrantGuard | undefined {
  const { resource } = request.kind;
  const user = kubernetesUser(request.context);
  if (user.groups.includes('system:masters')) return undefined;
  const guard = resource.plural.endsWith('bindings') ? guardBinding(request, user) : guardRole(request, user);
  if (guard === undefined) return undefined;
  return (next, previous) => {
    if (previous !== undefined && isAsBefore(next, previous, sent)) return;
    guard(next, previous);
  };
}

function guardRole(request: KindRequest, user: User): GrantGuard | undefined {
  const { plural } = request.kind.resource;
  if (may(request, user, 'escalate', plural, request.context.info.name)) return undefined;
  return (next, previous) => {
    confirm(request, user, next, digArray(next, 'rules').filter(isJsonObject));
    if (plural !== 'clusterroles' || ![next, previous].some(isAggregated)) return;
    if (lacking(request, user, everything).lines.length > 0)
      throw forbidden(request, next, 'must have cluster-admin privileges to use the aggregationRule');
  };
}

function guardBinding(request: KindRequest, user: User): GrantGuard {
  return (next) => {
    const reference = digObject(next, 'roleRef');
    const kind = digString(reference, 'kind');
    const name = digString(reference, 'name');
    const known = kind === 'Role' || kind === 'ClusterRole';
    const plural = kind === 'Role' ? 'roles' : 'clusterroles';
    if (known && may(request, user, 'bind', plural, name, digString(reference, 'apiGroup'))) return;
    if (!known) throw new ApiError(500, '', `unsupported role reference kind: ${quote(kind)}`);
    confirm(request, user, next, rulesNamed(request, kind, plural, name));
  };
}

function rulesNamed(
  { context, path }: KindRequest,
  kind: MissingRole['kind'],
  plural: string,
  name: string,
): readonly JsonObject[] {
  if (kind === 'Role' && path.namespace === '') throw badRequest('Namespace parameter required.');
  if (name === '') throw badRequest('Name parameter required.');
  const role = findRole(context.cluster.store, kind, name, path.namespace);
  if (role === undefined) throw notFound({ group, plural }, name);
  return digArray(role, 'rules').filter(isJsonObject);
}

function may(
  { context, path }: KindRequest,
  user: User,
  verb: string,
  resource: string,
  name: string,
  apiGroup = group,
): boolean {
  const what = { verb, apiGroup, apiVersion: '*', resource, subresource: '', name };
  const where = {
    namespace: path.namespace,
    scope: path.namespace === '' ? 'Cluster' : 'Namespace',
  } as const;
  return decideNatively(context.cluster.store, { user, ...what, ...where }).allowed;
}

/** @throws ApiError 403 when somebody lacks what some rules give */
function confirm(request: KindRequest, user: User, next: KubeObject, rules: readonly JsonObject[]): void {
  const { lines, problems } = lacking(request, user, rules);
  if (lines.length === 0) return;
  const who = `user ${quote(user.name)} (groups=${goQuotes(user.groups)})`;
  const why = `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
  const doubt = problems.length === 0 ? '' : `; resolution errors: [${listed(problems)}]`;
  throw forbidden(request, next, why + doubt);
}

/** What somebody lacks of what some rules give, and what kept the server from finding out what they have. */
function lacking(
  { context, path }: KindRequest,
  user: User,
  rules: readonly JsonObject[],
): { readonly lines: readonly string[]; readonly problems: readonly string[] } {
  const missing: MissingRole[] = [];
  const held = rulesOf(context.cluster.store, user, path.namespace, missing);
  const problems = missing.map(
    ({ kind, name }) => notFound({ group, plural: `${kind.toLowerCase()}s` }, name).message,
  );
  return { lines: missingRights(rules, held), problems };
}

function forbidden({ kind }: KindRequest, { metadata: { name } }: KubeObject, why: string): ApiError {
  const { resource } = kind;
  return new ApiError(403, 'Forbidden', `${qualified(resource)} ${quote(name)} is forbidden: ${why}`, {
    details: { ...(name !== '' && { name }), group, kind: resource.plural },
  });
}

function isAggregated(role: KubeObject | undefined): boolean {
  return role !== undefined && digArray(role, 'aggregationRule', 'clusterRoleSelectors').length > 0;
}

/** Members of metadata the garbage collector may change. */
const ofCollector = new Set(['ownerReferences', 'finalizers', 'managedFields', 'selfLink']);
/** Members that the server sets, and that a write of something already there keeps. */
const ofServer = [
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'generateName',
];

/** Whether a write only changes what the garbage collector has to. */
function isAsBefore(next: KubeObject, previous: KubeObject, sent: JsonObject | undefined): boolean {
  if (
    sent !== undefined &&
    ofServer.some((key) => !sameJson(dig(sent, 'metadata', key), previous.metadata[key]))
  )
    return false;
  return sameJson(comparable(next), comparable(previous));
}

/** An object as it is compared: lists with nothing in them are as good as none. */
function comparable({ metadata, ...rest }: KubeObject): JsonObject {
  const kept = Object.entries(metadata).filter(([key]) => !ofCollector.has(key));
  return withoutEmpty({ ...rest, metadata: Object.fromEntries(kept) });
}

function withoutEmpty(object: JsonObject): JsonObject {
  const entries = Object.entries(object).flatMap(([key, value]): [string, Json][] => {
    if (Array.isArray(value)) {
      const items = value as readonly Json[];
      return items.length === 0
        ? []
        : [[key, items.map((one) => (isJsonObject(one) ? withoutEmpty(one) : one))]];
    }
    if (isJsonObject(value)) return [[key, withoutEmpty(value)]];
    return value === undefined || value === null ? [] : [[key, value]];
  });
  return Object.fromEntries(entries);
}
