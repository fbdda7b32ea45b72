import { goQuote } from '../../core/go-format.js';
import { breakDown, isCovered } from '../../rbac/cover-rules.js';
import { readRule, type Rule } from '../../rbac/match-rule.js';
import type { JsonObject } from '../../core/json.js';

/**
 * The rights some rules give that others do not cover, as a refusal shows them: a line each, in order, the verbs of one
 * resource together. Empty: all are covered.
 *
 * @see kubernetes/kubernetes pkg/registry/rbac/validation/policy_compact.go, pkg/apis/rbac/v1/evaluation_helpers.go
 */
export function missingRights(wanted: readonly JsonObject[], held: readonly Rule[]): readonly string[] {
  const missing = wanted.flatMap(breakDown).filter((part) => !isCovered(part, held));
  const lines = new Set(compacted(missing.map(readRule)).map(shown));
  return [...lines].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

/** Rules of one resource each, which only differ by their verb, as one. */
function compacted(parts: readonly Rule[]): readonly Rule[] {
  const found = new Map<string, Rule>();
  for (const part of parts) {
    const { verbs, ...rest } = part;
    const key = JSON.stringify(part.nonResourceURLs.length === 0 ? rest : part);
    const known = found.get(key);
    found.set(key, known === undefined ? part : { ...known, verbs: [...known.verbs, ...verbs] });
  }
  return [...found.values()];
}

function shown({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: Rule): string {
  const members = Object.entries({
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  });
  const parts = members
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}:${goQuotes(values)}`);
  return `{${parts.join(', ')}}`;
}

/** Strings as Go prints a list of them with `%q`. */
export function goQuotes(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`;
}
