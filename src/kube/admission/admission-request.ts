import type { Json, JsonObject } from '../../core/json.js';
import type { Attributes } from './attributes.js';

/** An object at another version of its kind, which shows the same members. */
function at(object: JsonObject | undefined, version: string, { resource: { group: own } }: Attributes): Json {
  if (object === undefined) return null;
  return { ...object, apiVersion: own === '' ? version : `${own}/${version}` };
}

/** The `request` of a review, which policies see too. @param version At which the webhook or policy asks for the kind. */
export function admissionRequest(attributes: Attributes, version: string, uid: string): JsonObject {
  const { kind, resource, subresource, namespace, name, operation, user, dryRun, options } = attributes;
  const isPart = kind.kind !== resource.kind;
  const gvr = { group: resource.group, version, resource: resource.plural };
  return {
    uid,
    kind: isPart ? { ...kind } : { ...kind, version },
    resource: gvr,
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: { ...kind },
    requestResource: { ...gvr, version: attributes.version },
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...(name !== '' && { name }),
    ...(namespace !== '' && { namespace }),
    operation,
    userInfo: {
      username: user.name,
      ...(user.uid !== '' && { uid: user.uid }),
      groups: [...user.groups],
      ...(Object.keys(user.extra).length > 0 && { extra: user.extra as unknown as JsonObject }),
    },
    object: isPart ? (attributes.object ?? null) : at(attributes.object, version, attributes),
    oldObject: isPart ? (attributes.oldObject ?? null) : at(attributes.oldObject, version, attributes),
    dryRun,
    options: Object.keys(options).length > 0 ? options : null,
  };
}
