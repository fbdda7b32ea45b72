import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { selects } from '../../core/object-selector.js';
import type { Attributes, RuledWrite } from './attributes.js';

const namespaces = { group: '', plural: 'namespaces' };

/**
 * The version at which the rules of a webhook or policy ask for a write; `undefined` when they do not.
 *
 * @param equivalent False: only a write at a version that is named (`matchPolicy: Exact`).
 * @see kubernetes/apiserver pkg/admission/plugin/webhook/predicates/rules/rules.go, generic/webhook.go
 */
export function matchedVersion(
  rules: readonly Json[],
  attributes: RuledWrite,
  equivalent: boolean,
): string | undefined {
  const { resource, version } = attributes;
  // As written, before any other version of the same.
  const versions = equivalent ? [version, ...resource.versions.filter((one) => one !== version)] : [version];
  return versions.find((one) =>
    rules.some((rule) => isJsonObject(rule) && ruleMatches(rule, attributes, one)),
  );
}

function ruleMatches(rule: JsonObject, attributes: RuledWrite, version: string): boolean {
  const { resource, operation, name } = attributes;
  const names = digArray(rule, 'resourceNames');
  return (
    scopeMatches(digString(rule, 'scope'), attributes) &&
    includes(digArray(rule, 'operations'), operation) &&
    includes(digArray(rule, 'apiGroups'), resource.group) &&
    includes(digArray(rule, 'apiVersions'), version) &&
    digArray(rule, 'resources').some((one) => typeof one === 'string' && resourceMatches(one, attributes)) &&
    (names.length === 0 || names.includes(name))
  );
}

function includes(list: readonly Json[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function scopeMatches(scope: string, { resource, namespace }: RuledWrite): boolean {
  if (scope === '' || scope === '*') return true;
  const isInside = !isNamespace(resource) && namespace !== '';
  return scope === 'Namespaced' ? isInside : !isInside;
}

function resourceMatches(wanted: string, { resource, subresource }: RuledWrite): boolean {
  const [plural = '', part = ''] = wanted.split('/', 2);
  return (plural === '*' || plural === resource.plural) && (part === '*' || part === subresource);
}

function isNamespace({ group, plural }: { readonly group: string; readonly plural: string }): boolean {
  return group === namespaces.group && plural === namespaces.plural;
}

/**
 * Whether the selectors of a webhook or policy take a write in: that of the namespace, which leaves alone what is in
 * none, and that of the object, which looks at it before and after.
 *
 * @see kubernetes/apiserver pkg/admission/plugin/webhook/predicates/namespace, object
 */
export function selectorsMatch(guard: JsonObject, attributes: Attributes): boolean {
  const byNamespace = guard['namespaceSelector'];
  if (!isEmpty(byNamespace)) {
    const labels = namespaceLabels(attributes);
    if (labels !== undefined && !selects(byNamespace, labels)) return false;
  }
  const byObject = guard['objectSelector'];
  if (isEmpty(byObject)) return true;
  return [attributes.object, attributes.oldObject].some(
    (one) => one !== undefined && isJsonObject(one['metadata']) && selects(byObject, labelsOf(one)),
  );
}

function isEmpty(selector: Json | undefined): boolean {
  return (
    digArray(selector, 'matchExpressions').length === 0 &&
    Object.keys(digObject(selector, 'matchLabels')).length === 0
  );
}

/** Labels of the namespace written to; `undefined` outside of any. */
function namespaceLabels({
  resource,
  namespace,
  operation,
  subresource,
  object,
  context,
}: Attributes): Record<string, string> | undefined {
  if (isNamespace(resource) && subresource === '' && operation !== 'DELETE') return labelsOf(object);
  if (namespace === '') return undefined;
  return labelsOf(context.cluster.store.find(namespaces, undefined, namespace)?.object);
}

function labelsOf(object: JsonObject | undefined): Record<string, string> {
  return digObject(object, 'metadata', 'labels') as Record<string, string>;
}
