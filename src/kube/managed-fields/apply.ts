import { ApiError, badRequest } from '../../core/api-error.js';
import { isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { Resource } from '../../registry/contract.js';
import { hasStatusEndpoint } from '../../registry/generation.js';
import { appliedProblems } from './check-applied.js';
import { compareStates } from './compare.js';
import { fieldsOf, withNamedFields, withoutUnowned } from './fields-of.js';
import { difference, FieldSet, intersection, printPath, sameSet, union } from './field-set.js';
import { isSameManager, readManaged, writeManaged, type Managed, type Manager } from './managers.js';
import { mergeApplied, removeFields } from './merge.js';
import { ownersBefore } from './record-update.js';
import { shapeOf, type Shape } from './shape.js';

/** An apply: server-side apply's PATCH. */
export interface Apply {
  readonly resource: Resource;
  /** Version of the URL. */
  readonly version: string;
  readonly applied: JsonObject;
  /** `undefined` when there is none yet. */
  readonly live: KubeObject | undefined;
  readonly manager: Manager;
  readonly force: boolean;
  /** RFC 3339. */
  readonly time: string;
}

/** What an apply makes of an object. */
export interface Applied {
  /** To be completed, checked and stored. */
  readonly object: JsonObject;
  readonly managedFields: readonly JsonObject[] | undefined;
}

/** Who is taken to have written an object that nobody managed before it was applied to. */
const beforeFirstApply = 'before-first-apply';

/**
 * Applies a configuration: sets what it holds, and takes away what its manager held before and nobody else holds.
 *
 * @throws ApiError 400 for another version or managed fields of one's own, 500 for members the kind does not have, 409 for
 * members that differ and are somebody else's
 * @see kubernetes-sigs/structured-merge-diff merge/update.go
 */
export function applyConfiguration(apply: Apply): Applied {
  const { resource, version, applied, live, manager } = apply;
  checkApplied(apply);
  const shape = shapeOf(resource, version);
  const before: JsonObject = live ?? {};
  const entries = live === undefined ? [] : ownersOf(apply, live);
  const last = entries.find((entry) => isSameManager(entry, manager));
  const set = withoutIgnored(withoutUnowned(fieldsOf(applied, shape)), resource, manager.subresource);
  const others = entries.filter((entry) => entry !== last);
  const merged = mergeApplied(before, applied, shape);
  const pruned = prune(merged, shape, last?.set, union(ownedBy(others), set));
  const { added, modified, removed } = compareStates(before, pruned, shape);
  const contested = withoutUnowned(union(added, modified));
  const conflicts = others
    .map((entry) => ({ entry, paths: intersection(entry.set, contested) }))
    .filter(({ paths }) => !paths.empty);
  if (conflicts.length > 0 && !apply.force) throw conflictOf(conflicts);
  const rest = others.map((entry) => ({
    ...entry,
    set: difference(difference(entry.set, contested), removed),
  }));
  const isUnchanged = last !== undefined && sameSet(last.set, set) && sameJson(before, pruned);
  const own: Managed = { ...manager, set, time: isUnchanged ? last.time : apply.time };
  return { object: pruned as JsonObject, managedFields: writeManaged([...rest, own]) };
}

function checkApplied({ resource, version, applied }: Apply): void {
  const expected = resource.group === '' ? version : `${resource.group}/${version}`;
  const { apiVersion, kind, metadata } = applied;
  const given = typeof apiVersion === 'string' ? apiVersion : '';
  if (given !== expected) {
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${given}, expected: ${expected}`,
    );
  }
  const meta = isJsonObject(metadata) ? metadata : {};
  if (meta['managedFields'] !== undefined && meta['managedFields'] !== null)
    throw badRequest('metadata.managedFields must be nil');
  const [name, namespace] = [meta['name'], meta['namespace']].map((text) =>
    typeof text === 'string' ? text : '',
  );
  const shownKind = typeof kind === 'string' ? kind : '';
  const gvk = `${expected.includes('/') ? expected : `/${expected}`}, Kind=${shownKind}`;
  const problems =
    shownKind === resource.kind
      ? appliedProblems(applied, shapeOf(resource, version))
      : [`no corresponding type for ${gvk}`];
  if (problems.length === 0) return;
  const why =
    problems.length === 1
      ? (problems[0] ?? '')
      : ['errors:', ...problems.map((one) => `  ${one}`)].join('\n');
  const who = `${namespace ?? ''}/${name ?? ''}; ${gvk}`;
  throw new ApiError(500, '', `failed to create typed patch object (${who}): ${why}`);
}

/** The entries of a live object; for one that nobody manages, all it holds is `before-first-apply`'s. */
function ownersOf({ resource, version, manager, time }: Apply, live: KubeObject): readonly Managed[] {
  const known = readManaged(live) ?? [];
  if (known.length > 0) return known;
  const owner: Manager = {
    name: beforeFirstApply,
    operation: 'Update',
    apiVersion: manager.apiVersion,
    subresource: '',
  };
  return ownersBefore({ resource, version, next: live, manager: owner, time });
}

/** What an endpoint does not write is nobody's through it. */
function withoutIgnored(set: FieldSet, resource: Resource, subresource: string): FieldSet {
  if (!hasStatusEndpoint(resource)) return set;
  const result = new FieldSet();
  const isKept = (step: string): boolean =>
    subresource === 'status'
      ? step === 'f:status' || (step === 'f:metadata' && !resource.custom)
      : step !== 'f:status';
  for (const step of set.members) if (isKept(step)) result.members.add(step);
  for (const [step, child] of set.children) if (isKept(step)) result.children.set(step, child);
  return result;
}

function ownedBy(entries: readonly Managed[]): FieldSet {
  return entries.map(({ set }) => set).reduce(union, new FieldSet());
}

/** Takes away what the manager held before and nobody holds now. */
function prune(merged: Json, shape: Shape, last: FieldSet | undefined, held: FieldSet): Json {
  if (last === undefined || last.empty) return merged;
  const there = fieldsOf(merged, shape);
  // Differs from KubeSphere: controllers here write without an entry, so that what stands in a map or list without an
  // owner is taken for theirs, and keeps what it stands in.
  const unmanaged = entriesOnly(difference(difference(there, last), held), shape);
  const kept = withNamedFields(union(held, unmanaged), shape);
  const gone = difference(intersection(withNamedFields(there, shape), withNamedFields(last, shape)), kept);
  return removeFields(merged, gone, shape);
}

/** The part of a set that is entries of maps and items of lists. */
function entriesOnly(set: FieldSet, shape: Shape): FieldSet {
  const result = new FieldSet();
  const isEntry = (step: string): boolean =>
    shape.kind === 'list' || (shape.kind === 'map' && shape.field(step.slice(2)) === undefined);
  for (const step of set.members) if (isEntry(step)) result.members.add(step);
  for (const [step, child] of set.children) {
    if (shape.kind === 'leaf') continue;
    const inner =
      shape.kind === 'list' ? shape.item : (shape.field(step.slice(2)) ?? shape.rest ?? { kind: 'leaf' });
    const below = entriesOnly(child, inner);
    if (!below.empty) result.children.set(step, below);
  }
  return result;
}

interface Conflict {
  readonly entry: Managed;
  readonly paths: FieldSet;
}

/** 409 that names every contested path and who holds it. @see apimachinery pkg/util/managedfields/internal/conflict.go */
function conflictOf(conflicts: readonly Conflict[]): ApiError {
  const named = conflicts
    .map(({ entry, paths }) => ({ who: describe(entry), paths: [...paths.paths()].map(printPath) }))
    .sort((a, b) => (a.who < b.who ? -1 : 1));
  const all = named.flatMap(({ who, paths }) => paths.map((path) => ({ who, path })));
  const [first] = all;
  const text =
    all.length === 1 && first !== undefined
      ? `1 conflict: conflict with ${first.who}: ${first.path}`
      : `${String(all.length)} conflicts: ${named
          .map(({ who, paths }) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)].join('\n'))
          .join('\n')}`;
  return new ApiError(409, 'Conflict', `Apply failed with ${text}`, {
    details: {
      causes: all.map(({ who, path }) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${who}`,
        field: path,
      })),
    },
  });
}

function describe({ name, operation, apiVersion, subresource }: Managed): string {
  const who =
    JSON.stringify(name) + (subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`);
  return operation === 'Update' ? `${who} using ${apiVersion}` : who;
}
