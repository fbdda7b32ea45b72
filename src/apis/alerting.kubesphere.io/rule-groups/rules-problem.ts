import { goQuote } from '../../../core/go-format.js';
import { dig, digObject, digString, type Json, type JsonArray } from '../../../core/json.js';
import { queryProblem } from '../../../metrics/promql/within-namespace.js';
import { isLabelName, isTemplate } from '../check-rule.js';

const duration = /^(0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)$/;

/**
 * What is wrong with the rules of a group: what KubeSphere looks at itself, one thing at a time, then what Prometheus says
 * of them as a file, all of it.
 *
 * Differs from KubeSphere: places in that file are not told.
 *
 * @param interval Empty: a minute.
 * @param withoutQuery What is said of a rule whose query is empty.
 * @returns `undefined` when nothing is
 */
export function rulesProblem(
  group: string,
  interval: string,
  rules: JsonArray,
  withoutQuery: string,
): string | undefined {
  if (!duration.test(interval)) return `invalid 'interval': ${interval}`;
  for (const rule of rules) {
    if (digString(rule, 'alert') === '') return "'alert' cannot be empty";
    if (queryOf(rule) === '') return withoutQuery;
    const lasting = digString(rule, 'for');
    if (!duration.test(lasting)) return `invalid 'for': ${lasting}`;
  }
  const problems = rules.flatMap((rule, at) => {
    const place = `group ${goQuote(group)}, rule ${String(at + 1)}, ${goQuote(digString(rule, 'alert'))}`;
    return problemsOf(rule).map((problem) => `${place}: ${problem}`);
  });
  return problems.length === 0 ? undefined : `invalid rules: [${problems.join(' ')}]`;
}

/** The query of a rule, which may be a number. */
export function queryOf(rule: Json): string {
  const query = dig(rule, 'expr') ?? 0;
  return typeof query === 'string' ? query : String(Number(query));
}

function problemsOf(rule: Json): string[] {
  const problems: string[] = [];
  const query = queryProblem(queryOf(rule));
  if (query !== undefined) problems.push(`could not parse expression: ${query}`);
  for (const what of ['label', 'annotation'] as const) {
    for (const name of Object.keys(digObject(rule, `${what}s`)).sort())
      if (!isLabelName(name)) problems.push(`invalid ${what} name: ${name}`);
  }
  for (const what of ['label', 'annotation'] as const) {
    const texts = digObject(rule, `${what}s`);
    for (const name of Object.keys(texts).sort()) {
      if (isTemplate(digString(texts, name))) continue;
      const template = `__alert_${digString(rule, 'alert')}`;
      problems.push(`${what} ${goQuote(name)}: template: ${template}:1: unclosed action`);
    }
  }
  return problems;
}
