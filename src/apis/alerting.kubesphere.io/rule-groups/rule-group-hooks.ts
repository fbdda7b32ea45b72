import { compileGoRegExp, RegExpError } from '../../../core/go-regexp.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { ResourceHooks } from '../../../registry/contract.js';
import { deniedBy } from '../../denied-by.js';
import { nodeExpression, placesIn, workloadExpression } from './build-expression.js';
import { groupKinds, ruleIdLabel, type Level } from './levels.js';
import { rulesProblem } from './rules-problem.js';

/** Most rules a group takes. */
const mostRules = 40;
const matchTypes = new Set(['=', '!=', '=~', '!~']);
const withoutQuery: Readonly<Record<Level, string>> = {
  namespace: "one of 'expr' and 'exprBuilder.workload' must be set for a RuleGroup",
  cluster: "one of 'expr' and 'exprBuilder.node' must be set for a ClusterRuleGroup",
  global: "'expr' must be set for a GlobalRuleGroup",
};

/**
 * What the webhooks of 3.4 do to groups of rules: queries are made of thresholds, every rule gets an id, and what
 * Prometheus could not read is refused.
 *
 * @see kubesphere/kubesphere staging/src/kubesphere.io/api/alerting/v2beta1/rulegroup_webhook.go
 */
export function ruleGroupHooks(level: Level): ResourceHooks {
  return {
    prepare: (group, _previous, { world }) => {
      const rules = digArray(group, 'spec', 'rules');
      if (rules.length === 0) return group;
      const completed = rules.map((rule) =>
        isJsonObject(rule) ? complete(level, rule, () => world.random.uuid()) : rule,
      );
      return { ...group, spec: { ...digObject(group, 'spec'), rules: completed } };
    },
    validate: (group) => {
      const problem = problemOf(level, group);
      if (problem !== undefined)
        throw deniedBy(`${groupKinds[level].plural}.alerting.kubesphere.io`, problem);
    },
  };
}

function complete(level: Level, rule: JsonObject, newId: () => string): JsonObject {
  const built = { ...rule, ...fromBuilder(level, digObject(rule, 'exprBuilder')) };
  const labels = digObject(built, 'labels');
  return {
    ...built,
    // A query that is not there is the number nought to Go.
    expr: dig(built, 'expr') ?? 0,
    labels: Object.hasOwn(labels, ruleIdLabel) ? labels : { ...labels, [ruleIdLabel]: newId() },
  };
}

/** What follows from thresholds, for nodes first. */
function fromBuilder(level: Level, builder: JsonObject): JsonObject {
  const [node, workload] = [builder['node'], builder['workload']];
  if (level !== 'namespace' && isJsonObject(node))
    return { expr: nodeExpression(node), ...(level === 'global' && selectorsOf(node)) };
  if (level !== 'cluster' && isJsonObject(workload))
    return { expr: workloadExpression(workload), ...(level === 'global' && selectorsOf(workload)) };
  return {};
}

function selectorsOf(builder: JsonObject): JsonObject {
  const [clusters, namespaces] = [placesIn(builder, 'cluster'), placesIn(builder, 'namespace')];
  return {
    ...(clusters.length > 0 && { clusterSelector: { inValues: clusters } }),
    ...(namespaces.length > 0 && { namespaceSelector: { inValues: namespaces } }),
  };
}

function problemOf(level: Level, group: KubeObject): string | undefined {
  const rules = digArray(group, 'spec', 'rules');
  if (rules.length > mostRules) {
    const count = String(rules.length);
    return `the rule group has ${count} rules, exceeding the max count (${String(mostRules)})`;
  }
  for (const rule of level === 'global' ? rules : []) {
    const problem = selectorProblem(rule, 'clusterSelector') ?? selectorProblem(rule, 'namespaceSelector');
    if (problem !== undefined) return problem;
  }
  return rulesProblem(group.metadata.name, digString(group, 'spec', 'interval'), rules, withoutQuery[level]);
}

function selectorProblem(rule: Json, name: string): string | undefined {
  const matcher = dig(rule, name, 'matcher');
  if (!isJsonObject(matcher)) return undefined;
  const type = digString(matcher, 'type');
  if (!matchTypes.has(type)) return `unsupported match type [${type}]`;
  if (!type.includes('~')) return undefined;
  try {
    compileGoRegExp(`^(?:${digString(matcher, 'value')})$`);
    return undefined;
  } catch (error) {
    if (error instanceof RegExpError) return `invalid matcher: ${error.message}`;
    throw error;
  }
}
