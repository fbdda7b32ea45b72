import { dig, digArray, digObject, type Json, type JsonObject } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import { goMap, invalidShown, type Cause } from './causes.js';

/** What is wrong with where a pod that waits behind a gate may run, and its spec with where it could run before. */
export interface PlaceChanges {
  readonly causes: readonly Cause[];
  readonly spec: JsonObject;
}

/**
 * Takes back what may change of a pod that waits behind a gate: the choice of its nodes can become narrower.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodUpdate
 */
export function placeChanges(spec: JsonObject, before: JsonObject): PlaceChanges {
  const [selector, oldSelector] = [digObject(spec, 'nodeSelector'), digObject(before, 'nodeSelector')];
  const causes: Cause[] = [];
  if (Object.entries(oldSelector).some(([key, value]) => selector[key] !== value)) {
    const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
    causes.push(invalidShown('spec.nodeSelector', goMap(selector), why));
  }
  const [now, was] = [dig(spec, 'affinity', 'nodeAffinity'), dig(before, 'affinity', 'nodeAffinity')];
  if (!sameJson(now, was)) causes.push(...affinityChange(now, was));
  const { nodeSelector: _, affinity, ...rest } = spec;
  const kept = keptAffinity(affinity, before['affinity'], was);
  return {
    causes,
    spec: {
      ...rest,
      ...(before['nodeSelector'] !== undefined && { nodeSelector: before['nodeSelector'] }),
      ...(kept !== undefined && { affinity: kept }),
    },
  };
}

/** An affinity with the choice of nodes there was before. */
function keptAffinity(
  now: Json | undefined,
  before: Json | undefined,
  was: Json | undefined,
): Json | undefined {
  const { nodeAffinity: _, ...rest } = digObject(now);
  const isEmpty = Object.keys(rest).length === 0 && was === undefined;
  if (isEmpty && (before === undefined || now === undefined)) return undefined;
  return { ...rest, ...(was !== undefined && { nodeAffinity: was }) };
}

const must = 'requiredDuringSchedulingIgnoredDuringExecution';
const path = `spec.affinity.nodeAffinity.${must}.nodeSelectorTerms`;

function affinityChange(now: Json | undefined, was: Json | undefined): Cause[] {
  const [terms, old] = [digArray(now, must, 'nodeSelectorTerms'), digArray(was, must, 'nodeSelectorTerms')];
  if (old.length > 0 && terms.length !== old.length) {
    const why = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    const list =
      terms.length === 0
        ? '(nil)'
        : `{${terms.map((one) => `core.NodeSelectorTerm${goTerm(one)}`).join(', ')}}`;
    return [invalidShown(path, `[]core.NodeSelectorTerm${list}`, why)];
  }
  return old.flatMap((term, at) => {
    const next = terms[at] ?? {};
    if (hasOnlyMore(next, term)) return [];
    const why = 'only additions are allowed (no mutations or deletions)';
    return [invalidShown(`${path}[${String(at)}]`, `core.NodeSelectorTerm${goTerm(next)}`, why)];
  });
}

function hasOnlyMore(now: Json, before: Json): boolean {
  const keys = ['matchExpressions', 'matchFields'];
  const pairs = keys.map((key) => [digArray(now, key), digArray(before, key)] as const);
  if (pairs.every(([, old]) => old.length === 0)) return pairs.every(([next]) => next.length === 0);
  return pairs.every(([next, old]) => sameJson(next.slice(0, old.length), old));
}

/** A term as Go prints what is in it. */
function goTerm(term: Json): string {
  const type = '[]core.NodeSelectorRequirement';
  const list = (key: string): string => {
    const items = digArray(term, key).map((one) => {
      const { key: name, operator, values } = digObject(one);
      const texts = Array.isArray(values)
        ? `{${values.map((text) => JSON.stringify(text)).join(', ')}}`
        : '(nil)';
      return `core.NodeSelectorRequirement{Key:${JSON.stringify(name ?? '')}, Operator:${JSON.stringify(operator ?? '')}, Values:[]string${texts}}`;
    });
    return items.length === 0 ? `${type}(nil)` : `${type}{${items.join(', ')}}`;
  };
  return `{MatchExpressions:${list('matchExpressions')}, MatchFields:${list('matchFields')}}`;
}
