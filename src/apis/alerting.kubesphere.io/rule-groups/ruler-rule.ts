import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { Matcher } from '../../../metrics/promql/expression.js';
import { narrowedTo } from '../../../metrics/promql/within-namespace.js';
import type { Level } from './levels.js';
import { queryOf } from './rules-problem.js';

/** A rule as the ruler gets it. */
export interface RulerRule {
  readonly query: string;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * A rule of a group as KubeSphere hands it to the ruler: narrowed to where it may look, with labels that tell where it
 * comes from.
 *
 * @param clusters False: without the condition on clusters, which series of one cluster do not tell of.
 * @see kubesphere/kubesphere pkg/controller/alerting/util.go
 */
export function rulerRule(level: Level, group: KubeObject, rule: JsonObject, clusters = true): RulerRule {
  const { name, namespace = '' } = group.metadata;
  const severity = digString(rule, 'severity');
  const matchers = [
    ...(level === 'namespace' ? [{ label: 'namespace', operator: '=' as const, value: namespace }] : []),
    ...(level === 'global' && clusters ? matcherOf(rule, 'clusterSelector', 'cluster') : []),
    ...(level === 'global' ? matcherOf(rule, 'namespaceSelector', 'namespace') : []),
  ];
  return {
    query: narrowedTo(queryOf(rule), matchers),
    labels: {
      ...textsOf(rule, 'labels'),
      ...(severity !== '' && { severity }),
      rule_level: level,
      ...(level === 'namespace' && { namespace }),
      rule_group: name,
      alerttype: 'metric',
    },
  };
}

/** Members of a map that are texts. */
export function textsOf(rule: JsonObject, member: string): Readonly<Record<string, string>> {
  const texts = Object.entries(digObject(rule, member));
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

/** The condition of a selector on a label: none, or one. */
export function matcherOf(rule: JsonObject, selector: string, label: string): readonly Matcher[] {
  const values = digArray(rule, selector, 'inValues').filter((value) => typeof value === 'string');
  const [first] = values;
  if (first !== undefined) {
    return values.length === 1
      ? [{ label, operator: '=', value: first }]
      : [{ label, operator: '=~', value: `(${values.join('|')})` }];
  }
  const matcher = digObject(rule, selector)['matcher'];
  if (!isJsonObject(matcher)) return [];
  const operator = (['=', '!=', '=~', '!~'] as const).find((one) => one === matcher['type']);
  return operator === undefined ? [] : [{ label, operator, value: digString(matcher, 'value') }];
}
