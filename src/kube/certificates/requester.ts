import { digObject, type JsonObject } from '../../core/json.js';
import type { RequestContext, Resource, ResourceHooks } from '../../registry/contract.js';
import { kubernetesUser } from '../reviews/kubernetes-user.js';

/** A new certificate signing request says who sent it, whatever was sent; objects of other kinds stay as they are. */
export function withRequester(object: JsonObject, { plural }: Resource, context: RequestContext): JsonObject {
  if (plural !== 'certificatesigningrequests') return object;
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = digObject(object, 'spec');
  const { name, uid, groups, extra } = kubernetesUser(context);
  return {
    ...object,
    spec: {
      ...spec,
      username: name,
      ...(uid !== '' && { uid }),
      groups,
      ...(Object.keys(extra).length > 0 && { extra }),
    },
  };
}

/** What a certificate signing request asks for cannot be changed: a write that tries is taken without it. */
export const certificateRequestHooks: ResourceHooks = {
  prepare: (object, previous) =>
    previous?.['spec'] === undefined ? object : { ...object, spec: previous['spec'] },
};
