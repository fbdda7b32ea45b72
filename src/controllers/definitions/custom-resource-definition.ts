import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  cleanupFinalizer,
  conditionOf,
  definitions,
  namesOf,
  type DefinedNames,
} from '../../kube/custom-resources/definition.js';
import type { WriteContext } from '../../registry/contract.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import type { Change } from '../../state/object-store.js';
import {
  currentOf,
  hasFinalizer,
  isDeleting,
  keyOf,
  withoutFinalizer,
  writeBack,
  type Controller,
} from '../controller.js';
import { registerVersions } from './definition-api-services.js';

/**
 * Accepts the names of CustomResourceDefinitions and establishes them; deletes the objects of those that are deleted, then
 * lets them go.
 *
 * @see kubernetes/apiextensions-apiserver pkg/controller/status, establish, finalizer
 */
export const definitionController: Controller = {
  name: 'custom-resource-definition',
  // Any object that goes may be the last one its definition was waiting for.
  watches: ['*'],
  reconcile: (context, change) => {
    const { group, plural } = change.resource;
    const isDefinition = plural === definitions.plural && group === definitions.group;
    if (!isDefinition) {
      if (change.type === 'DELETED') finishAfter(context, change);
      return;
    }
    const definition = currentOf(context, change);
    if (definition === undefined) {
      // The names it held are free now.
      reconsider(context, digString(change.stored.object, 'spec', 'group'));
    } else if (isDeleting(definition)) finish(context, definition);
    else accept(context, definition);
    registerVersions(context, digString(change.stored.object, 'spec', 'group'));
  },
};

function accept(context: WriteContext, definition: KubeObject): void {
  const accepted = acceptedStatus(context, definition);
  const status = digObject(definition, 'status');
  if (JSON.stringify(accepted) === JSON.stringify(status)) return;
  const resource = context.catalog.get(definitions.group, definitions.plural);
  updateObject(
    context,
    resource,
    { ...definition, status: accepted },
    { unconditional: true, typed: true, subresource: 'status' },
  );
}

/** Looks again at definitions of a group whose names were taken. */
function reconsider(context: WriteContext, group: string): void {
  for (const { object } of context.cluster.store.list(definitions)) {
    if (digString(object, 'spec', 'group') !== group || isDeleting(object)) continue;
    if (conditionOf(object, 'NamesAccepted') === 'False') accept(context, object);
  }
}

/** Which of a definition's names are taken, and by which kind of name. */
interface Verdict {
  readonly names: JsonObject;
  /** Absent: all of them are accepted. */
  readonly conflict?: { readonly reason: string; readonly message: string };
}

/** Gives definitions a world was loaded with the status they would have by now. */
export function acceptLoaded(context: WriteContext): void {
  const { store } = context.cluster;
  if (store.offerOf(definitions) === 'open') return;
  for (const { object } of store.list(definitions)) {
    if (digArray(object, 'status', 'conditions').length > 0) continue;
    store.load(definitions, { ...object, status: acceptedStatus(context, object) });
  }
  registerVersions(context);
}

function acceptedStatus(context: WriteContext, definition: KubeObject): JsonObject {
  const { names, conflict } = judge(context, definition);
  const now = context.world.clock.timestamp();
  const before = digArray(definition, 'status', 'conditions');
  const wasEstablished = conditionOf(definition, 'Established') === 'True';
  const good = conflict === undefined;
  const established = good
    ? { reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' }
    : { reason: 'NotAccepted', message: 'not all names are accepted' };
  const wanted = [
    condition(
      'NamesAccepted',
      good,
      conflict ?? { reason: 'NoConflicts', message: 'no conflicts found' },
      now,
    ),
    ...(wasEstablished ? [] : [condition('Established', good, established, now)]),
    ...approval(definition, now),
  ];
  const conditions = wanted.reduce(withCondition, before);
  return {
    ...digObject(definition, 'status'),
    conditions,
    acceptedNames: names,
    storedVersions: stored(definition),
  };
}

function condition(
  type: string,
  status: boolean,
  { reason, message }: { readonly reason: string; readonly message: string },
  lastTransitionTime: string,
): JsonObject {
  return { type, status: status ? 'True' : 'False', lastTransitionTime, reason, message };
}

/** Groups of Kubernetes' own have to be approved. */
function approval(definition: KubeObject, now: string): JsonObject[] {
  const approved = digString(definition, 'metadata', 'annotations', 'api-approved.kubernetes.io');
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(digString(definition, 'spec', 'group')) || approved === '')
    return [];
  const message = approved.startsWith('unapproved')
    ? `not approved: ${JSON.stringify(approved)}`
    : `approved in ${approved}`;
  const good = !approved.startsWith('unapproved');
  const reason = good ? 'ApprovedAnnotation' : 'UnapprovedAnnotation';
  return [condition('KubernetesAPIApprovalPolicyConformant', good, { reason, message }, now)];
}

