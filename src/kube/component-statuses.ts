import { inRange, type ReleaseName } from '../core/release.js';
import type { JsonObject } from '../core/json.js';

/** Kubernetes' own parts with what each says about its health. */
type Part = readonly [name: string, message: string];

const etcdHealthy = '{"health": "true"}';
/** As the guide of 2.1 prints it: three members of etcd, in the order they happened to answer. */
const partsOf2: readonly Part[] = [
  ['scheduler', 'ok'],
  ['controller-manager', 'ok'],
  ['etcd-1', etcdHealthy],
  ['etcd-0', etcdHealthy],
  ['etcd-2', etcdHealthy],
];
const partsOf3: readonly Part[] = [
  ['scheduler', 'ok'],
  ['controller-manager', 'ok'],
  ['etcd-0', '{"health":"true"}'],
];
/** `{"health":"true","reason":""}` is what etcd 3.5 answers. */
const partsOf4: readonly Part[] = [
  ['scheduler', 'ok'],
  ['controller-manager', 'ok'],
  ['etcd-0', '{"health":"true","reason":""}'],
];

const path = '/api/v1/componentstatuses';

/**
 * The health of Kubernetes' parts. Nothing stores them: the real server asks each part when it is asked.
 *
 * @see kubernetes/kubernetes pkg/registry/core/componentstatus/rest.go
 */
export function componentStatuses(release: ReleaseName): readonly JsonObject[] {
  const linked = inRange(release, { until: 'v3.0' });
  const parts = inRange(release, { until: 'v2.1' })
    ? partsOf2
    : inRange(release, { until: 'v3.1' })
      ? partsOf3
      : partsOf4;
  return parts.map(([name, message]) => ({
    metadata: { name, ...(linked && { selfLink: `${path}/${name}` }), creationTimestamp: null },
    conditions: [{ type: 'Healthy', status: 'True', message }],
  }));
}

/** The list of them; `selfLink` ended with Kubernetes 1.20. */
export function componentStatusList(release: ReleaseName): JsonObject {
  return {
    kind: 'ComponentStatusList',
    apiVersion: 'v1',
    metadata: inRange(release, { until: 'v3.0' }) ? { selfLink: path } : {},
    items: componentStatuses(release),
  };
}
