import { hashPassword } from '../../auth/passwords.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import { globalRoleAnnotation, userReferenceLabel } from '../../core/well-known-keys.js';
import type { KindCatalog, WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { rbacKinds } from '../../rbac/roles.js';
import type { Change } from '../../state/object-store.js';
import {
  currentOf,
  deleteLabelled,
  hasFinalizer,
  isDeleting,
  withFinalizer,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { kubeconfigName, kubeconfigPlace } from '../kubeconfig/kubeconfig-place.js';
import { provideKubeconfig } from '../kubeconfig/provide-kubeconfig.js';
import { cameToBeReady, knownClusters } from '../clusters/ready-clusters.js';
import { recordNotReady, recordSynced } from '../synced.js';

const iam = 'iam.kubesphere.io';
const finalizer = 'finalizers.kubesphere.io/users';
const passwordChangedAnnotation = 'iam.kubesphere.io/last-password-change-time';
/** How 3.0 tells whether a password is hashed; later releases look at the password. */
const passwordEncryptedAnnotation = 'iam.kubesphere.io/password-encrypted';
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
const bcrypt = /^\$2[abxy]?\$\d\d\$/;

/**
 * Brings users in order: password hashed, account activated, role on the platform noted; on deletion everything that
 * carries the user's label goes.
 *
 * @see kubesphere/kubesphere pkg/controller/user/user_controller.go
 */
export const userController: Controller = {
  name: 'user',
  since: 'v3.0',
  hostOnly: true,
  watches: [
    'users.iam.kubesphere.io',
    'globalrolebindings.iam.kubesphere.io',
    'clusters.cluster.kubesphere.io',
  ],
  reconcile: (context, change) => {
    for (const user of usersOf(context, change)) {
      if (isDeleting(user)) release(context, user);
      else if (!settle(context, user)) conclude(context, user);
    }
  },
};

/** The users a change is about: itself, or those a binding names now or named before. */
function usersOf(context: WriteContext, change: Change): readonly KubeObject[] {
  if (change.resource.plural === 'clusters') {
    if (!cameToBeReady(change) && change.type !== 'DELETED') return [];
    const all = context.cluster.store.list(context.catalog.get(iam, 'users')).map(({ object }) => object);
    // Nobody's kubeconfig is made in a cluster before it is needed there.
    return all.filter(isDeleting);
  }
  if (change.resource.plural === 'users') {
    const user = currentOf(context, change);
    return user === undefined ? [] : [user];
  }
  const { stored, previous } = change;
  const names = new Set([stored, previous].map((one) => one && label(one.object, userReferenceLabel)));
  const users = context.catalog.get(iam, 'users');
  return [...names].flatMap((name) => {
    const user = name === undefined ? undefined : context.cluster.store.find(users, undefined, name)?.object;
    return user === undefined ? [] : [user];
  });
}

/** @returns whether something was missing: then the user is looked at once more */
function settle(context: WriteContext, user: KubeObject): boolean {
  const release = context.world.release.name;
  let next = withFinalizer(user, finalizer);
  if (inRange(release, { since: 'v4.1' })) next = withGlobalRole(context, next);
  next = withHashedPassword(context, next);
  next = withState(context, next, release);
  if (next === user) return false;
  writeBack(context, context.catalog.get(iam, 'users'), next);
  return true;
}

/** Has a kubeconfig in every cluster within reach; before 4.1 in the host only. */
function conclude(context: WriteContext, user: KubeObject): void {
  const { world } = context;
  if (inRange(world.release.name, { since: 'v4.1' })) {
    const { ready, notReady } = knownClusters(world);
    for (const cluster of ready.values()) provideKubeconfig({ ...context, cluster }, user);
    if (notReady.length > 0) recordNotReady(context, user, 'user', notReady);
  } else provideKubeconfig(context, user);
  recordSynced(context, user, 'user');
}

/** Notes the role of a single binding; removes what is noted when there is none, leaves it when there are several. */
function withGlobalRole(context: WriteContext, user: KubeObject): KubeObject {
  const bindings = context.cluster.store
    .list(context.catalog.get(iam, 'globalrolebindings'))
    .filter(({ object }) => label(object, userReferenceLabel) === user.metadata.name && !isDeleting(object));
  const known = annotation(user, globalRoleAnnotation);
  if (bindings.length > 1 || (bindings.length === 0 && known === undefined)) return user;
  const role = digString(bindings[0]?.object, 'roleRef', 'name');
  return role === known
    ? user
    : withAnnotations(user, { ...user.metadata.annotations, [globalRoleAnnotation]: role });
}

function withHashedPassword(context: WriteContext, user: KubeObject): KubeObject {
  const password = digString(user, 'spec', 'password');
  const { world } = context;
  if (inRange(world.release.name, { until: 'v3.0' })) return withEncryptedPassword(context, user, password);
  if (password === '' || bcrypt.test(password)) return user;
  world.passwords.set(user.metadata.name, [password]);
  const { [lastAppliedAnnotation]: _, ...annotations } = user.metadata.annotations ?? {};
  const hashed = { ...user, spec: { ...digObject(user, 'spec'), password: hashPassword(world, password) } };
  return withAnnotations(hashed, { ...annotations, [passwordChangedAnnotation]: world.clock.timestamp() });
}

/** What 3.0 makes of a password. */
function withEncryptedPassword({ world }: WriteContext, user: KubeObject, password: string): KubeObject {
  if (annotation(user, passwordEncryptedAnnotation) === 'true') return user;
  const { [lastAppliedAnnotation]: _, ...annotations } = user.metadata.annotations ?? {};
  const marked = withAnnotations(user, { ...annotations, [passwordEncryptedAnnotation]: 'true' });
  // Differs from KubeSphere: what is a hash already is not hashed again, so that users of a world can log in.
  if (password === '' || bcrypt.test(password)) return marked;
  world.passwords.set(user.metadata.name, [password]);
  return { ...marked, spec: { ...digObject(user, 'spec'), password: hashPassword(world, password) } };
}

/**
 * Activates a new account. Before 4.1 one without password is disabled unless an identity provider vouches for it.
 */
function withState({ world }: WriteContext, user: KubeObject, release: ReleaseName): KubeObject {
  const state = digString(user, 'status', 'state');
  const set = (next: string): KubeObject =>
    next === state ? user : { ...user, status: { state: next, lastTransitionTime: world.clock.timestamp() } };
  if (state === 'Disabled') return user;
  const noPassword = digString(user, 'spec', 'password') === '';
  if (noPassword && !inRange(release, { since: 'v4.1' })) {
    return set(label(user, 'iam.kubesphere.io/identify-provider') === undefined ? 'Disabled' : 'Active');
  }
  return state === '' ? set('Active') : user;
}

function withAnnotations(user: KubeObject, annotations: JsonObject): KubeObject {
  return { ...user, metadata: { ...user.metadata, annotations } as KubeObject['metadata'] };
}

/** Deletes what belongs to a user in every cluster, then lets the user go; waits while a cluster is out of reach. */
function release(context: WriteContext, user: KubeObject): void {
  if (!hasFinalizer(user, finalizer)) return;
  const { world, catalog } = context;
  const { name } = user.metadata;
  const hasGroups = inRange(world.release.name, { since: 'v3.1', until: 'v3.4' });
  const ofGroups = hasGroups ? ['groupbindings'] : [];
  for (const plural of ['loginrecords', 'globalrolebindings', 'workspacerolebindings', ...ofGroups]) {
    deleteLabelled(context, catalog.get(iam, plural), userReferenceLabel, name);
  }
  const { ready, notReady } = knownClusters(world);
  for (const cluster of ready.values()) {
    for (const resource of clusterBindings(world.release.name, catalog)) {
      deleteLabelled({ ...context, cluster }, resource, userReferenceLabel, name);
    }
    deleteKubeconfig({ ...context, cluster }, name);
  }
  if (notReady.length > 0 && inRange(world.release.name, { since: 'v4.1' })) {
    recordNotReady(context, user, 'user', notReady);
    return;
  }
  const current = context.cluster.store.find(catalog.get(iam, 'users'), undefined, name)?.object;
  if (current !== undefined)
    writeBack(context, catalog.get(iam, 'users'), withoutFinalizer(current, finalizer));
}

/** Before 4.1 a kubeconfig goes with its owner. */
function deleteKubeconfig(context: WriteContext, user: string): void {
  const { name: release } = context.world.release;
  if (!inRange(release, { since: 'v4.1' })) return;
  const { resource, namespace } = kubeconfigPlace(release);
  const key = { namespace, name: kubeconfigName(user) };
  if (context.cluster.store.find(resource, key.namespace, key.name) !== undefined)
    deleteObject(context, context.catalog.get(resource.group, resource.plural), key);
}

function clusterBindings(release: ReleaseName, catalog: KindCatalog): ReturnType<KindCatalog['get']>[] {
  const { clusterRoleBindings, roleBindings } = rbacKinds(release);
  return [clusterRoleBindings, roleBindings].map(({ group, plural }) => catalog.get(group, plural));
}
