import { ApiError, badRequest, notFound } from '../../core/api-error.js';
import { fnv64a } from '../../core/fnv.js';
import { dig, digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
import { readBodyArray, readBodyObject } from '../../registry/read-json-body.js';
import { empty, json } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { updateObject } from '../../registry/verbs/update.js';
import { evaluateRule, type EvaluatedRule, type RuleAlert } from '../../metrics/rules/evaluate-rule.js';
import { ruleNotFound } from './builtin-rules.js';
import { ruleProblem } from './check-rule.js';
import { withinNamespace } from '../../metrics/promql/within-namespace.js';
import { selectAlerts, selectRules } from './select-rules.js';

const namespaces = { group: '', plural: 'namespaces' };
const platformNamespace = 'kubesphere-monitoring-system';
const levelLabel = 'custom-alerting-rule-level';
const groupName = 'alerting.custom.defaults';
const updateTime = 'rule_update_time';

/** Where rules are kept, and of what level they are. */
interface Place {
  readonly resource: Resource;
  readonly namespace: string;
  readonly level: 'cluster' | 'namespace';
}

/** @throws ApiError 500 when there is no such namespace */
function placeOf({ catalog, cluster, params }: RequestContext): Place {
  const namespace = params['namespace'] ?? platformNamespace;
  if (cluster.store.find(namespaces, undefined, namespace) === undefined) {
    throw new ApiError(500, 'InternalError', notFound({ group: '', plural: 'namespace' }, namespace).message);
  }
  const level = params['namespace'] === undefined ? 'cluster' : 'namespace';
  return { resource: catalog.get('monitoring.coreos.com', 'prometheusrules'), namespace, level };
}

function holderOf(
  { cluster }: RequestContext,
  { resource, namespace, level }: Place,
): KubeObject | undefined {
  return cluster.store.list(resource, namespace).find(({ object }) => label(object, levelLabel) === level)
    ?.object;
}

function kept(context: RequestContext, place: Place): JsonObject[] {
  const groups = digArray(holderOf(context, place), 'spec', 'groups');
  return groups.flatMap((group) => digArray(group, 'rules')).filter(isJsonObject);
}

/** Writes the rules of a place; they share one PrometheusRule. */
function keep(context: RequestContext, place: Place, rules: readonly JsonObject[]): void {
  const spec = { groups: rules.length === 0 ? [] : [{ name: groupName, rules }] };
  const holder = holderOf(context, place);
  if (holder !== undefined) {
    updateObject(context, place.resource, { ...holder, spec });
    return;
  }
  createObject(context, place.resource, {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      generateName: 'custom-alerting-rule-',
      namespace: place.namespace,
      labels: {
        [levelLabel]: place.level,
        role: 'thanos-alerting-rules',
        thanosruler: 'thanos-ruler',
      },
    },
    spec,
  });
}

