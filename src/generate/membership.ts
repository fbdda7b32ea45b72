import { digString, type JsonObject } from '../core/json.js';
import { controllerReference, type KubeObject } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import { flat, uidOf } from './identity.js';

/** bcrypt of `P@88w0rd`, as the real chart ships it for admin: all made-up users share the password. */
export const sharedPasswordHash = '$2a$10$zcHepmzfKPoxCVCYZr5K7ORPZZ/ySe9p/7IUb/8u./xHrnSX2LOCO';

const iam = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';

/** Somebody to be made. */
export interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly created: string;
  readonly displayName?: string;
  readonly globalRole?: string;
  readonly state?: string;
  readonly grantedClusters?: string;
}

/** Makes users and what ties them to roles, in the kinds and shapes of one release. */
export class Membership {
  readonly #since41: boolean;
  /** In 2.1 the binding of the one role a user has in the cluster is named like the user. */
  readonly #oneRole: boolean;

  /** In 3.0 it is an annotation that says that a password is hashed. */
  readonly #marksHashes: boolean;

  constructor(release: ReleaseName) {
    this.#marksHashes = inRange(release, { since: 'v3.0', until: 'v3.0' });
    this.#oneRole = inRange(release, { until: 'v2.1' });
    this.#since41 = inRange(release, { since: 'v4.1' });
  }

  /** A user as the user controller leaves it. */
  user(given: NewUser): KubeObject {
    const annotations = {
      ...(this.#since41 &&
        given.globalRole !== undefined && { 'iam.kubesphere.io/globalrole': given.globalRole }),
      ...(given.grantedClusters !== undefined && {
        'iam.kubesphere.io/granted-clusters': given.grantedClusters,
      }),
      ...(this.#marksHashes
        ? { 'iam.kubesphere.io/password-encrypted': 'true' }
        : { 'iam.kubesphere.io/last-password-change-time': given.created }),
    };
    return {
      kind: 'User',
      apiVersion: this.#iamVersion,
      metadata: {
        name: given.name,
        uid: uidOf(flat('User/', given.name)),
        creationTimestamp: given.created,
        annotations,
        finalizers: ['finalizers.kubesphere.io/users'],
      },
      spec: {
        email: given.email,
        ...(given.displayName !== undefined && { displayName: given.displayName }),
        password: sharedPasswordHash,
      },
      status: { state: given.state ?? 'Active', lastTransitionTime: given.created },
    };
  }

  /** Gives a user a role of the whole platform. */
  global(user: string, role: string, created: string): KubeObject {
    return this.#binding('GlobalRoleBinding', 'GlobalRole', user, role, created, {});
  }

  /** Gives a user a role in a workspace; `template` is its WorkspaceTemplate. */
  workspace(user: string, role: string, created: string, template: KubeObject): KubeObject {
    const binding = this.#binding('WorkspaceRoleBinding', 'WorkspaceRole', user, role, created, {
      'kubesphere.io/workspace': template.metadata.name,
    });
    return {
      ...binding,
      metadata: { ...binding.metadata, ownerReferences: [controllerReference(template)] },
    };
  }

  /** Gives a user a role in a cluster; from 4.1 on with the mirror Kubernetes itself looks at. */
  cluster(user: string, role: string, created: string): KubeObject[] {
    const binding = this.#binding('ClusterRoleBinding', 'ClusterRole', user, role, created, {});
    if (!this.#oneRole) return this.#mirrored(binding);
    return [{ ...binding, metadata: { ...binding.metadata, name: user } }];
  }

  /** Gives a user a role in a project; from 4.1 on with its mirror. */
  project(user: string, role: string, created: string, namespace: string): KubeObject[] {
    return this.#mirrored(this.#binding('RoleBinding', 'Role', user, role, created, {}, namespace));
  }

  get #iamVersion(): string {
    return this.#since41 ? `${iam}/v1beta1` : `${iam}/v1alpha2`;
  }

  #binding(
    kind: string,
    roleKind: string,
    user: string,
    role: string,
    created: string,
    labels: Readonly<Record<string, string>>,
    namespace?: string,
  ): KubeObject {
    const isNative = !this.#since41 && (roleKind === 'Role' || roleKind === 'ClusterRole');
    const group = isNative ? native : iam;
    const name = flat(user, '-', role);
    const finalizer = finalizers[kind];
    return {
      kind,
      apiVersion: isNative ? `${native}/v1` : this.#iamVersion,
      metadata: {
        name,
        ...(namespace !== undefined && { namespace }),
        uid: uidOf(flat(kind, '/', namespace ?? '', '/', name)),
        creationTimestamp: created,
        labels: {
          ...(this.#since41 && { 'iam.kubesphere.io/role-ref': role }),
          'iam.kubesphere.io/user-ref': user,
          ...labels,
        },
        ...(finalizer !== undefined && this.#since41 && { finalizers: [finalizer] }),
      },
      subjects: [{ kind: 'User', apiGroup: this.#since41 ? iam : native, name: user }],
      roleRef: { apiGroup: group, kind: roleKind, name: role },
    };
  }

  #mirrored(binding: KubeObject): KubeObject[] {
    if (!this.#since41) return [binding];
    const { name, namespace, creationTimestamp } = binding.metadata;
    const roleRef = binding['roleRef'] as JsonObject;
    const subjects = binding['subjects'] as readonly JsonObject[];
    const reference = namespace === undefined ? 'clusterrolebinding-ref' : 'rolebinding-ref';
    return [
      binding,
      {
        kind: binding.kind,
        apiVersion: `${native}/v1`,
        metadata: {
          name: flat('kubesphere:iam:', name),
          ...(namespace !== undefined && { namespace }),
          ...(creationTimestamp && { creationTimestamp }),
          labels: { [`iam.kubesphere.io/${reference}`]: name },
          ownerReferences: [controllerReference(binding)],
        },
        subjects: subjects.map((subject) => ({ ...subject, apiGroup: native })),
        roleRef: {
          apiGroup: native,
          kind: digString(roleRef, 'kind'),
          name: flat('kubesphere:iam:', digString(roleRef, 'name')),
        },
      },
    ];
  }
}

const finalizers: Readonly<Record<string, string>> = {
  GlobalRoleBinding: 'finalizers.kubesphere.io/globalrolebindings',
  WorkspaceRoleBinding: 'finalizers.kubesphere.io/workspacerolebindings',
};
