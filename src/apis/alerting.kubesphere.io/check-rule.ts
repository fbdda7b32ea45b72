import { digObject, digString, type JsonObject } from '../../core/json.js';
import { queryProblem } from '../../metrics/promql/within-namespace.js';

const duration = /^(0|(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?)$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** What is wrong with a rule, all of it in one text as Go joins errors; `undefined` when nothing is. */
export function ruleProblem(rule: JsonObject): string | undefined {
  const problems: string[] = [];
  if (digString(rule, 'name') === '') problems.push('name can not be empty');
  const query = digString(rule, 'query');
  if (query === '') problems.push('query can not be empty');
  else {
    const problem = queryProblem(query);
    if (problem !== undefined) problems.push(`query is invalid: ${query}: ${problem}`);
  }
  const lasting = digString(rule, 'duration');
  if (!duration.test(lasting))
    problems.push(`duration is invalid: ${lasting}: not a valid duration string: ${JSON.stringify(lasting)}`);
  for (const [name, value] of entriesOf(rule, 'labels')) {
    if (!labelName.test(name) || name.startsWith('__')) {
      problems.push(
        `label name (${name}) is not valid. The name must match [a-zA-Z_][a-zA-Z0-9_]* and has not the __ prefix (label names with this prefix are for internal use)`,
      );
    }
    if (!isTemplate(value)) problems.push(`invalid label value: ${value}`);
  }
  for (const [name, value] of entriesOf(rule, 'annotations')) {
    if (!labelName.test(name)) problems.push(`invalid annotation name: ${value}`);
    if (!isTemplate(value)) problems.push(`invalid annotation value: ${value}`);
  }
  // Go leaves out what it has said already.
  const said = [...new Set(problems)];
  return said.length > 1 ? `[${said.join(', ')}]` : said[0];
}

/** Go goes through a map in any order; here it is that of the names. */
function entriesOf(rule: JsonObject, member: string): [string, string][] {
  const map = digObject(rule, member);
  return Object.keys(map)
    .sort()
    .map((name) => [name, digString(map, name)]);
}

/** Tells whether Prometheus takes a name for a label or an annotation. */
export function isLabelName(name: string): boolean {
  return labelName.test(name);
}

/** Tells whether actions in a template are closed, and not empty; what they name is not looked at. */
export function isTemplate(text: string): boolean {
  return text
    .split('{{')
    .slice(1)
    .every((part) => part.includes('}}') && part.slice(0, part.indexOf('}}')).trim() !== '');
}
