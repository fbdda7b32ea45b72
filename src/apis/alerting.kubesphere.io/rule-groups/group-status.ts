import { compileGoRegExp } from '../../../core/go-regexp.js';
import { dig, digArray, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import {
  evaluateRule,
  type EvaluatedRule,
  type RuleAlert,
  type RuleState,
} from '../../../metrics/rules/evaluate-rule.js';
import type { RequestContext } from '../../../registry/contract.js';
import { untyped } from '../../../registry/typed-json.js';
import { enabledLabel, ruleIdLabel, type Level } from './levels.js';
import { matcherOf, rulerRule, textsOf } from './ruler-rule.js';

/** How many rules of a group are in which state. */
export type RulesStats = Readonly<Record<RuleState | 'disabled', number>>;

/** What came of the latest evaluation of a group. */
export interface GroupStatus {
  readonly status: JsonObject;
  readonly stats: RulesStats;
  readonly alerts: readonly JsonObject[];
}

interface RuleStatus {
  readonly shown: JsonObject;
  readonly state: RuleState | 'disabled';
  readonly alerts: readonly JsonObject[];
}

/**
 * How the rules of a group stand. Of a group that is not enabled nothing is known; nor is it of one of a cluster or of all
 * clusters that has disabled rules, as the real server looks for as many rules in the ruler as in the group.
 *
 * @see kubesphere/kubesphere pkg/models/alerting/rulegroup.go
 */
export function groupStatus(context: RequestContext, level: Level, group: KubeObject): GroupStatus {
  const rules = digArray(group, 'spec', 'rules').filter(isJsonObject);
  const isComplete = level === 'namespace' || rules.every((rule) => dig(rule, 'disable') !== true);
  const isLoaded = label(group, enabledLabel) === 'true' && isComplete;
  const found = rules.map((rule) => ruleStatus(context, level, group, rule, isLoaded));
  const stats = { inactive: 0, pending: 0, firing: 0, disabled: 0 };
  for (const { state } of found) stats[state] += 1;
  const [lastEvaluation] = found.map(({ shown }) => digString(shown, 'lastEvaluation')).filter(Boolean);
  const rulesStatus = found.map(({ shown }) => shown);
  const { inactive, pending, firing, disabled } = stats;
  return {
    status: {
      ...(lastEvaluation !== undefined && { lastEvaluation }),
      ...(rulesStatus.length > 0 && { rulesStatus }),
      rulesStats: { inactive, pending, firing, disabled },
    },
    stats,
    alerts: found.flatMap(({ alerts }) => alerts),
  };
}

function ruleStatus(
  context: RequestContext,
  level: Level,
  group: KubeObject,
  rule: JsonObject,
  isLoaded: boolean,
): RuleStatus {
  const expr = level === 'global' ? { expr: rulerRule(level, group, rule).query } : {};
  if (dig(rule, 'disable') === true) {
    const state = 'disabled';
    return { shown: { ...expr, state, health: 'unknown' }, state, alerts: [] };
  }
  // The ruler's rules are found by their ids.
  const hasId = digString(rule, 'labels', ruleIdLabel) !== '';
  const evaluated = isLoaded && hasId ? evaluate(context, level, group, rule) : undefined;
  if (evaluated === undefined) {
    const state = 'inactive';
    return { shown: { ...expr, state, health: 'unknown' }, state, alerts: [] };
  }
  const { state, health, lastError, lastEvaluation } = evaluated;
  const alerts = evaluated.alerts.map(showAlert);
  const [activeAt] = evaluated.alerts.map((alert) => alert.activeAt).sort();
  const shown = {
    ...expr,
    state,
    health,
    ...(lastError !== undefined && { lastError }),
    lastEvaluation,
    ...(activeAt !== undefined && { activeAt }),
    ...(alerts.length > 0 && { alerts }),
  };
  return { shown, state, alerts };
}

/** `undefined` before the first evaluation, and for queries this fake cannot answer. */
function evaluate(
  context: RequestContext,
  level: Level,
  group: KubeObject,
  rule: JsonObject,
): EvaluatedRule | undefined {
  // Series here do not tell their cluster: the ruler of all clusters sees those of the cluster that is asked.
  const isOurs = level !== 'global' || matcherOf(rule, 'clusterSelector', 'cluster').every(isAbout(context));
  const { query, labels } = rulerRule(level, group, rule, false);
  const evaluated = evaluateRule(context, {
    name: digString(rule, 'alert'),
    query,
    lasting: digString(rule, 'for'),
    labels: level === 'global' ? { cluster: clusterName(context), ...labels } : labels,
    annotations: textsOf(rule, 'annotations'),
    since: Date.parse(group.metadata.creationTimestamp ?? '') || 0,
  });
  return evaluated === undefined || isOurs ? evaluated : { ...evaluated, state: 'inactive', alerts: [] };
}

function clusterName({ cluster, world }: RequestContext): string {
  return cluster.isHost ? world.settings.multicluster.hostClusterName : cluster.name;
}

function isAbout(
  context: RequestContext,
): (matcher: { readonly operator: string; readonly value: string }) => boolean {
  const name = clusterName(context);
  return ({ operator, value }) => {
    const matches = operator.includes('~') ? compileGoRegExp(value).matches(name) : value === name;
    return matches !== operator.startsWith('!');
  };
}

function showAlert({ activeAt, annotations, labels, state, value }: RuleAlert): JsonObject {
  return {
    activeAt,
    ...(Object.keys(annotations).length > 0 && { annotations: untyped(annotations) }),
    labels: untyped(labels),
    state,
    value,
  };
}
