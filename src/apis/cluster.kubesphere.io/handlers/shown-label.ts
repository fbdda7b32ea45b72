import { digArray, digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';

/** A label as a typed client's write answers it: without kind and apiVersion, members in the order of the struct. */
export function shownLabel(label: KubeObject): KubeObject {
  const background = digString(label, 'spec', 'backgroundColor');
  const clusters = digArray(label, 'spec', 'clusters');
  return {
    metadata: label.metadata,
    spec: {
      key: digString(label, 'spec', 'key'),
      value: digString(label, 'spec', 'value'),
      ...(background !== '' && { backgroundColor: background }),
      ...(clusters.length > 0 && { clusters }),
    },
  } as unknown as KubeObject;
}
