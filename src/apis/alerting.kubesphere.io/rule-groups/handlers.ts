import { notFound } from '../../../core/api-error.js';
import { digString, type JsonObject } from '../../../core/json.js';
import { label, type KubeObject } from '../../../core/kube-object.js';
import { paginate, parseListQuery } from '../../../core/list-query.js';
import { page } from '../../../registry/entity-reply.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { json } from '../../../registry/reply.js';
import { typed } from '../../../registry/typed-json.js';
import type { StoredObject } from '../../../state/object-store.js';
import { alertTest } from './alert-filters.js';
import { groupStatus, type GroupStatus } from './group-status.js';
import { builtinLabel, groupKinds, type Level } from './levels.js';

function kindOf({ catalog }: RequestContext, level: Level): Resource {
  const { group, plural } = groupKinds[level];
  return catalog.get(group, plural);
}

/** The groups of a level, of the project the URL names; those of all clusters by where they come from. */
function groupsOf(context: RequestContext, level: Level): readonly StoredObject[] {
  const all = context.cluster.store.list(kindOf(context, level), context.params['namespace']);
  const builtin = context.query.get('builtin');
  if (level !== 'global' || builtin === null) return all;
  return all.filter(({ object }) => (label(object, builtinLabel) === 'true') === (builtin === 'true'));
}

/** A group with what came of its latest evaluation instead of what is stored as its status. */
function shown(context: RequestContext, level: Level, group: KubeObject, status: GroupStatus): JsonObject {
  const resource = kindOf(context, level);
  const { kind, apiVersion } = group;
  const { metadata, spec } = typed(group, resource, resource.versions[0] ?? '');
  return { kind, apiVersion, metadata: metadata ?? {}, spec: spec ?? {}, status: status.status };
}

/** `GET …/rulegroups`, `/clusterrulegroups` and `/globalrulegroups`: with `state`, those that have a rule in it. */
export function listGroups(context: RequestContext, level: Level): Reply {
  const states = new Map(
    groupsOf(context, level).map((stored) => [stored, groupStatus(context, level, stored.object)]),
  );
  const wanted = context.query.get('state') ?? '';
  const inState = [...states].filter(([, { stats }]) => wanted === '' || countIn(stats, wanted) > 0);
  const { items, total } = page(
    context,
    groupKinds[level],
    inState.map(([stored]) => stored),
    { consumed: level === 'global' ? ['state', 'builtin'] : ['state'] },
  );
  return json({
    items: items.map((stored) =>
      shown(context, level, stored.object, states.get(stored) ?? groupStatus(context, level, stored.object)),
    ),
    totalItems: total,
  });
}

function countIn(stats: GroupStatus['stats'], state: string): number {
  const counts: Readonly<Record<string, number>> = stats;
  return Object.hasOwn(counts, state) ? (counts[state] ?? 0) : 0;
}

/** `GET …/{name}` of the same. @throws ApiError 404 */
export function getGroup(context: RequestContext, level: Level): Reply {
  const { namespace, name = '' } = context.params;
  const resource = kindOf(context, level);
  const group = context.cluster.store.find(resource, namespace, name)?.object;
  if (group === undefined) throw notFound({ group: resource.group, plural: resource.singular }, name);
  return json(shown(context, level, group, groupStatus(context, level, group)));
}

/** `GET …/alerts`, `/clusteralerts` and `/globalalerts`: in the order of groups and rules, or by `activeAt`. */
export function listAlerts(context: RequestContext, level: Level): Reply {
  const all = groupsOf(context, level).flatMap(({ object }) => groupStatus(context, level, object).alerts);
  const query = parseListQuery(context.query, context.release.name, level === 'global' ? ['builtin'] : []);
  const test = alertTest(query.filters);
  const found = all.filter(test);
  if (query.sortBy === 'activeAt') {
    const time = (alert: JsonObject): string => digString(alert, 'activeAt');
    found.sort((a, b) => (time(a) === time(b) ? 0 : time(a) < time(b) === query.ascending ? -1 : 1));
  }
  const { items, total } = paginate(found, query);
  return json({ items, totalItems: total });
}
