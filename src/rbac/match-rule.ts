import { digArray, isJsonObject, type Json, type JsonObject } from '../core/json.js';
import type { AccessAttributes } from '../registry/contract.js';

/** A policy rule, read once. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Reads the rules of a role; anything that is no rule is left out. */
export function readRules(role: JsonObject): Rule[] {
  return digArray(role, 'rules').filter(isJsonObject).map(readRule);
}

/** Reads one rule; missing lists are empty. */
export function readRule(rule: JsonObject): Rule {
  return {
    verbs: strings(rule, 'verbs'),
    apiGroups: strings(rule, 'apiGroups'),
    resources: strings(rule, 'resources'),
    resourceNames: strings(rule, 'resourceNames'),
    nonResourceURLs: strings(rule, 'nonResourceURLs'),
  };
}

function strings(rule: JsonObject, key: string): readonly string[] {
  return digArray(rule, key).filter((value: Json): value is string => typeof value === 'string');
}

/**
 * Tells whether a rule allows what is asked. Everything is compared as written: the verb of a request that names no
 * resource is upper case, and only `GET` or `*` in a rule matches it.
 *
 * @param wildParts Whether `workspaces/*` stands for workspaces and all their parts, as in the gateway of 2.1.
 * @see kubesphere/kubesphere pkg/apiserver/authorization/rbac/evaluation_helpers.go
 */
export function ruleAllows(rule: Rule, attributes: AccessAttributes, wildParts = false): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if (attributes.path !== undefined) return matchesUrl(rule.nonResourceURLs, attributes.path);
  return (
    has(rule.apiGroups, attributes.apiGroup ?? '') &&
    (matchesResource(rule.resources, attributes.resource ?? '', attributes.subresource ?? '') ||
      (wildParts && rule.resources.includes(`${attributes.resource ?? ''}/*`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(attributes.name ?? ''))
  );
}

function has(listed: readonly string[], wanted: string): boolean {
  return listed.includes('*') || listed.includes(wanted);
}

function matchesResource(listed: readonly string[], resource: string, subresource: string): boolean {
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  if (has(listed, combined)) return true;
  return subresource !== '' && listed.includes(`*/${subresource}`);
}

function matchesUrl(listed: readonly string[], path: string): boolean {
  return (
    has(listed, path) || listed.some((url) => url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')))
  );
}
