import { digArray, digObject } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyArray } from '../../../registry/read-json-body.js';
import { empty } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { labels, refusedAsBad } from './labels.js';

/** `POST /labelbindings`: puts clusters on labels; the controller labels the clusters. A cluster may come up twice. */
export function bindLabels(context: RequestContext): Reply {
  const resource = context.catalog.get(labels.group, labels.plural);
  for (const binding of readBodyArray(context, 'v1alpha1.BindingClustersRequest')) {
    const added = digArray(binding, 'clusters');
    for (const name of digArray(binding, 'labels').filter((one) => typeof one === 'string')) {
      refusedAsBad(() => {
        const label = context.cluster.store.get(labels, undefined, name).object;
        const spec = digObject(label, 'spec');
        updateObject(context, resource, {
          ...label,
          spec: { ...spec, clusters: [...digArray(spec, 'clusters'), ...added] },
        });
      });
    }
  }
  return empty();
}
