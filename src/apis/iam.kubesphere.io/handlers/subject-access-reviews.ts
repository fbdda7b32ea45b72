import {
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import type { User } from '../../../core/kube-object.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { reviewedAttributes } from '../../../rbac/access-attributes.js';

const resourceFields = [
  'resourceScope',
  'workspace',
  'namespace',
  'verb',
  'group',
  'version',
  'resource',
  'subresource',
  'name',
];
const pathFields = ['path', 'verb'];

/** `POST /subjectaccessreviews`: tells whether somebody may do something; a list is answered item by item, in order. */
export function reviewSubjectAccess(context: RequestContext): Reply {
  const sent = readBodyObject(context, 'v1beta1.SubjectAccessReview');
  if (sent['items'] === undefined) return json(reviewed(context, sent));
  const items = digArray(sent, 'items').filter(isJsonObject);
  return json({ ...typeOf(sent), metadata: {}, items: items.map((item) => reviewed(context, item)) });
}

function reviewed(context: RequestContext, sent: JsonObject): JsonObject {
  const given = digObject(sent, 'spec');
  const spec: JsonObject = {
    ...(isJsonObject(given['resourceAttributes']) && {
      resourceAttributes: filled(given['resourceAttributes'], resourceFields),
    }),
    ...(isJsonObject(given['nonResourceAttributes']) && {
      nonResourceAttributes: filled(given['nonResourceAttributes'], pathFields),
    }),
    ...filled(given, ['user']),
    ...(strings(given, 'groups').length > 0 && { groups: strings(given, 'groups') }),
    ...(isJsonObject(given['extra']) && Object.keys(given['extra']).length > 0 && { extra: given['extra'] }),
    ...filled(given, ['uid']),
  };
  const { allowed, reason } = context.authorize(reviewedAttributes(spec, userOf(spec)));
  return { ...typeOf(sent), spec, status: { allowed, ...(reason !== '' && { reason }) } };
}

function userOf(spec: JsonObject): User {
  return {
    name: digString(spec, 'user'),
    uid: digString(spec, 'uid'),
    groups: strings(spec, 'groups'),
    extra: {},
  };
}

function typeOf(sent: JsonObject): JsonObject {
  return filled(sent, ['kind', 'apiVersion']);
}

/** The non-empty texts among some members, in their order. */
function filled(value: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.map((key) => [key, digString(value, key)] as const).filter(([, text]) => text !== ''),
  );
}

function strings(value: JsonObject, key: string): readonly string[] {
  return digArray(value, key).filter((item: Json): item is string => typeof item === 'string');
}
