import { hashPassword } from '../auth/passwords.js';
import { digArray, digObject, digString } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { UserOption } from '../core/options.js';
import { inRange } from '../core/release.js';
import type { Resource, WriteContext } from '../registry/contract.js';
import { createObject } from '../registry/verbs/create.js';

const iam = 'iam.kubesphere.io';
const userRef = `${iam}/user-ref`;
const roleRef = `${iam}/role-ref`;
const roleAnnotation = `${iam}/globalrole`;
const defaultRole = 'platform-regular';

/**
 * Makes a login, or changes it when the world already has one of that name: its password, e-mail, groups, state and
 * global role. What the option leaves out stays; a new login is Active and `platform-regular`.
 */
export function putUser(context: WriteContext, option: UserOption): void {
  const { world, catalog, cluster } = context;
  world.passwords.set(option.name, [option.password]);
  const users = catalog.get(iam, 'users');
  const known = cluster.store.find(users, undefined, option.name)?.object;
  const role = option.globalRole ?? (known === undefined ? defaultRole : undefined);
  const user = userObject(context, users, option, known, role);
  if (known === undefined) createObject(context, users, user);
  writeStatus(context, users, user);
  // 2.1 has no global roles.
  if (role !== undefined && catalog.byPlural(iam, 'globalrolebindings') !== undefined)
    bindGlobally(context, option.name, role);
}

function userObject(
  { world }: WriteContext,
  users: Resource,
  option: UserOption,
  known: KubeObject | undefined,
  role: string | undefined,
): KubeObject {
  const annotated = role !== undefined && inRange(world.release.name, { since: 'v4.1' });
  const annotations = {
    ...digObject(known, 'metadata', 'annotations'),
    ...(annotated && { [roleAnnotation]: role }),
  };
  return {
    ...(known ?? { apiVersion: `${iam}/${users.versions[0] ?? 'v1alpha2'}`, kind: users.kind }),
    metadata: {
      name: option.name,
      ...(known?.metadata ?? { finalizers: ['finalizers.kubesphere.io/users'] }),
      ...(Object.keys(annotations).length > 0 && { annotations: annotations }),
    },
    spec: {
      email: `${option.name}@example.com`,
      ...digObject(known, 'spec'),
      password: hashPassword(world, option.password),
      ...(option.email !== undefined && { email: option.email }),
      ...(option.groups !== undefined && { groups: option.groups }),
    },
    status: { state: 'Active', ...digObject(known, 'status'), ...(option.state && { state: option.state }) },
  };
}

/** The state is not part of what a create or a plain update may say, so it is stored as controllers store it. */
function writeStatus({ cluster }: WriteContext, users: Resource, wanted: KubeObject): void {
  const current = cluster.store.get(users, undefined, wanted.metadata.name).object;
  const { annotations } = wanted.metadata;
  const status = { ...digObject(wanted, 'status') };
  const changed = digString(current, 'status', 'state') !== status['state'];
  cluster.store.update(users, {
    ...current,
    metadata: { ...current.metadata, ...(annotations && { annotations }) },
    spec: { ...digObject(current, 'spec'), ...digObject(wanted, 'spec') },
    status: changed ? status : { ...digObject(current, 'status'), ...status },
  });
}

/** Gives a user one global role and takes the others away. */
function bindGlobally(context: WriteContext, user: string, role: string): void {
  const { catalog, cluster, world } = context;
  const bindings = catalog.get(iam, 'globalrolebindings');
  const own = cluster.store
    .list(bindings)
    .filter(
      ({ object }) => digString(object, 'metadata', 'labels', userRef) === user || bindsOnly(object, user),
    );
  if (own.some(({ object }) => digString(object, 'roleRef', 'name') === role)) return;
  for (const { object } of own) cluster.store.remove(bindings, undefined, object.metadata.name);
  const since41 = inRange(world.release.name, { since: 'v4.1' });
  createObject(context, bindings, {
    apiVersion: `${iam}/${bindings.versions[0] ?? 'v1alpha2'}`,
    kind: bindings.kind,
    metadata: { name: `${user}-${role}`, labels: { ...(since41 && { [roleRef]: role }), [userRef]: user } },
    roleRef: { apiGroup: iam, kind: 'GlobalRole', name: role },
    subjects: [{ apiGroup: since41 ? iam : 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  });
}

function bindsOnly(binding: KubeObject, user: string): boolean {
  const subjects = digArray(binding, 'subjects');
  return (
    subjects.length === 1 &&
    digString(subjects[0], 'kind') === 'User' &&
    digString(subjects[0], 'name') === user
  );
}
