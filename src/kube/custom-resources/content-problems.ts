import { dig, digObject, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { DefinedVersion, WriteContext } from '../../registry/contract.js';
import type { Cause } from '../../registry/object-meta.js';
import { brokenRules, hasRules } from './cel-rules.js';
import { Correlated } from './correlated.js';
import { embeddedProblems } from './embedded-resources.js';
import { valueAt } from './field-path.js';
import { duplicateItems } from './list-types.js';
import { partProblems, schemaProblems } from './schema-validation.js';

/** What a custom resource is held against. */
export type Checked = Pick<DefinedVersion, 'schema' | 'scale'>;

/** A custom resource that is written, and what it was before. */
interface Write extends Checked {
  readonly object: KubeObject;
  readonly previous: KubeObject | undefined;
}

/**
 * What is wrong with the content of a custom resource. An update of its status is held against the schema of the status
 * alone, and nothing in it is tolerated for having been there before, as in every Kubernetes.
 *
 * @param isTolerant Whether an update may leave what was wrong as it was. Of rules it breaks that way the answer warns.
 * @see kubernetes/apiextensions-apiserver pkg/registry/customresource/strategy.go, status_strategy.go
 */
export function contentProblems(write: Write, isTolerant: boolean, context: WriteContext): Cause[] {
  const { object, previous, schema } = write;
  const isStatus = context.subresource === 'status';
  const since =
    previous === undefined || !isTolerant || isStatus ? undefined : new Correlated(object, previous, schema);
  const causes = [
    ...(isStatus ? statusProblems(write) : wholeProblems(write, since)),
    ...newDuplicates(write),
  ];
  if (!hasRules(schema)) return causes;
  if (causes.some(({ reason }) => blocking.has(reason))) return [...causes, unchecked];
  const tolerate = (cause: Cause): void => context.warn?.(`${cause.field}: ${cause.message}`);
  return [...causes, ...brokenRules(object, previous, schema, since && { since, tolerate })];
}

function wholeProblems({ object, schema, scale }: Write, since: Correlated | undefined): Cause[] {
  return [
    ...schemaProblems(object, schema, since),
    ...(scale === undefined
      ? []
      : [scale.spec, scale.status].flatMap((path) => replicaProblems(object, path))),
    ...embeddedProblems(object, schema),
  ];
}

function statusProblems({ object, schema, scale }: Write): Cause[] {
  const { status } = object;
  const described = dig(schema, 'properties', 'status');
  const found =
    status === undefined || !isJsonObject(described) ? [] : partProblems(status, digObject(described));
  return [
    ...found.map((cause) => ({ ...cause, field: withinStatus(cause.field) })),
    ...(scale === undefined ? [] : replicaProblems(object, scale.status)),
  ];
}

function withinStatus(field: string): string {
  return field === '' || field === '<nil>' ? 'status' : `status.${field}`;
}

/** Items held twice; who held some before may go on. */
function newDuplicates({ object, previous, schema }: Write): Cause[] {
  const causes = duplicateItems(object, schema);
  const isNew =
    causes.length > 0 && (previous === undefined || duplicateItems(previous, schema).length === 0);
  return isNew ? causes : [];
}

const mostReplicas = 2 ** 31 - 1;

function replicaProblems(object: KubeObject, path: string): Cause[] {
  const value = valueAt(object, path);
  if (typeof value !== 'number' || (value >= 0 && value <= mostReplicas)) return [];
  const why = value < 0 ? 'a non-negative integer' : `less than or equal to ${String(mostReplicas)}`;
  const message = `Invalid value: ${String(value)}: should be ${why}`;
  return [{ reason: 'FieldValueInvalid', message, field: path }];
}

/** What keeps rules from being asked. */
const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);

const unchecked: Cause = {
  reason: 'FieldValueInvalid',
  message:
    'Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation',
  field: '<nil>',
};
