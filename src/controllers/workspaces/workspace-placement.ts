import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { KnownClusters } from '../clusters/ready-clusters.js';

/**
 * The clusters a workspace is placed on: those its template names, else those it selects, else none.
 *
 * @see kubesphere/kubesphere pkg/controller/workspacetemplate/utils/helper.go
 */
export function placement(template: KubeObject, { objects }: KnownClusters): ReadonlySet<string> {
  const named = digArray(template, 'spec', 'placement', 'clusters').map((cluster) =>
    digString(cluster, 'name'),
  );
  if (named.length > 0) return new Set(named);
  const selector = dig(template, 'spec', 'placement', 'clusterSelector');
  const selected = objects.filter(({ metadata }) => selects(selector, metadata.labels));
  return new Set(selected.map(({ metadata }) => metadata.name));
}
