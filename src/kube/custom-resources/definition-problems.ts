import { isDeepStrictEqual } from 'node:util';
import { quote } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import { invalidShown, invalidValue, required, unsupported, type Cause } from '../validation/causes.js';
import { conversionProblems } from './conversion/conversion-problems.js';
import { conditionOf, scaleOf, schemaOf, versionsOf } from './definition.js';
import { readPath } from './field-path.js';
import { schemaDefinitionProblems } from './structural-schema.js';

const columnTypes = ['boolean', 'date', 'integer', 'number', 'string'];

/**
 * What is wrong with a CustomResourceDefinition.
 *
 * @throws ApiError 501 for rules that the fake cannot evaluate
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go
 */
export function definitionProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const names = digObject(object, 'spec', 'names');
  const group = digString(object, 'spec', 'group');
  const { name } = object.metadata;
  const causes: Cause[] = [];
  if (name !== `${digString(names, 'plural')}.${group}`)
    causes.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  causes.push(...groupProblems(group, object), ...scopeProblems(object), ...versionListProblems(object));
  causes.push(
    ...schemasProblems(object),
    ...nameListProblems(names),
    ...conversionProblems(object, previous),
  );
  if (previous !== undefined) causes.push(...changeProblems(object, previous));
  return causes;
}

function groupProblems(group: string, object: KubeObject): Cause[] {
  if (group === '') return [required('spec.group')];
  const bad = nameProblems(group, 'subdomain');
  if (bad.length > 0) return [invalidValue('spec.group', group, bad.join(','))];
  if (!group.includes('.'))
    return [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
  const approved = dig(object, 'metadata', 'annotations', 'api-approved.kubernetes.io');
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group) || approved !== undefined) return [];
  const why =
    'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111';
  return [required('metadata.annotations[api-approved.kubernetes.io]', why)];
}

function scopeProblems(object: KubeObject): Cause[] {
  const scope = digString(object, 'spec', 'scope');
  if (scope === '') return [required('spec.scope')];
  return ['Cluster', 'Namespaced'].includes(scope)
    ? []
    : [unsupported('spec.scope', scope, ['Cluster', 'Namespaced'])];
}

function versionListProblems(object: KubeObject): Cause[] {
  const causes: Cause[] = [];
  const versions = versionsOf(object);
  const names = versions.map((version) => digString(version, 'name'));
  for (const [at, version] of versions.entries()) {
    const path = `spec.versions[${String(at)}]`;
    const name = digString(version, 'name');
    const bad = nameProblems(name, 'dns1035');
    if (bad.length > 0) causes.push(invalidValue(`${path}.name`, name, bad.join(',')));
    const warning = version['deprecationWarning'];
    if (typeof warning === 'string' && version['deprecated'] !== true)
      causes.push(
        invalidValue(`${path}.deprecationWarning`, warning, 'can only be set for deprecated versions'),
      );
    causes.push(
      ...columnProblems(version, path),
      ...scaleProblems(version, path),
      ...fieldProblems(version, path),
    );
  }
  if (new Set(names).size !== names.length)
    causes.push(invalidShown('spec.versions', goVersions(versions), 'must contain unique version names'));
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    causes.push(invalidShown('spec.versions', goVersions(versions), why));
  }
  return causes;
}

/** Versions as Go prints them, without what it prints as addresses. */
function goVersions(versions: readonly JsonObject[]): string {
  const type = 'apiextensions.CustomResourceDefinitionVersion';
  const texts = versions.map(
    (version) =>
      `${type}{Name:${quote(digString(version, 'name'))}, Served:${String(version['served'] === true)}, Storage:${String(version['storage'] === true)}}`,
  );
  return `[]${type}{${texts.join(', ')}}`;
}

function columnProblems(version: JsonObject, path: string): Cause[] {
  return digArray(version, 'additionalPrinterColumns').flatMap((column, at) => {
    const place = `${path}.additionalPrinterColumns[${String(at)}]`;
    const [name, type, jsonPath] = ['name', 'type', 'jsonPath'].map((key) => digString(column, key));
    const causes: Cause[] = [];
    if (name === '') causes.push(required(`${place}.name`));
    if (type === '') causes.push(required(`${place}.type`, `must be one of ${columnTypes.join(',')}`));
    else if (!columnTypes.includes(type ?? ''))
      causes.push(invalidValue(`${place}.type`, type ?? '', `must be one of ${columnTypes.join(',')}`));
    if (jsonPath === '') causes.push(required(`${place}.JSONPath`));
    else if (!(jsonPath ?? '').startsWith('.'))
      causes.push(
        invalidValue(`${place}.JSONPath`, jsonPath ?? '', 'must be a simple json path starting with .'),
      );
    return causes;
  });
}