/** Conditions with one more, or changed; the time of one whose status stays is kept. */
function withCondition(conditions: readonly Json[], next: JsonObject): readonly Json[] {
  const at = conditions.findIndex((one) => digString(one, 'type') === next['type']);
  const before = conditions[at];
  if (before === undefined) return [...conditions, next];
  const isSame = digString(before, 'status') === next['status'];
  const kept = isSame ? { ...next, lastTransitionTime: digString(before, 'lastTransitionTime') } : next;
  return conditions.map((one, index) => (index === at ? kept : one));
}

function judge({ cluster }: WriteContext, definition: KubeObject): Verdict {
  const wanted = namesOf(digObject(definition, 'spec', 'names'));
  const held = namesOf(digObject(definition, 'status', 'acceptedNames'));
  const group = digString(definition, 'spec', 'group');
  const others = cluster.store
    .list(definitions)
    .map(({ object }) => object)
    .filter(
      (one) => one.metadata.uid !== definition.metadata.uid && digString(one, 'spec', 'group') === group,
    )
    .map((one) => namesOf(digObject(one, 'status', 'acceptedNames')));
  const resources = new Set(others.flatMap((one) => [one.plural, one.singular, ...one.shortNames]));
  const kinds = new Set(others.flatMap((one) => [one.kind, one.listKind]));
  const rules: readonly (readonly [keyof DefinedNames, string, ReadonlySet<string>])[] = [
    ['plural', 'PluralConflict', resources],
    ['singular', 'SingularConflict', resources],
    ['shortNames', 'ShortNamesConflict', resources],
    ['kind', 'KindConflict', kinds],
    ['listKind', 'ListKindConflict', kinds],
  ];
  const names: Record<string, Json> = {};
  let conflict: Verdict['conflict'];
  for (const [key, reason, taken] of rules) {
    const value = wanted[key];
    const clashes = [value].flat().filter((name) => taken.has(name) && ![held[key]].flat().includes(name));
    if (clashes.length === 0) names[key] = value;
    else {
      const messages = clashes.map((name) => `${JSON.stringify(name)} is already in use`);
      const message = messages.length === 1 ? (messages[0] ?? '') : `[${messages.join(', ')}]`;
      conflict = { reason, message };
      names[key] = held[key];
    }
  }
  names['categories'] = wanted.categories;
  return { names: inOrder(names), ...(conflict && { conflict }) };
}

/** Names as the Go struct orders them, empty ones left out where it does. */
function inOrder(names: Readonly<Record<string, Json>>): JsonObject {
  const { plural = '', singular = '', shortNames = [], kind = '', listKind = '', categories = [] } = names;
  const isEmpty = (value: Json): boolean => value === '' || (Array.isArray(value) && value.length === 0);
  return {
    plural,
    ...(!isEmpty(singular) && { singular }),
    ...(!isEmpty(shortNames) && { shortNames }),
    kind,
    ...(!isEmpty(listKind) && { listKind }),
    ...(!isEmpty(categories) && { categories }),
  };
}

/** The versions objects were ever stored at. */
function stored(definition: KubeObject): readonly Json[] {
  const before = digArray(definition, 'status', 'storedVersions');
  const now = digArray(definition, 'spec', 'versions')
    .filter((version) => digObject(version)['storage'] === true)
    .map((version) => digString(version, 'name'));
  return [...before, ...now.filter((name) => !before.includes(name))];
}

/** Deletes what is left of a kind, and its definition once nothing is. */
function finish(context: WriteContext, definition: KubeObject): void {
  if (!hasFinalizer(definition, cleanupFinalizer)) return;
  const { store } = context.cluster;
  const [group, plural] = [
    digString(definition, 'spec', 'group'),
    digString(definition, 'spec', 'names', 'plural'),
  ];
  const resource = context.catalog.byPlural(group, plural);
  if (resource?.custom === true && conditionOf(definition, 'Established') !== 'False') {
    for (const { object } of store.list(resource))
      if (!isDeleting(object)) deleteObject(context, resource, keyOf(object));
    if (store.count(resource) > 0) return;
  }
  const own = context.catalog.get(definitions.group, definitions.plural);
  const current = store.find(own, undefined, definition.metadata.name)?.object;
  if (current !== undefined) writeBack(context, own, withoutFinalizer(current, cleanupFinalizer));
}

/** Lets a definition go when the object that went was the last one of its kind. */
function finishAfter(context: WriteContext, { resource: { group, plural } }: Change): void {
  if (group === '') return;
  const definition = context.cluster.store.find(definitions, undefined, `${plural}.${group}`)?.object;
  if (definition !== undefined && isDeleting(definition)) finish(context, definition);
}
