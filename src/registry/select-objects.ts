import type { GroupResource } from '../core/api-error.js';
import { digString } from '../core/json.js';
import { annotation, type KubeObject } from '../core/kube-object.js';
import { labelMatcher } from './label-selector.js';
import { paginate, type ListPage, type ListQuery } from '../core/list-query.js';
import { inRange } from '../core/release.js';
import type { ObjectStore, StoredObject } from '../state/object-store.js';
import { kindListOf } from './kinds/index.js';
import type { FilterContext, KindList, SortKey } from './kinds/kind-list.js';
import { orderObjects } from './order-objects.js';

/** The two families of filters: those of `resources…/v1alpha3` and its kin, and those of the generic resource API. */
export type FilterDialect = 'v1alpha3' | 'generic';

/** What a selection depends on besides the query. */
export interface Selection extends FilterContext {
  readonly resource: GroupResource;
  readonly dialect: FilterDialect;
}

type Test = (object: KubeObject) => boolean;

const aliasKey = 'kubesphere.io/alias-name';
const nothing: Test = () => false;
const everything: Test = () => true;
/** Selections kept per list of objects; the list is replaced by every write to its resource. */
const keptSelections = 64;
type Selections = Map<string, readonly StoredObject[]>;
const selections = new WeakMap<readonly StoredObject[], Selections>();
/** The same for selections by filters: forks share lists, but not everything a filter looks at. */
const filtered = new WeakMap<ObjectStore, WeakMap<readonly StoredObject[], Selections>>();
const pages = new WeakMap<readonly StoredObject[], Map<string, ListPage<StoredObject>>>();

/**
 * The objects a list query asks for, filtered, sorted and cut.
 *
 * Sorted results are kept as long as the given list lives, so that pages of a long list do not sort it again.
 *
 * @see kubesphere/kubesphere pkg/models/resources/v1alpha3/interface.go
 */
export function selectObjects(
  all: readonly StoredObject[],
  query: ListQuery,
  selection: Selection,
): ListPage<StoredObject> {
  const { resource, dialect, store } = selection;
  const kind = kindListOf(resource);
  const [orderName, keyOf] = orderOf(query.sortBy, kind);
  const order = `${orderName} ${String(query.ascending)}`;
  const filters = JSON.stringify([...query.filters]);
  const looksAround = kind.around?.some((filter) => query.filters.has(filter)) === true;
  // What is kept about filters that look at other objects holds for one store, while nothing is written to it.
  const known = selectionsOf(all, looksAround ? store : undefined);
  const writes = looksAround ? String(store.writes) : '';
  const key = `${resource.plural}.${resource.group} ${dialect} ${selection.release} ${writes} ${order} ${query.labelSelector} ${filters}`;
  let selected = known.get(key);
  if (selected === undefined) {
    selected = filter(orderObjects(all, orderName, keyOf, query.ascending), query, kind, selection);
    if (known.size >= keptSelections) known.clear();
    known.set(key, selected);
  }
  return pageOf(selected, query);
}

function selectionsOf(all: readonly StoredObject[], store: ObjectStore | undefined): Selections {
  let lists = selections;
  if (store !== undefined) {
    lists = filtered.get(store) ?? new WeakMap();
    filtered.set(store, lists);
  }
  const known: Selections = lists.get(all) ?? new Map<string, readonly StoredObject[]>();
  lists.set(all, known);
  return known;
}

/** A page of a selection; the same page of the same selection is the same list again, so that its bytes can be kept. */
function pageOf(selected: readonly StoredObject[], query: ListQuery): ListPage<StoredObject> {
  if (query.limit === -1) return paginate(selected, query);
  const known = pages.get(selected) ?? new Map<string, ListPage<StoredObject>>();
  pages.set(selected, known);
  const key = `${String(query.page)} ${String(query.limit)}`;
  let page = known.get(key);
  if (page === undefined) {
    page = paginate(selected, query);
    if (known.size >= keptSelections) known.clear();
    known.set(key, page);
  }
  return page;
}

/** Filtering keeps the order, so the order of everything serves every filter. */
function filter(
  ordered: readonly StoredObject[],
  query: ListQuery,
  kind: KindList,
  selection: Selection,
): readonly StoredObject[] {
  const tests: Test[] = [labelTest(query.labelSelector, everything)];
  for (const [key, value] of query.filters) tests.push(filterTest(key, value, kind, selection));
  const wanted = tests.filter((test) => test !== everything);
  if (wanted.length === 0) return ordered;
  return ordered.filter(({ object }) => wanted.every((test) => test(object)));
}

const byTime: SortKey = ({ metadata }) => metadata.creationTimestamp ?? '';
const byName: SortKey = ({ metadata }) => metadata.name;

