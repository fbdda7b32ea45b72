import { digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { controllerReference, type KubeObject, label } from '../../core/kube-object.js';
import { roleReferenceLabel, userReferenceLabel } from '../../core/well-known-keys.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { knownClusters } from '../clusters/ready-clusters.js';

const iam = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';
const prefix = 'kubesphere:iam:';

/** Label on a mirror that names its original, by the original's plural. */
const referenceLabels: Readonly<Record<string, string>> = {
  roles: roleReferenceLabel,
  clusterroles: 'iam.kubesphere.io/clusterrole-ref',
  rolebindings: 'iam.kubesphere.io/rolebinding-ref',
  clusterrolebindings: 'iam.kubesphere.io/clusterrolebinding-ref',
};

/**
 * Keeps a copy of every role and binding of clusters and projects as Kubernetes' own kind, so that kubectl's rules
 * follow KubeSphere's. Copies go with their original.
 *
 * @see kubesphere/kubesphere pkg/controller/role, rolebinding, clusterrole, clusterrolebinding
 */
export const nativeRbacMirror: Controller = {
  name: 'native-rbac-mirror',
  since: 'v4.1',
  watches: Object.keys(referenceLabels).map((plural) => `${plural}.${iam}`),
  reconcile: (context, change) => {
    const original = currentOf(context, change);
    if (original === undefined || isDeleting(original)) return;
    const { plural } = change.resource;
    const mirror = context.catalog.get(native, plural);
    const wanted = mirrorOf(original, plural);
    const { name, namespace } = wanted.metadata;
    const known = context.cluster.store.find(mirror, namespace, name)?.object;
    if (known === undefined) createObject(context, mirror, wanted);
    else put(context, mirror, known, wanted);
  },
};

function put(context: WriteContext, mirror: Resource, known: KubeObject, wanted: KubeObject): void {
  const { rules, subjects, roleRef } = wanted;
  writeBack(context, mirror, {
    ...known,
    ...(rules !== undefined && { rules }),
    ...(subjects !== undefined && { subjects }),
    ...(roleRef !== undefined && { roleRef }),
  });
}

function mirrorOf(original: KubeObject, plural: string): KubeObject {
  const { name, namespace } = original.metadata;
  const metadata = {
    name: prefix + name,
    ...(namespace !== undefined && { namespace }),
    labels: { [referenceLabels[plural] ?? '']: name },
    ownerReferences: [controllerReference(original)],
  };
  const isBinding = plural.endsWith('bindings');
  const content: JsonObject = isBinding
    ? {
        subjects: digArray(original, 'subjects').map((subject) => nativeSubject(subject, plural)),
        roleRef: {
          apiGroup: native,
          kind: digString(original, 'roleRef', 'kind'),
          name: prefix + digString(original, 'roleRef', 'name'),
        },
      }
    : { rules: original['rules'] ?? [] };
  return { kind: original.kind, apiVersion: `${native}/v1`, metadata, ...content };
}

/** ServiceAccounts of KubeSphere become Kubernetes' own of the same name: a trap of the real controllers, kept. */
function nativeSubject(subject: Json, plural: string): Json {
  if (!isJsonObject(subject)) return subject;
  const isAccount = subject['kind'] === 'ServiceAccount';
  if (plural === 'clusterrolebindings') return { ...subject, apiGroup: isAccount ? '' : native };
  return digString(subject, 'apiGroup') === '' ? subject : { ...subject, apiGroup: native };
}

/**
 * Makes whoever runs the platform an administrator of every cluster that is ready.
 *
 * @see kubesphere/kubesphere pkg/controller/globalrolebinding
 */
export const clusterAdminMirror: Controller = {
  name: 'globalrolebinding',
  since: 'v4.1',
  hostOnly: true,
  watches: ['globalrolebindings.iam.kubesphere.io'],
  reconcile: (context, change) => {
    const binding = currentOf(context, change);
    const user = binding && label(binding, userReferenceLabel);
    if (binding === undefined || user === undefined || isDeleting(binding)) return;
    if (!bindsAdministrator(binding)) return;
    const bindings = context.catalog.get(native, 'clusterrolebindings');
    const wanted = administratorOf(user);
    for (const cluster of knownClusters(context.world).ready.values()) {
      if (cluster.store.find(bindings, undefined, wanted.metadata.name) !== undefined) continue;
      createObject({ ...context, cluster }, bindings, wanted);
    }
  },
};

/** Whether a GlobalRoleBinding is of who runs the platform. */
export function bindsAdministrator(binding: KubeObject): boolean {
  return digString(binding, 'roleRef', 'name') === 'platform-admin';
}

/** The binding of Kubernetes' own that makes a user an administrator of a cluster. */
export function administratorOf(user: string): KubeObject {
  return {
    kind: 'ClusterRoleBinding',
    apiVersion: `${native}/v1`,
    metadata: {
      name: `${user}-cluster-admin`,
      labels: { [roleReferenceLabel]: 'cluster-admin', [userReferenceLabel]: user },
    },
    subjects: [
      { kind: 'User', apiGroup: native, name: user },
      { kind: 'ServiceAccount', name: `kubesphere.users.${user}`, namespace: 'kubesphere-system' },
    ],
    roleRef: { apiGroup: native, kind: 'ClusterRole', name: 'cluster-admin' },
  };
}
