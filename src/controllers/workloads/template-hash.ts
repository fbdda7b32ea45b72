import { digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import { complete } from '../../kube/defaults/complete.js';
import { podTemplate } from '../../kube/defaults/pod-spec.js';
import { canonicalStruct } from '../../registry/canonical.js';

/** Label that tells the pods of one ReplicaSet of a Deployment from those of the next. */
export const hashLabel = 'pod-template-hash';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/**
 * A short name for a template: equal templates have equal names.
 *
 * Differs from Kubernetes: the real one hashes a printout of Go structs, so the same template has another name there.
 */
export function templateHash(template: Json, collisions = 0): string {
  let hash = 0x811c9dc5;
  const text = `${JSON.stringify(sorted(template))}${collisions > 0 ? String(collisions) : ''}`;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return Array.from(String(hash), (digit) => alphabet.charAt(digit.charCodeAt(0) % alphabet.length)).join('');
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(sorted);
  if (!isJsonObject(value)) return value;
  // Older clients send a null creationTimestamp, newer ones none.
  const keys = Object.keys(value)
    .filter((key) => value[key] !== null)
    .sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key] ?? null)]));
}

/** Whether two templates ask for the same pods, whatever hash one of them is labelled with. */
export function sameTemplate(a: JsonObject, b: JsonObject): boolean {
  return sameJson(bare(a), bare(b));
}

/** A template completed, without its hash and without members that say nothing. */
export function bare(template: JsonObject): JsonObject {
  const completed = complete(template, podTemplate);
  const { [hashLabel]: _, ...labels } = digObject(completed, 'metadata', 'labels');
  const annotations = digObject(completed, 'metadata', 'annotations');
  return { labels, annotations, spec: canonicalStruct(digObject(completed, 'spec'), 'core/v1.PodSpec') };
}