function scaleProblems(version: JsonObject, path: string): Cause[] {
  const scale = scaleOf(version);
  if (scale === undefined) return [];
  const place = `${path}.subresources.scale`;
  const causes: Cause[] = [];
  const rules = [
    ['specReplicasPath', scale.spec, '.spec.', true],
    ['statusReplicasPath', scale.status, '.status.', true],
    ['labelSelectorPath', scale.selector ?? '', undefined, false],
  ] as const;
  for (const [key, given, start, needed] of rules) {
    if (given === '') {
      if (needed) causes.push(required(`${place}.${key}`));
      continue;
    }
    const isPlain = readPath(given)?.every((step) => 'key' in step) === true;
    if (!isPlain)
      causes.push(
        invalidValue(`${place}.${key}`, given, 'should be a simple json path without array notation'),
      );
    else if (start !== undefined && !given.startsWith(start))
      causes.push(
        invalidValue(`${place}.${key}`, given, `should be a json path under ${start.slice(0, -1)}`),
      );
    else if (start === undefined && !given.startsWith('.spec.') && !given.startsWith('.status.'))
      causes.push(
        invalidValue(`${place}.${key}`, given, 'should be a json path under either .spec or .status'),
      );
  }
  return causes;
}

function fieldProblems(version: JsonObject, path: string): Cause[] {
  const causes: Cause[] = [];
  const seen = new Set<string>();
  for (const [at, field] of digArray(version, 'selectableFields').entries()) {
    const place = `${path}.selectableFields[${String(at)}].jsonPath`;
    const given = digString(field, 'jsonPath');
    const keys = readPath(given)?.flatMap((step) => ('key' in step ? [step.key] : []));
    const described = keys?.reduce<JsonObject>(
      (schema, key) => digObject(schema, 'properties', key),
      schemaOf(version),
    );
    if (given === '') causes.push(required(place));
    else if (described === undefined || Object.keys(described).length === 0)
      causes.push(invalidValue(place, given, 'is an invalid path: does not refer to a valid field'));
    else if (!['string', 'boolean', 'integer'].includes(digString(described, 'type')))
      causes.push(
        invalidValue(
          place,
          given,
          'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
        ),
      );
    if (seen.has(given))
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${quote(given)}`,
        field: place,
      });
    seen.add(given);
  }
  return causes;
}

function schemasProblems(object: KubeObject): Cause[] {
  const causes: Cause[] = [];
  if (dig(object, 'spec', 'preserveUnknownFields') === true)
    causes.push(
      invalidShown(
        'spec.preserveUnknownFields',
        'true',
        'must be false in order to use defaults in the schema',
      ),
    );
  const versions = versionsOf(object);
  const [first] = versions;
  // Schemas that are all the same are one schema of the whole definition.
  const isShared =
    first !== undefined && versions.every((one) => isDeepStrictEqual(one['schema'], first['schema']));
  for (const [at, version] of versions.entries()) {
    const place = `spec.versions[${String(at)}].schema.openAPIV3Schema`;
    if (!isJsonObject(dig(version, 'schema', 'openAPIV3Schema')))
      causes.push(required(place, 'schemas are required'));
    else if (!isShared) causes.push(...schemaDefinitionProblems(schemaOf(version), place));
  }
  if (isShared && isJsonObject(dig(first, 'schema', 'openAPIV3Schema')))
    causes.push(...schemaDefinitionProblems(schemaOf(first), 'spec.validation.openAPIV3Schema'));
  return causes;
}

function nameListProblems(names: JsonObject): Cause[] {
  const causes: Cause[] = [];
  for (const key of ['plural', 'singular', 'kind', 'listKind']) {
    const path = `spec.names.${key}`;
    const given = digString(names, key);
    const isKind = key === 'kind' || key === 'listKind';
    if (given === '') causes.push(required(path));
    else {
      const bad = nameProblems(isKind ? given.toLowerCase() : given, 'dns1035').join(',');
      const why = isKind ? `may have mixed case, but should otherwise match: ${bad}` : bad;
      if (bad !== '') causes.push(invalidValue(path, given, why));
    }
  }
  for (const key of ['shortNames', 'categories'])
    for (const [at, given] of digArray(names, key).entries()) {
      if (typeof given !== 'string') continue;
      const bad = nameProblems(given, 'dns1035');
      if (bad.length > 0) causes.push(invalidValue(`spec.names.${key}[${String(at)}]`, given, bad.join(',')));
    }
  const { kind, listKind } = names;
  if (typeof listKind === 'string' && listKind !== '' && kind === listKind)
    causes.push(invalidValue('spec.names.listKind', listKind, 'kind and listKind may not be the same'));
  return causes;
}

function changeProblems(object: KubeObject, previous: KubeObject): Cause[] {
  const established = conditionOf(previous, 'Established') === 'True';
  const fixed = [
    ...(established ? [['scope'], ['names', 'kind']] : []),
    ['group'],
    ['names', 'plural'],
  ] as const;
  const causes = fixed
    .filter((path) => digString(object, 'spec', ...path) !== digString(previous, 'spec', ...path))
    .map((path) =>
      invalidValue(`spec.${path.join('.')}`, digString(object, 'spec', ...path), 'field is immutable'),
    );
  const names = versionsOf(object).map((version): Json => digString(version, 'name'));
  for (const [at, stored] of digArray(object, 'status', 'storedVersions').entries()) {
    if (names.includes(stored) || typeof stored !== 'string') continue;
    const version = stored;
    const why = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    causes.push(invalidValue(`status.storedVersions[${String(at)}]`, version, why));
  }
  return causes;
}
