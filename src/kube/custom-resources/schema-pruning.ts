import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { knownMembers } from '../strict-fields.js';
import { childPath, isSet, itemSchema, memberSchema, resourceMembers } from './schema-nodes.js';

/** A value without what its schema does not know. */
export interface Pruned {
  readonly value: Json;
  /** Paths of what was taken out, such as `spec.list[0].foo`. */
  readonly unknown: readonly string[];
}

/**
 * Takes out every member that a schema neither names nor keeps; the same value when there is none.
 *
 * @param value A whole resource: its `apiVersion`, `kind` and `metadata` always stay.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/pruning
 */
export function prune(value: JsonObject, schema: JsonObject): Pruned {
  const unknown: string[] = [];
  return { value: pruned(value, schema, '', true, unknown), unknown };
}

function pruned(value: Json, schema: JsonObject, path: string, isResource: boolean, unknown: string[]): Json {
  if (Array.isArray(value)) {
    const items = itemSchema(schema);
    const list = value as readonly Json[];
    const next = list.map((item, at) =>
      pruned(item, items, childPath(path, at), isSet(items, 'x-kubernetes-embedded-resource'), unknown),
    );
    return next.every((item, at) => item === list[at]) ? list : next;
  }
  if (!isJsonObject(value)) return value;
  const keeps =
    isSet(schema, 'x-kubernetes-preserve-unknown-fields') || schema['additionalProperties'] === true;
  const next: Record<string, Json | undefined> = {};
  let changed = false;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const place = childPath(path, key);
    const described = isResource && resourceMembers.has(key) ? undefined : memberSchema(schema, key);
    if (described !== undefined) {
      const embedded = isSet(described, 'x-kubernetes-embedded-resource');
      const kept = pruned(member, described, place, embedded, unknown);
      if (kept !== member) changed = true;
      next[key] = kept;
    } else if (isResource && key === 'metadata' && path !== '' && isJsonObject(member)) {
      const known = knownMembers({ metadata: member }, 'meta/v1.PartialObjectMetadata');
      const { metadata } = known.object;
      if (metadata !== member) changed = true;
      next[key] = metadata;
      unknown.push(...known.unknown.map((text) => childPath(path, namedIn(text))));
    } else if (keeps || (isResource && resourceMembers.has(key))) next[key] = member;
    else {
      unknown.push(place);
      changed = true;
    }
  }
  return changed ? next : value;
}

/** The path in `unknown field "metadata.foo"`. */
function namedIn(complaint: string): string {
  return JSON.parse(complaint.slice(complaint.indexOf('"'))) as string;
}
