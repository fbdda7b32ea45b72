import { badRequest } from '../../../core/api-error.js';
import { digString, isJsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { boundUsers } from '../../../rbac/bound-users.js';
import { findBindings, userOfBinding } from '../../../rbac/find-bindings.js';
import { scopeKinds, type RoleScope } from '../../../rbac/role-scopes.js';
import { assertNameMatches } from '../../../registry/assert-name-matches.js';
import type { Handler, Reply, RequestContext, Route } from '../../../registry/contract.js';
import { readBodyArray, readBodyObject } from '../../../registry/read-json-body.js';
import { json, success } from '../../../registry/reply.js';
import { assertRoleExists, bindUser, roleOfUser, unbindUser, type Place } from './bind-user.js';
import { listReply, objectReply } from '../../../registry/entity-reply.js';
import { annotated, missingUser, withoutPassword } from './users.js';

const users = { group: 'iam.kubesphere.io', plural: 'users' };

/** Who belongs to one scope: its paths and how the query names the role. */
interface Membership {
  readonly scope: RoleScope;
  /** Variable of the path that names the workspace or namespace. */
  readonly placeParam?: string;
  readonly memberParam: string;
  readonly roleQuery: string;
}

/** Routes for the members of one scope below a path. */
export function memberRoutes(path: string, membership: Membership): Route[] {
  const of =
    (handle: (context: RequestContext, member: MemberRequest) => Reply): Handler =>
    (context) =>
      handle(context, memberRequest(context, membership));
  const one = `${path}/{${membership.memberParam}}`;
  return [
    { method: 'GET', path, handle: of(listMembers) },
    { method: 'POST', path, handle: of(addMembers) },
    {
      method: 'GET',
      path: one,
      handle: of(getMember),
      ...(membership.scope !== 'workspace' && { until: 'v3.4' }),
    },
    { method: 'PUT', path: one, handle: of(changeMember) },
    { method: 'DELETE', path: one, handle: of(removeMember) },
  ];
}

/** The variables of a request about members. */
interface MemberRequest extends Membership {
  readonly place: Place;
  /** Empty on the list. */
  readonly name: string;
}

function memberRequest({ params }: RequestContext, membership: Membership): MemberRequest {
  const { placeParam, memberParam } = membership;
  return {
    ...membership,
    place: placeParam === undefined ? undefined : params[placeParam],
    name: params[memberParam] ?? '',
  };
}

function since41({ release }: RequestContext): boolean {
  return inRange(release.name, { since: 'v4.1' });
}

function listMembers(context: RequestContext, { scope, place, roleQuery }: MemberRequest): Reply {
  const { cluster, release } = context;
  const role = context.query.get(roleQuery) ?? '';
  if (!since41(context)) {
    const found = boundUsers(context, cluster.store.list(users), { [scope]: place ?? 'true' });
    // A query that names another place first makes this one a filter nobody passes.
    const { users: members = [], consumed = [] } = found?.consumed.includes(scope) === true ? found : {};
    return listReply(context, users, members, withoutPassword, { consumed });
  }
  const bindings = findBindings(cluster.store, release.name, {
    scope,
    ...(place !== undefined && { place }),
    ...(role !== '' && { role }),
  });
  const { annotation } = scopeKinds(scope, release.name);
  const members = bindings.flatMap((binding) => {
    const name = userOfBinding(binding, release.name);
    return name === '' ? [] : [syntheticMember(name, annotation, digString(binding, 'roleRef', 'name'))];
  });
  return listReply(context, users, members, undefined, { consumed: [roleQuery], dialect: 'generic' });
}

/** One item per binding, made of nothing but the binding. */
function syntheticMember(name: string, annotation: string, role: string): KubeObject {
  return {
    kind: '',
    apiVersion: '',
    metadata: { name, creationTimestamp: null, annotations: { [annotation]: role } },
    spec: { email: '' },
    status: {},
  };
}

function getMember(context: RequestContext, { scope, place, name }: MemberRequest): Reply {
  const role = roleOfUser(context, scope, place, name);
  const user = context.cluster.store.find(users, undefined, name)?.object;
  if (role === undefined) throw since41(context) ? notMember(name) : missingUser(context, name);
  if (user === undefined) throw missingUser(context, name);
  const { annotation } = scopeKinds(scope, context.release.name);
  return objectReply(context, users, annotated(withoutPassword(user), annotation, role));
}

function notMember(name: string): Error {
  return badRequest(`member ${name} not exist`);
}

/** A member as requests name one. */
interface Member {
  readonly username: string;
  readonly roleRef: string;
}

function memberType({ release }: RequestContext): string {
  return inRange(release.name, { since: 'v4.1' }) ? 'v1beta1.Member' : 'v1alpha2.Member';
}

function addMembers(context: RequestContext, { scope, place }: MemberRequest): Reply {
  const type = memberType(context);
  const members = readBodyArray(context, type).map((item): Member => {
    const member = isJsonObject(item) ? item : {};
    return { username: digString(member, 'username'), roleRef: digString(member, 'roleRef') };
  });
  for (const { username, roleRef } of members) bindUser(context, scope, place, username, roleRef);
  return json(members.map(({ username, roleRef }) => ({ username, roleRef })));
}

function changeMember(context: RequestContext, { scope, place, name }: MemberRequest): Reply {
  const sent = readBodyObject(context, memberType(context));
  const username = digString(sent, 'username');
  const roleRef = digString(sent, 'roleRef');
  if (!since41(context)) {
    assertNameMatches({ metadata: { name: username } }, name);
    bindUser(context, scope, place, name, roleRef);
    return json({ username, roleRef });
  }
  if (username !== name) {
    throw badRequest(`incorrect username ${name}, the username must equal to the member`);
  }
  if (roleOfUser(context, scope, place, name) === undefined) throw notMember(name);
  assertRoleExists(context, scope, place, roleRef);
  bindUser(context, scope, place, name, roleRef);
  return success();
}

function removeMember(context: RequestContext, { scope, place, name }: MemberRequest): Reply {
  unbindUser(context, scope, place, name);
  return success();
}
