import { goValue } from '../../core/go-value.js';
import { encodeCompact, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { quote } from '../../core/api-error.js';
import { sortedJson } from '../../core/sorted-json.js';
import type { Cause } from '../../registry/object-meta.js';
import { childPath, itemSchema, memberSchema, walk } from './schema-nodes.js';

/**
 * Items that a `set` or `map` list holds twice.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/schema/listtype/validation.go
 */
export function duplicateItems(value: JsonObject, schema: JsonObject): Cause[] {
  const causes: Cause[] = [];
  walk(value, schema, (list, described, path) => {
    if (!Array.isArray(list)) return;
    const type = described['x-kubernetes-list-type'];
    if (type !== 'set' && type !== 'map') return;
    const seen = new Set<string>();
    const told = new Set<string>();
    for (const [at, item] of (list as readonly Json[]).entries()) {
      const key = type === 'set' ? item : keyOf(item, described);
      const text = JSON.stringify(sortedJson(key));
      if (seen.has(text) && !told.has(text)) {
        told.add(text);
        const shown = isJsonObject(key)
          ? goValue(key)
          : typeof key === 'string'
            ? quote(key)
            : encodeCompact(key);
        const message = `Duplicate value: ${shown}`;
        causes.push({ reason: 'FieldValueDuplicate', message, field: childPath(path, at) });
      }
      seen.add(text);
    }
  });
  return causes;
}

/** What tells the items of a `map` list apart; a key that is left out has its default. */
function keyOf(item: Json, schema: JsonObject): JsonObject {
  const keys = schema['x-kubernetes-list-map-keys'];
  const names = Array.isArray(keys) ? (keys as readonly Json[]).map(String) : [];
  const found: Record<string, Json> = {};
  for (const name of names) {
    const given = isJsonObject(item) ? item[name] : undefined;
    const value = given ?? memberSchema(itemSchema(schema), name)?.['default'];
    if (value !== undefined) found[name] = value;
  }
  return found;
}
