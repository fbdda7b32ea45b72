const head = 'package authz default allow = false';

/** The rules for `allow` in a policy module, as written. */
export function regoRules(text: string): string[] {
  const rules: string[] = [];
  const start = /\ballow\b(?:\s*:?=\s*true)?(?:\s+if)?\s*\{/g;
  for (let match = start.exec(text); match !== null; match = start.exec(text)) {
    const end = endOfBody(text, start.lastIndex);
    rules.push(text.slice(match.index, end));
    start.lastIndex = end;
  }
  return rules;
}

/** Where the braces opened just before a place are closed again; what is in quotes does not count. */
function endOfBody(text: string, from: number): number {
  let depth = 1;
  const mark = /"(?:[^"\\]|\\.)*"|[{}]/g;
  mark.lastIndex = from;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === '{') depth += 1;
    else if (match[0] === '}') depth -= 1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}

/**
 * One policy module with the rules of several, each once; the current one when it holds them all already.
 *
 * @param current Module a role has; empty for none.
 */
export function mergeRego(current: string, modules: readonly string[]): string {
  const own = regoRules(current);
  const known = new Set(own.map(squeeze));
  const wanted = modules.flatMap(regoRules);
  if (wanted.every((rule) => known.has(squeeze(rule)))) return current;
  const merged = new Map([...wanted, ...own].map((rule) => [squeeze(rule), rule] as const));
  return [head, ...merged.values()].join(' ');
}

function squeeze(rule: string): string {
  return rule.replace(/\s+/g, ' ');
}
