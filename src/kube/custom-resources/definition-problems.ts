import { isDeepStrictEqual } from 'node:util';
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
import {
  choiceProblems,
  goStrings,
  invalidShown,
  invalidValue,
  required,
  type Cause,
} from '../validation/causes.js';
import { conditionOf, schemaOf, versionsOf } from './definition.js';
import { conversionProblems } from './conversion/conversion-problems.js';
import { missingNames, nameListProblems } from './definition-names.js';
import {
  columnProblems,
  deprecationProblems,
  goVersions,
  hasStatusPart,
  partProblems,
  selectableProblems,
} from './definition-version-problems.js';
import { schemaDefinitionProblems } from './schema-definition-problems.js';
import { someSchema } from './schema-nodes.js';

/**
 * What is wrong with a CustomResourceDefinition.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go
 */
export function definitionProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const names = dig(object, 'spec', 'names');
  const group = digString(object, 'spec', 'group');
  const { name } = object.metadata;
  const causes: Cause[] = [];
  if (previous === undefined && name !== `${digString(names, 'plural')}.${group}`)
    causes.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'));
  causes.push(
    ...groupProblems(group),
    ...choiceProblems('spec.scope', dig(object, 'spec', 'scope'), ['Cluster', 'Namespaced']),
    ...schemaPresenceProblems(object),
    ...versionListProblems(object),
    ...missingNames(names, 'spec.names'),
    ...nameListProblems(names, 'spec.names'),
    ...commonProblems(object),
    ...conversionProblems(object, previous),
  );
  if (previous !== undefined) causes.push(...changeProblems(object, previous));
  causes.push(...nameListProblems(dig(object, 'status', 'acceptedNames'), 'status.acceptedNames'));
  causes.push(...storedProblems(object), ...approvalProblems(group, object, previous));
  const keeps = (one: KubeObject | undefined): boolean => dig(one, 'spec', 'preserveUnknownFields') === true;
  if (keeps(object) && !keeps(previous)) {
    const why =
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead';
    causes.push(invalidShown('spec.preserveUnknownFields', 'true', why));
  }
  return causes;
}

function groupProblems(group: string): Cause[] {
  if (group === '') return [required('spec.group')];
  const bad = nameProblems(group, 'subdomain');
  if (bad.length > 0) return [invalidValue('spec.group', group, bad.join(','))];
  return group.includes('.')
    ? []
    : [invalidValue('spec.group', group, 'should be a domain with at least one dot')];
}

function schemaPresenceProblems(object: KubeObject): Cause[] {
  const versions = versionsOf(object);
  const causes = versions.flatMap((version, at) =>
    isJsonObject(dig(version, 'schema', 'openAPIV3Schema'))
      ? []
      : [required(`spec.versions[${String(at)}].schema.openAPIV3Schema`, 'schemas are required')],
  );
  const gives = (schema: JsonObject): boolean => (schema['default'] ?? null) !== null;
  if (
    dig(object, 'spec', 'preserveUnknownFields') === true &&
    versions.some((version) => someSchema(schemaOf(version), gives))
  )
    causes.push(
      invalidShown(
        'spec.preserveUnknownFields',
        'true',
        'must be false in order to use defaults in the schema',
      ),
    );
  return causes;
}

/** Members that are one of the whole definition where all versions say the same. */
const shareable = ['schema', 'subresources', 'additionalPrinterColumns', 'selectableFields'] as const;
type Shareable = (typeof shareable)[number];

/** @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/v1/conversion.go */
function sharedBy(versions: readonly JsonObject[]): ReadonlySet<Shareable> {
  const said = (version: JsonObject | undefined, key: Shareable): Json => {
    const value = version?.[key] ?? null;
    return Array.isArray(value) && value.length === 0 ? null : value;
  };
  const [first] = versions;
  return new Set(
    shareable.filter((key) => versions.every((one) => isDeepStrictEqual(said(one, key), said(first, key)))),
  );
}

function versionListProblems(object: KubeObject): Cause[] {
  const versions = versionsOf(object);
  const shared = sharedBy(versions);
  const causes = versions.flatMap((version, at) => {
    const path = `spec.versions[${String(at)}]`;
    const name = digString(version, 'name');
    const bad = nameProblems(name, 'dns1035');
    const own: Cause[] = bad.length > 0 ? [invalidValue(`${path}.name`, name, bad.join(','))] : [];
    own.push(...deprecationProblems(version, path));
    return [
      ...own,
      ...describedProblems(version, path, `${path}.schema`, (key) => !shared.has(key), version),
    ];
  });
  const names = versions.map((version) => digString(version, 'name'));
  if (new Set(names).size !== names.length)
    causes.push(invalidShown('spec.versions', goVersions(versions), 'must contain unique version names'));
  if (versions.filter((version) => version['storage'] === true).length !== 1) {
    const why = 'must have exactly one version marked as storage version';
    causes.push(invalidShown('spec.versions', goVersions(versions), why));
  }
  // The name of the first version is also what `spec.version` once was.
  const [first = ''] = names;
  const bad = first === '' ? [] : nameProblems(first, 'dns1035');
  return bad.length === 0 ? causes : [...causes, invalidValue('spec.version', first, bad.join(','))];
}

