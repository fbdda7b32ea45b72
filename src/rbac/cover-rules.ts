import type { JsonObject } from '../core/json.js';
import { readRule, type Rule } from './match-rule.js';

/**
 * A rule taken apart into rules of one group, resource and verb, or one path and verb, each.
 *
 * @see kubernetes/component-helpers auth/rbac/validation/policy_comparator.go BreakdownRule
 */
export function breakDown(rule: JsonObject): JsonObject[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = readRule(rule);
  const parts: JsonObject[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const part = { verbs: [verb], apiGroups: [group], resources: [resource] };
        if (resourceNames.length === 0) parts.push(part);
        for (const name of resourceNames) parts.push({ ...part, resourceNames: [name] });
      }
    }
  }
  for (const url of nonResourceURLs) {
    for (const verb of verbs) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  }
  return parts;
}

/** Tells whether a rule that was taken apart is contained in one of some rules. */
export function isCovered(part: JsonObject, owned: readonly Rule[]): boolean {
  const wanted = readRule(part);
  return owned.some((rule) => covers(rule, wanted));
}

function covers(owner: Rule, wanted: Rule): boolean {
  return (
    hasAll(owner.verbs, wanted.verbs) &&
    hasAll(owner.apiGroups, wanted.apiGroups) &&
    wanted.resources.every((resource) => coversResource(owner.resources, resource)) &&
    (owner.resourceNames.length === 0
      ? true
      : wanted.resourceNames.length > 0 &&
        wanted.resourceNames.every((name) => owner.resourceNames.includes(name))) &&
    wanted.nonResourceURLs.every((url) => coversUrl(owner.nonResourceURLs, url))
  );
}

function hasAll(owned: readonly string[], wanted: readonly string[]): boolean {
  return owned.includes('*') || wanted.every((value) => owned.includes(value));
}

function coversResource(owned: readonly string[], resource: string): boolean {
  if (owned.includes('*') || owned.includes(resource)) return true;
  const slash = resource.indexOf('/');
  return slash !== -1 && owned.includes(`*${resource.slice(slash)}`);
}

function coversUrl(owned: readonly string[], url: string): boolean {
  return owned.some(
    (own) => own === '*' || own === url || (own.endsWith('*') && url.startsWith(own.replace(/\*+$/, ''))),
  );
}