/** The sort key of a name; unknown ones mean the time of creation. */
function orderOf(sortBy: string, { sorts }: KindList): [name: string, key: SortKey] {
  if (sortBy === 'name') return ['name', byName];
  const own = sorts !== undefined && Object.hasOwn(sorts, sortBy) ? sorts[sortBy] : undefined;
  return own === undefined ? ['creationTimestamp', byTime] : [sortBy, own];
}

function labelTest(selector: string, otherwise: Test): Test {
  if (selector === '') return everything;
  try {
    return labelMatcher(selector) ?? everything;
  } catch {
    return otherwise;
  }
}

/** A selector over annotations instead of labels. */
function annotationTest(selector: string): Test {
  const test = labelTest(selector, nothing);
  return (object) => {
    const labels = object.metadata.annotations ?? {};
    return test({ ...object, metadata: { ...object.metadata, labels } });
  };
}

function filterTest(key: string, value: string, kind: KindList, selection: Selection): Test {
  const own = kind.filters !== undefined && Object.hasOwn(kind.filters, key) ? kind.filters[key] : undefined;
  if (own !== undefined) return (object) => own(object, value, selection);
  if (kind.closed === true) return nothing;
  return metadataTest(key, value, selection);
}

/** The filters every kind has. */
function metadataTest(key: string, value: string, { dialect, release, resource }: Selection): Test {
  const since41 = inRange(release, { since: 'v4.1' });
  switch (key) {
    case 'names': {
      const names = new Set(value.split(','));
      return ({ metadata }) => names.has(metadata.name);
    }
    case 'name':
      return nameTest(value, since41, dialect);
    case 'nameAndAlias':
      return since41 ? nameTest(value, true, dialect) : nothing;
    case 'alias':
      if (release === 'v3.4') return (object) => annotation(object, aliasKey)?.includes(value) === true;
      break;
    case 'uid':
      return ({ metadata }) => metadata.uid === value;
    case 'namespace':
      return ({ metadata }) => (metadata.namespace ?? '') === value;
    case 'ownerReference':
      return ({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === value) === true;
    case 'ownerKind':
      return ({ metadata }) => metadata.ownerReferences?.some(({ kind }) => kind === value) === true;
    case 'label':
      return dialect === 'generic'
        ? pairTest(value, ({ metadata }) => metadata.labels)
        : labelTest(value, nothing);
    case 'annotation':
      return dialect === 'generic'
        ? pairTest(value, ({ metadata }) => metadata.annotations)
        : annotationTest(value);
    case 'fieldSelector':
      if (dialect === 'generic' || resource.plural === 'secrets')
        return fieldTest(value, dialect === 'generic');
      break;
    default:
  }
  return since41 ? everything : nothing;
}

function nameTest(value: string, withAlias: boolean, dialect: FilterDialect): Test {
  if (!withAlias) return ({ metadata }) => metadata.name.includes(value);
  const fold = (text: string): string => (dialect === 'generic' ? text.toLowerCase() : text);
  const folded = fold(value);
  return (object) =>
    object.metadata.name.includes(value) || fold(annotation(object, aliasKey) ?? '').includes(folded);
}

/** `k=v`, `k!=v`, `k` or `k=*`: the forms the generic resource API knows. */
function pairTest(
  value: string,
  of: (object: KubeObject) => Readonly<Record<string, string>> | undefined,
): Test {
  const [, key = '', operator = '', wanted = ''] = /^([^=!]*)(!=|={1,2})?(.*)$/s.exec(value) ?? [];
  return (object) => {
    const map = of(object) ?? {};
    if (!Object.hasOwn(map, key)) return false;
    if (operator === '' || (operator !== '!=' && wanted === '*')) return true;
    return (map[key] === wanted) === (operator !== '!=');
  };
}

/** `path=v`, `path==v` or `path!=v`, joined by commas; a missing path matches nothing. */
function fieldTest(selector: string, foldsCase: boolean): Test {
  const tests = selector.split(',').map((part): Test => {
    const [, path = '', operator = '=', wanted = ''] = /^(.*?)(!=|={1,2})(.*)$/s.exec(part) ?? [];
    const steps = path.replace(/^\$?\.?/, '').split('.');
    const ignoreCase = foldsCase && wanted.startsWith('~');
    const target = ignoreCase ? wanted.slice(1).toLowerCase() : wanted;
    return (object) => {
      const text = digString(object, ...steps);
      if (text === '') return false;
      return ((ignoreCase ? text.toLowerCase() : text) === target) === (operator !== '!=');
    };
  });
  return (object) => tests.every((test) => test(object));
}
