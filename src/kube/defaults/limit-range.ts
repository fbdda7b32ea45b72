import { digArray, digObject, isJsonObject, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Completes the limits of a new LimitRange as they follow from each other. */
export function prepareLimitRange(object: KubeObject): KubeObject {
  const limits = digArray(object, 'spec', 'limits').map((item): Json => {
    if (!isJsonObject(item) || item['type'] !== 'Container') return item;
    const most = { ...digObject(item, 'max'), ...digObject(item, 'default') };
    const asked = { ...digObject(item, 'min'), ...most, ...digObject(item, 'defaultRequest') };
    return {
      ...item,
      ...(Object.keys(most).length > 0 && { default: most }),
      ...(Object.keys(asked).length > 0 && { defaultRequest: asked }),
    };
  });
  return limits.length === 0 ? object : { ...object, spec: { ...digObject(object, 'spec'), limits } };
}