/** A rule as it is kept, with the id it is known by. Differs from KubeSphere: ids are made in another way. */
function known(rule: JsonObject): JsonObject {
  const labels = dig(rule, 'labels');
  const annotations = dig(rule, 'annotations');
  const lasting = digString(rule, 'for');
  return {
    id: idOf(rule),
    name: digString(rule, 'alert'),
    query: digString(rule, 'expr'),
    ...(lasting !== '' && { duration: lasting }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
}

function idOf(rule: JsonObject): string {
  return fnv64a(JSON.stringify([groupName, rule]));
}

/** A rule with what came of its latest evaluation, as far as it can be evaluated. */
function shown(context: RequestContext, rule: JsonObject): JsonObject {
  const evaluated = evaluate(context, rule);
  if (evaluated === undefined) return { ...known(rule), state: 'inactive', health: 'unknown' };
  const { state, health, lastError, lastEvaluation, alerts } = evaluated;
  return {
    ...known(rule),
    state,
    health,
    ...(lastError !== undefined && { lastError }),
    lastEvaluation,
    ...(alerts.length > 0 && { alerts: alerts.map((alert) => shownAlert(rule, alert)) }),
  };
}

function evaluate(context: RequestContext, rule: JsonObject): EvaluatedRule | undefined {
  return evaluateRule(context, {
    name: digString(rule, 'alert'),
    query: digString(rule, 'expr'),
    lasting: digString(rule, 'for'),
    labels: textsOf(rule, 'labels'),
    annotations: textsOf(rule, 'annotations'),
    since: Date.parse(digString(rule, 'annotations', updateTime)) || 0,
  });
}

function textsOf(rule: JsonObject, member: string): Readonly<Record<string, string>> {
  const texts = Object.entries(digObject(rule, member));
  return Object.fromEntries(texts.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function shownAlert(rule: JsonObject, alert: RuleAlert): JsonObject {
  return { ...alert, ruleId: idOf(rule), ruleName: digString(rule, 'alert') };
}

/** The alerts of rules, the latest first. */
function alertsOf(context: RequestContext, rules: readonly JsonObject[]): JsonObject[] {
  const found = rules.flatMap((rule) =>
    (evaluate(context, rule)?.alerts ?? []).map((alert) => shownAlert(rule, alert)),
  );
  return found.sort((a, b) => (digString(a, 'activeAt') > digString(b, 'activeAt') ? -1 : 1));
}

/** A rule as it is kept: narrowed to its namespace, and with the time of the write. */
function asKept({ world }: RequestContext, { level, namespace }: Place, rule: JsonObject): JsonObject {
  const query = digString(rule, 'query');
  const lasting = digString(rule, 'duration');
  const changed = world.clock.timestamp();
  return {
    alert: digString(rule, 'name'),
    expr: level === 'cluster' ? query : withinNamespace(query, namespace),
    ...(lasting !== '' && { for: lasting }),
    labels: { alerttype: 'metric', ...digObject(rule, 'labels') },
    annotations: { ...digObject(rule, 'annotations'), [updateTime]: changed },
  };
}

/** `GET [/namespaces/{namespace}]/rules`. */
export function listRules(context: RequestContext): Reply {
  return json(
    selectRules(
      context.query,
      kept(context, placeOf(context)).map((rule) => shown(context, rule)),
    ),
  );
}

/** `GET [/namespaces/{namespace}]/alerts`: of the rules whose queries can be answered. */
export function listAlerts(context: RequestContext): Reply {
  return json(selectAlerts(context.query, alertsOf(context, kept(context, placeOf(context)))));
}

function existing(context: RequestContext, place: Place): JsonObject {
  const name = context.params['rule_name'] ?? '';
  const found = kept(context, place).find((rule) => digString(rule, 'alert') === name);
  if (found === undefined) throw ruleNotFound();
  return found;
}

/** `GET …/rules/{rule_name}`. */
export function getRule(context: RequestContext): Reply {
  return json(shown(context, existing(context, placeOf(context))));
}

/** `GET …/rules/{rule_name}/alerts`. */
export function listAlertsOfRule(context: RequestContext): Reply {
  const alerts = alertsOf(context, [existing(context, placeOf(context))]);
  return json({ items: alerts.length === 0 ? null : alerts, total: alerts.length });
}

function readRule(context: RequestContext): JsonObject {
  const rule = readBodyObject(context, 'v2alpha1.PostableAlertingRule');
  const problem = ruleProblem(rule);
  if (problem !== undefined) throw badRequest(problem);
  return rule;
}

/** `POST …/rules`. @throws ApiError 400, 409 */
export function createRule(context: RequestContext): Reply {
  const rule = readRule(context);
  const place = placeOf(context);
  const rules = kept(context, place);
  if (rules.some((one) => digString(one, 'alert') === digString(rule, 'name')))
    throw new ApiError(409, 'Conflict', 'The alerting rule already exists');
  keep(context, place, [...rules, asKept(context, place, rule)]);
  return empty();
}

/** `PUT …/rules/{rule_name}`: the name is that of the URL. @throws ApiError 400, 404 */
export function updateRule(context: RequestContext): Reply {
  const rule = readRule(context);
  const place = placeOf(context);
  const before = existing(context, place);
  const name = digString(before, 'alert');
  const next = asKept(context, place, { ...rule, name });
  const rules = kept(context, place).map((one) => (digString(one, 'alert') === name ? next : one));
  keep(context, place, rules);
  return empty();
}

/** `DELETE …/rules/{rule_name}`: an id does as well. @throws ApiError 404 */
export function deleteRule(context: RequestContext): Reply {
  const place = placeOf(context);
  const wanted = context.params['rule_name'] ?? '';
  const rules = kept(context, place);
  const left = rules.filter((rule) => digString(rule, 'alert') !== wanted && idOf(rule) !== wanted);
  if (left.length === rules.length) throw ruleNotFound();
  keep(context, place, left);
  return empty();
}

const none: JsonObject = { errors: false, items: null };

/** `DELETE …/rules?name=…&name=…` (3.2+). */
export function deleteRules(context: RequestContext): Reply {
  const names = context.query.getAll('name');
  if (names.length === 0) return json(none);
  const place = placeOf(context);
  const rules = kept(context, place);
  const known = new Set(rules.map((rule) => digString(rule, 'alert')));
  const missing = names.filter((name) => !known.has(name));
  const gone = [...new Set(names.filter((name) => known.has(name)))];
  if (gone.length > 0) {
    keep(
      context,
      place,
      rules.filter((rule) => !gone.includes(digString(rule, 'alert'))),
    );
  }
  return bulk([
    ...missing.map((name) => ({ ruleName: name, status: 'error', errorType: 'not_found' })),
    ...gone.map((name) => ({ ruleName: name, status: 'success', result: 'deleted' })),
  ]);
}

/** `POST …/bulkrules` (3.2+): makes or replaces each; what is wrong with one does not stop the others. */
export function writeRules(context: RequestContext): Reply {
  const sent = readBodyArray(context, 'v2alpha1.PostableAlertingRule').filter(isJsonObject);
  if (sent.length === 0) return json(none);
  const place = placeOf(context);
  const rules = new Map(kept(context, place).map((rule) => [digString(rule, 'alert'), rule]));
  const known = new Set(rules.keys());
  const failed: JsonObject[] = [];
  const good = new Map<string, JsonObject>();
  const seen = new Set<string>();
  for (const rule of sent) {
    const name = digString(rule, 'name');
    const problem = seen.has(name)
      ? `There is more than one rule named ${name} in the bulk request`
      : ruleProblem(rule);
    if (problem === undefined) good.set(name, rule);
    else {
      const errorType = seen.has(name) ? 'duplicate_name' : 'bad_data';
      failed.push({ ruleName: name, status: 'error', errorType, error: problem });
      good.delete(name);
    }
    seen.add(name);
  }
  for (const [name, rule] of good) rules.set(name, asKept(context, place, rule));
  if (good.size > 0) keep(context, place, [...rules.values()]);
  const done = (result: string, names: readonly string[]): JsonObject[] =>
    names.map((name) => ({ ruleName: name, status: 'success', result }));
  const names = [...good.keys()];
  return bulk([
    ...failed,
    ...done(
      'created',
      names.filter((name) => !known.has(name)),
    ),
    ...done(
      'updated',
      names.filter((name) => known.has(name)),
    ),
  ]);
}

function bulk(items: readonly JsonObject[]): Reply {
  return json({ errors: items.some((item) => item['status'] === 'error'), items });
}