/** What is wrong with what all versions have in common. */
function commonProblems(object: KubeObject): Cause[] {
  const versions = versionsOf(object);
  const [first] = versions;
  if (first === undefined) return [];
  const shared = sharedBy(versions);
  const withStatus = versions.find((version) => hasStatusPart(version['subresources']));
  return describedProblems(first, 'spec', 'spec.validation', (key) => shared.has(key), withStatus);
}

/** @param statusOf The version that tells whether status is written by itself. */
function describedProblems(
  version: JsonObject,
  path: string,
  schemaPath: string,
  isAsked: (key: Shareable) => boolean,
  statusOf: JsonObject | undefined,
): Cause[] {
  const schema = schemaOf(version);
  const causes: Cause[] = [];
  if (isAsked('schema') && isJsonObject(dig(version, 'schema', 'openAPIV3Schema'))) {
    const hasStatus = hasStatusPart(statusOf?.['subresources']);
    causes.push(...schemaDefinitionProblems(schema, `${schemaPath}.openAPIV3Schema`, hasStatus));
  }
  if (isAsked('subresources')) causes.push(...partProblems(version['subresources'], `${path}.subresources`));
  if (isAsked('additionalPrinterColumns')) causes.push(...columnProblems(version, path));
  if (isAsked('selectableFields')) causes.push(...selectableProblems(version, schema, path));
  return causes;
}

function changeProblems(object: KubeObject, previous: KubeObject): Cause[] {
  const established = conditionOf(previous, 'Established') === 'True';
  const fixed = [
    ...(established ? [['scope'], ['names', 'kind']] : []),
    ['group'],
    ['names', 'plural'],
  ] as const;
  return fixed
    .filter((path) => digString(object, 'spec', ...path) !== digString(previous, 'spec', ...path))
    .map((path) =>
      invalidValue(`spec.${path.join('.')}`, digString(object, 'spec', ...path), 'field is immutable'),
    );
}

function storedProblems(object: KubeObject): Cause[] {
  const versions = versionsOf(object);
  const names = versions.map((version): Json => digString(version, 'name'));
  const stored = digArray(object, 'status', 'storedVersions');
  const field = 'status.storedVersions';
  if (stored.length === 0)
    return [invalidShown(field, '[]string(nil)', 'must have at least one stored version')];
  const unstored = versions
    .filter((version) => version['storage'] === true && !stored.includes(digString(version, 'name')))
    .map((version) => {
      const why = `must have the storage version ${digString(version, 'name')}`;
      return invalidShown(field, goStrings(stored.map(String)), why);
    });
  const gone = stored.flatMap((version, at) => {
    if (names.includes(version) || typeof version !== 'string') return [];
    const why = `missing from spec.versions; ${version} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${version} and removes ${version} from status.storedVersions`;
    return [invalidValue(`${field}[${String(at)}]`, version, why)];
  });
  return [...unstored, ...gone];
}

const approval = 'api-approved.kubernetes.io';

/** @see kubernetes/apiextensions-apiserver pkg/apihelpers/helpers.go GetAPIApprovalState */
function approvalProblems(group: string, object: KubeObject, previous: KubeObject | undefined): Cause[] {
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(group)) return [];
  const given = annotation(object);
  const state = stateOf(given);
  if (previous !== undefined && stateOf(annotation(previous)) === state) return [];
  const field = `metadata.annotations[${approval}]`;
  const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
  const needed = `protected groups must have approval annotation "${approval}"`;
  if (state === 'missing') return [required(field, `${needed}, ${see}`)];
  if (state !== 'invalid') return [];
  const why = `${needed} with either a URL or a reason starting with "unapproved", ${see}`;
  return [invalidValue(field, given, why)];
}

function annotation(object: KubeObject): string {
  return digString(digObject(object.metadata.annotations ?? {}), approval);
}

function stateOf(given: string): 'missing' | 'bypassed' | 'approved' | 'invalid' {
  if (given === '') return 'missing';
  if (given.startsWith('unapproved')) return 'bypassed';
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+/i.test(given) ? 'approved' : 'invalid';
}
