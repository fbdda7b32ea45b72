import { describeInput } from '../core/input-error.js';
import { isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { compileRego, regoOverride } from '../rbac/rego-overrides.js';
import { checkFields, checkMetaKeys } from './check-fields.js';
import type { Path, Report } from './report.js';

/** Levels an object may have; real ones need about twenty. */
const deepest = 100;

/**
 * The value as an object that can be stored, or `undefined` after its faults were reported.
 *
 * @param typeOf The member of the table of types that a kind has; `undefined` for kinds it does not hold.
 */
export function checkObject(
  value: JsonObject,
  path: Path,
  report: Report,
  typeOf: (apiVersion: string, kind: string) => string | undefined,
): KubeObject | undefined {
  let faults = 0;
  const refuse: Report = (at, message) => {
    faults += 1;
    report([...path, ...at], message);
  };
  const bad = unsafePlace(value);
  if (bad !== undefined) refuse([], bad);
  for (const key of ['kind', 'apiVersion']) {
    const given = value[key];
    if (given === undefined)
      refuse([key], `is missing; say what this is, such as ${key === 'kind' ? 'Node' : 'v1'}`);
    else if (typeof given !== 'string' || given === '')
      refuse([key], `must be a text, got ${describeInput(given)}`);
  }
  const { metadata } = value;
  if (!isJsonObject(metadata))
    refuse(['metadata'], `must be a mapping with a name, got ${describeInput(metadata)}`);
  else checkMetadata(metadata, refuse);
  const { apiVersion, kind } = value;
  const type =
    typeof apiVersion === 'string' && typeof kind === 'string' ? typeOf(apiVersion, kind) : undefined;
  // Not looked into when it may be too deep or polluting.
  if (type !== undefined && bad === undefined) checkFields(value, type, refuse);
  return faults === 0 ? (value as KubeObject) : undefined;
}

function checkMetadata(metadata: JsonObject, refuse: Report): void {
  const { name } = metadata;
  checkMetaKeys(metadata, refuse);
  if (name === undefined) refuse(['metadata', 'name'], 'is missing; give the object a name');
  for (const key of ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp', 'generateName']) {
    const given = metadata[key];
    if (given === undefined || (given === null && key === 'creationTimestamp')) continue;
    const quoted = typeof given === 'number' || typeof given === 'boolean' ? '; put it in quotes' : '';
    if (typeof given !== 'string')
      refuse(['metadata', key], `must be a text, got ${describeInput(given)}${quoted}`);
    else if (given === '' && key !== 'resourceVersion')
      refuse(['metadata', key], 'is empty; fill it in or take it out');
  }
  const { creationTimestamp } = metadata;
  if (typeof creationTimestamp === 'string' && Number.isNaN(Date.parse(creationTimestamp))) {
    const got = describeInput(creationTimestamp);
    refuse(['metadata', 'creationTimestamp'], `must be a moment like 2024-01-31T08:00:00Z, got ${got}`);
  }
  for (const key of ['labels', 'annotations']) checkTexts(metadata[key], ['metadata', key], refuse);
  checkPolicy(metadata['annotations'], refuse);
  for (const key of ['ownerReferences', 'finalizers']) {
    const given = metadata[key];
    if (given === undefined || given === null || Array.isArray(given)) continue;
    refuse(['metadata', key], `must be a list, got ${describeInput(given)}`);
  }
}

/** A role with a policy nobody here can evaluate would silently give other rights than the real server. */
function checkPolicy(annotations: Json | undefined, refuse: Report): void {
  const text = isJsonObject(annotations) ? annotations[regoOverride] : undefined;
  if (typeof text !== 'string' || text === '' || compileRego(text) !== undefined) return;
  refuse(
    ['metadata', 'annotations', regoOverride],
    'holds a policy this fake cannot evaluate; use comparisons of input only, or rules instead',
  );
}

/** Labels and annotations are texts only; YAML makes other things of `true` and `1` unless they are quoted. */
function checkTexts(given: Json | undefined, path: Path, refuse: Report): void {
  if (given === undefined || given === null) return;
  if (!isJsonObject(given)) {
    refuse(path, `must be a mapping of texts, got ${describeInput(given)}`);
    return;
  }
  for (const [key, text] of Object.entries(given)) {
    if (typeof text !== 'string')
      refuse([...path, key], `must be a text, got ${describeInput(text)}; put it in quotes`);
  }
}

/** What makes a value unsafe to store: the key `__proto__`, or too many levels. */
function unsafePlace(value: JsonObject): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > deepest) return 'nested too deeply; flatten it';
    const next: unknown[] = [];
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue;
      if (Object.hasOwn(each, '__proto__')) return 'has the key __proto__; take it out';
      for (const member of Object.values(each))
        if (typeof member === 'object' && member !== null) next.push(member);
    }
    level = next;
  }
  return undefined;
}
