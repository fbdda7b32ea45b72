import { didYouMean } from '../core/did-you-mean.js';
import { describeInput } from '../core/input-error.js';
import type { JsonObject } from '../core/json.js';
import { typeMismatches, type TypeMismatch } from '../registry/check-go-types.js';
import { nameProblems, nameRule, type NameRule } from '../registry/names.js';
import { fieldIndex } from '../registry/type-table.js';
import type { Report, Target } from './report.js';

/** What a field must be, and how that is written. */
const wantedTexts: Readonly<Record<TypeMismatch['wanted'], readonly [wanted: string, help: string]>> = {
  string: ['a text', 'put it in quotes'],
  boolean: ['true or false', 'write it without quotes'],
  number: ['a whole number', 'write it without quotes'],
  integer: ['a whole number', 'write it without quotes'],
  array: ['a list', 'write each item on a line with "- "'],
  object: ['a mapping', 'write it as "key: value"'],
  base64: ['a text in base64', 'encode it'],
  quantity: ['a quantity', 'write it like 500m, 2 or 1Gi'],
  intOrString: ['a whole number or a text', 'write it like 80 or 25%'],
  time: ['a time', 'write it like 2026-01-02T15:04:05Z'],
  microTime: ['a time to the microsecond', 'write it like 2026-01-02T15:04:05.000000Z'],
};

/** Members of metadata that `checkObject` looks at itself. */
const checkedMeta = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generateName',
  'labels',
  'annotations',
]);

/**
 * Reports members of an object that its type does not have at the top, and those of another type at any depth.
 *
 * Deeper members the table does not know pass: clusters newer than it have them.
 *
 * @param type Its member of the table of types; what is not in there is not checked.
 */
export function checkFields(value: JsonObject, type: string, report: Report): void {
  const fields = fieldIndex(type);
  if (fields === undefined) return;
  const known = ['apiVersion', 'kind', ...fields.keys()];
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) report([key], `unknown key${didYouMean(key, known) || '; take it out'}`);
  }
  for (const { path, value: found, wanted } of typeMismatches(value, type)) {
    if (isCheckedMeta(path)) continue;
    const [what, help] = wantedTexts[wanted];
    report(path, `must be ${what}, got ${describeInput(found)}; ${help}`);
  }
}

function isCheckedMeta([top, member, ...deeper]: TypeMismatch['path']): boolean {
  if (top !== 'metadata') return false;
  if (typeof member !== 'string' || checkedMeta.has(member)) return true;
  return deeper.length === 0 && (member === 'ownerReferences' || member === 'finalizers');
}

/** Members of metadata that only old or new clusters have. */
const otherMeta = ['clusterName', 'initializers'];

/** Reports members that no object's metadata has. */
export function checkMetaKeys(metadata: JsonObject, report: Report): void {
  const known = [...(fieldIndex('meta/v1.ObjectMeta')?.keys() ?? []), ...otherMeta];
  for (const key of Object.keys(metadata)) {
    if (!known.includes(key)) {
      report(['metadata', key], `unknown key${didYouMean(key, known) || '; take it out'}`);
    }
  }
}

const nameTexts: Readonly<Record<NameRule, string>> = {
  subdomain: 'at most 253 lower case letters, digits, "-" and "."',
  label: 'at most 63 lower case letters, digits and "-"',
  dns1035: 'at most 63 lower case letters, digits and "-", a letter first',
  path: 'without "/" and "%"',
};

/** What is wrong with a name that no object of its kind can have. */
export function nameProblem(name: string, target: Target): string | undefined {
  const rule = nameRule(target);
  if (nameProblems(name, rule).length === 0) return undefined;
  return `names of ${target.plural} are ${nameTexts[rule]}, got ${describeInput(name)}; rename it`;
}
