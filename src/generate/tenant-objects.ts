import { digObject, digString, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange, type Release } from '../core/release.js';
import { flat, uidOf } from './identity.js';
import type { Platform } from './platform.js';

/** A Namespace as its controllers leave it. */
export function namespace(given: KubeObject, { minor }: Platform, release: Release): KubeObject {
  const { name, labels } = given.metadata;
  const inWorkspace = labels !== undefined && Object.hasOwn(labels, 'kubesphere.io/workspace');
  const finalizer = inRange(release.name, { since: 'v4.1' })
    ? 'kubesphere.io/cascading-deletion'
    : 'finalizers.kubesphere.io/namespaces';
  const before41 = inRange(release.name, { until: 'v3.4' });
  return {
    ...given,
    metadata: {
      ...given.metadata,
      labels: {
        ...(minor >= 21 && { 'kubernetes.io/metadata.name': name }),
        ...(before41 && { 'kubesphere.io/namespace': name }),
        ...labels,
      },
      ...(inWorkspace && { finalizers: [finalizer] }),
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  };
}

/** A WorkspaceTemplate and the Workspace it is rolled out as, in the versions of the release. */
export function workspace(given: KubeObject, release: Release): KubeObject[] {
  const before41 = inRange(release.name, { until: 'v3.4' });
  const { name, annotations, creationTimestamp } = given.metadata;
  const finalizers = before41 ? ['finalizers.tenant.kubesphere.io'] : ['kubesphere.io/cascading-deletion'];
  const isolation: JsonObject = before41 ? { networkIsolation: false } : {};
  const manager = digString(given, 'spec', 'template', 'spec', 'manager');
  const template: KubeObject = {
    ...given,
    apiVersion: before41 ? 'tenant.kubesphere.io/v1alpha2' : given.apiVersion,
    metadata: {
      ...given.metadata,
      uid: uidOf(flat('WorkspaceTemplate/', name)),
      finalizers: before41 ? ['finalizers.workspacetemplate.kubesphere.io'] : finalizers,
    },
    spec: { ...digObject(given, 'spec'), template: { metadata: {}, spec: { manager, ...isolation } } },
  };
  const made: KubeObject = {
    kind: 'Workspace',
    apiVersion: before41 ? 'tenant.kubesphere.io/v1alpha1' : given.apiVersion,
    metadata: {
      name,
      ...(creationTimestamp && { creationTimestamp }),
      ...(annotations && { annotations }),
      finalizers,
    },
    spec: { manager, ...isolation },
    status: {},
  };
  return release.name === 'v2.1' ? [made] : [template, made];
}
