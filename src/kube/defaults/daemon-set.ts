import { dig, type Json } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { canonicalObject } from '../../registry/canonical.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { complete } from './complete.js';
import { workloadDefaults } from './workloads.js';

/** Annotation that counts the templates a DaemonSet has had. */
const countKey = 'deprecated.daemonset.template.generation';

/**
 * Counts the templates of a DaemonSet in an annotation that nobody else can change.
 *
 * @see kubernetes/kubernetes pkg/registry/apps/daemonset/strategy.go, pkg/apis/apps/v1/conversion.go
 */
export const prepareDaemonSet: NonNullable<ResourceHooks['prepare']> = (set, previous, context) => {
  const known = annotation(previous ?? set, countKey);
  const read = /^\d+$/.test(known ?? '') ? Number(known) : 0;
  const isNew = previous !== undefined && hasNewTemplate(set, previous, context);
  const count = String(previous === undefined ? Math.max(read, 1) : read + (isNew ? 1 : 0));
  // A world may hold DaemonSets that never counted.
  if (previous !== undefined && known === undefined && !isNew) return set;
  const annotations = { ...set.metadata.annotations, [countKey]: count };
  return { ...set, metadata: { ...set.metadata, annotations } };
};

/** Whether pods would be other ones: what a world was loaded with may leave out what goes without saying. */
function hasNewTemplate(set: KubeObject, previous: KubeObject, context: WriteContext): boolean {
  const templateOf = (object: KubeObject): Json | undefined => dig(object, 'spec', 'template');
  if (sameJson(templateOf(set), templateOf(previous))) return false;
  const resource = context.catalog.get('apps', 'daemonsets');
  const defaults = workloadDefaults['daemonsets.apps'] ?? {};
  const [now, was] = [set, complete(previous, defaults) as KubeObject].map((one) =>
    templateOf(canonicalObject(one, resource)),
  );
  return !sameJson(now, was);
}
