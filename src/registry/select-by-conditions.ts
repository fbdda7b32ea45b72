import { ApiError, type GroupResource } from '../core/api-error.js';
import { digArray, digString } from '../core/json.js';
import { annotation, label, type KubeObject } from '../core/kube-object.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { StoredObject } from '../state/object-store.js';
import type { ConditionQuery } from './conditions.js';
import type { RequestContext } from './contract.js';
import { kindListOf } from './kinds/index.js';
import type { FilterContext } from './kinds/kind-list.js';

type Test = (object: KubeObject, value: string, context: FilterContext) => boolean;

const aliasKey = 'kubesphere.io/alias-name';
const owned = (kind: string): Test => {
  return (object, value) =>
    value !== 'false' || object.metadata.ownerReferences?.some((owner) => owner.kind === kind) !== true;
};

/** Exact keys of single kinds, where `v1alpha3` does not know the same; by `plural.group`. */
const ownKeys: Readonly<Record<string, Readonly<Record<string, Test>>>> = {
  'pods.': {
    ownerKind: (pod, value) => pod.metadata.ownerReferences?.some(({ kind }) => kind === value) === true,
    ownerName: (pod, value) => pod.metadata.ownerReferences?.some(({ name }) => name === value) === true,
  },
  'jobs.batch': { includeCronJob: owned('CronJob'), includeS2iRun: owned('S2iRun') },
  'persistentvolumeclaims.': {
    status: (claim, value) => value.split('|').includes(digString(claim, 'status', 'phase').toLowerCase()),
  },
  'secrets.': { type: (secret, value) => digString(secret, 'type') === value },
  'nodes.': { role: (node, value) => label(node, `node-role.kubernetes.io/${value}`) !== undefined },
  's2iruns.devops.kubesphere.io': {
    status: (run, value) => digString(run, 'status', 'runState') === value,
  },
};

/** Orders of single kinds, by `plural.group`. */
const ownOrders: Readonly<Record<string, Readonly<Record<string, (object: KubeObject) => string>>>> = {
  'pods.': { startTime: (pod) => digString(pod, 'status', 'startTime') },
  'cronjobs.batch': { lastScheduleTime: (job) => digString(job, 'status', 'lastScheduleTime') },
  'deployments.apps': { updateTime: latestCondition('lastUpdateTime') },
  'jobs.batch': { updateTime: latestCondition('lastTransitionTime') },
};

function latestCondition(member: string): (object: KubeObject) => string {
  return (object) => {
    const times = digArray(object, 'status', 'conditions').map((condition) => digString(condition, member));
    return times.reduce(
      (latest, time) => (time > latest ? time : latest),
      object.metadata.creationTimestamp ?? '',
    );
  };
}

/**
 * Filters, sorts and cuts a list the way `v1alpha2` does.
 *
 * @throws ApiError 500 for a start beyond the end
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha2
 */
export function selectByConditions(
  { cluster, release }: RequestContext,
  resource: GroupResource,
  all: readonly StoredObject[],
  query: ConditionQuery,
): { readonly items: readonly StoredObject[]; readonly total: number } {
  const surroundings: FilterContext = { store: cluster.store, release: release.name };
  const exact = [...query.exact].map(([key, value]) => exactTest(resource, key, value, surroundings));
  const fuzzy = [...query.fuzzy].map(([key, value]) => fuzzyTest(key, value));
  const tests = [...exact, ...fuzzy];
  const found = all.filter(({ object }) => tests.every((test) => test(object)));
  const sorted = order(found, resource, query);
  const total = sorted.length;
  if (query.limit === -1) return { items: sorted.slice(query.offset), total };
  if (query.offset > total) throw beyondTheEnd(release.name, query.offset, total);
  return { items: sorted.slice(query.offset, query.offset + Math.max(0, query.limit)), total };
}

/** The real server panics. 2.1 tells so; after it the connection is dropped. */
function beyondTheEnd(release: ReleaseName, offset: number, total: number): ApiError {
  const bounds = 'slice bounds out of range';
  if (inRange(release, { until: 'v2.1' })) {
    // Differs from KubeSphere: no stack of Go functions follows.
    const text = `recover from panic situation: - runtime error: ${bounds}\r\n`;
    return new ApiError(500, 'InternalError', text, { dialect: 'router' });
  }
  // Differs from KubeSphere: it answers nothing.
  return new ApiError(500, 'InternalError', `${bounds} [${String(offset)}:${String(total)}]`);
}

function order(
  found: readonly StoredObject[],
  { plural, group }: GroupResource,
  { orderBy, reverse }: ConditionQuery,
): readonly StoredObject[] {
  const own = ownOrders[`${plural}.${group}`];
  const ownKey = own !== undefined && Object.hasOwn(own, orderBy) ? own[orderBy] : undefined;
  const keyOf = (object: KubeObject): readonly string[] => {
    const { name, namespace = '', creationTimestamp } = object.metadata;
    if (ownKey !== undefined) return [ownKey(object), name, namespace];
    return orderBy === 'createTime' ? [creationTimestamp ?? '', namespace, name] : [name, namespace];
  };
  const keyed = found.map((stored) => ({ stored, key: keyOf(stored.object) }));
  keyed.sort((a, b) => compare(a.key, b.key) * (reverse ? -1 : 1));
  return keyed.map(({ stored }) => stored);
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  if (at === -1) return 0;
  return (a[at] ?? '') < (b[at] ?? '') ? -1 : 1;
}

function exactTest(
  resource: GroupResource,
  key: string,
  value: string,
  surroundings: FilterContext,
): (object: KubeObject) => boolean {
  if (key === 'name') {
    const names = new Set(value.split(','));
    return ({ metadata }) => names.has(metadata.name);
  }
  if (key === 'keyword') return ({ metadata }) => metadata.name.includes(value);
  if (key === 'owner')
    return ({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === value) === true;
  if (key === 'userfacing' && resource.plural.endsWith('roles')) {
    return (object) => (annotation(object, 'kubesphere.io/creator') !== undefined) === (value === 'true');
  }
  const name = `${resource.plural}.${resource.group}`;
  const own = pick(ownKeys[name], key) ?? pick(kindListOf(resource).filters, key);
  if (own !== undefined) return (object) => own(object, value, surroundings);
  return (object) => label(object, key) === value;
}

function pick(tests: Readonly<Record<string, Test>> | undefined, key: string): Test | undefined {
  return tests !== undefined && Object.hasOwn(tests, key) ? tests[key] : undefined;
}

function fuzzyTest(key: string, value: string): (object: KubeObject) => boolean {
  const contains = (object: KubeObject, name: string): boolean => {
    const text = label(object, name) ?? '';
    return value === '' ? text === '' : text.includes(value);
  };
  switch (key) {
    case 'name':
      return (object) =>
        object.metadata.name.includes(value) || (annotation(object, aliasKey) ?? '').includes(value);
    case 'label':
      return () => value === '';
    case 'Annotation':
      return () => false;
    case 'app':
      return (object) => contains(object, 'chart') || contains(object, 'release');
    default:
      return (object) => contains(object, key);
  }
}
