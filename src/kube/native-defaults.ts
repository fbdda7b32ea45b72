import { isDeepStrictEqual } from 'node:util';
import { ApiError, invalid } from '../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource, ResourceHooks } from '../registry/contract.js';
import { mergeHooks } from '../registry/merge-hooks.js';
import { certificateRequestHooks } from './certificates/requester.js';
import { definitionHooks } from './custom-resources/definition-hooks.js';
import { defaultHooks } from './defaults/index.js';
import { validationHooks } from './validation/index.js';

const rbacGroup = 'rbac.authorization.k8s.io';
const protectedNamespaces = new Set(['default', 'kube-system', 'kube-public']);

/** Gives a namespace the label of its name, a finalizer of its own and a phase. */
const namespaceHooks: ResourceHooks = {
  prepare: (object, previous) => {
    const { name } = object.metadata;
    const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': name };
    const named = name === '' ? object : { ...object, metadata: { ...object.metadata, labels } };
    if (previous !== undefined) return named;
    return { ...named, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } };
  },
  validateDelete: ({ metadata }) => {
    if (!protectedNamespaces.has(metadata.name)) return;
    throw new ApiError(
      403,
      'Forbidden',
      `namespaces ${JSON.stringify(metadata.name)} is forbidden: this namespace may not be deleted`,
      { details: { name: metadata.name, kind: 'namespaces' } },
    );
  },
};

/** Folds `stringData` into `data` and keeps the type as it was. */
const secretHooks: ResourceHooks = {
  prepare: (object) => {
    const { stringData, type, data, ...rest } = object;
    const texts = Object.entries(isJsonObject(stringData) ? stringData : {}).map(
      ([key, value]): [string, Json] => [
        key,
        Buffer.from(typeof value === 'string' ? value : '').toString('base64'),
      ],
    );
    const merged = Object.fromEntries<Json | undefined>([
      ...Object.entries(isJsonObject(data) ? data : {}),
      ...texts,
    ]);
    return {
      ...rest,
      ...(Object.keys(merged).length > 0 && { data: merged }),
      type: typeof type === 'string' && type !== '' ? type : 'Opaque',
    };
  },
  validate: (object, previous) => {
    if (previous === undefined) return;
    if (digString(object, 'type') !== digString(previous, 'type'))
      throw immutable('Secret', object, 'type', digString(object, 'type'));
    checkImmutable('Secret', object, previous);
  },
};

const configMapHooks: ResourceHooks = {
  validate: (object, previous) => {
    if (previous !== undefined) checkImmutable('ConfigMap', object, previous);
  },
};

/** Fills in the API group of users, groups and roles, and keeps what a binding gives. */
const bindingHooks: ResourceHooks = {
  prepare: (object) => {
    const subjects = digArray(object, 'subjects').map((subject): Json => {
      if (!isJsonObject(subject) || subject['kind'] === 'ServiceAccount') return subject;
      return subject['apiGroup'] === undefined || subject['apiGroup'] === ''
        ? { ...subject, apiGroup: rbacGroup }
        : subject;
    });
    const roleRef = digObject(object, 'roleRef');
    return {
      ...object,
      ...(subjects.length > 0 && { subjects }),
      ...(Object.keys(roleRef).length > 0 && { roleRef: { apiGroup: rbacGroup, ...roleRef } }),
    };
  },
  validate: (object, previous) => {
    if (previous === undefined) return;
    const [now, before] = [dig(object, 'roleRef'), dig(previous, 'roleRef')];
    if (sameRole(now, before)) return;
    const value = digObject(object, 'roleRef');
    const shown = `rbac.RoleRef{APIGroup:${text(value, 'apiGroup')}, Kind:${text(value, 'kind')}, Name:${text(value, 'name')}}`;
    throw invalid({ group: rbacGroup, kind: object.kind }, object.metadata.name, [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${shown}: cannot change roleRef`,
        field: 'roleRef',
      },
    ]);
  },
};

function sameRole(now: Json | undefined, before: Json | undefined): boolean {
  return ['apiGroup', 'kind', 'name'].every((key) => digString(now, key) === digString(before, key));
}

function text(value: JsonObject, key: string): string {
  return JSON.stringify(digString(value, key));
}

/** Refuses changes of what was declared immutable. @see kubernetes/kubernetes pkg/apis/core/validation/validation.go */
function checkImmutable(kind: string, object: KubeObject, previous: KubeObject): void {
  if (previous['immutable'] !== true) return;
  const changed = ['data', 'binaryData'].filter(
    (key) => !isDeepStrictEqual(digObject(object, key), digObject(previous, key)),
  );
  const fields = object['immutable'] === true ? changed : ['immutable', ...changed];
  if (fields.length === 0) return;
  const message = 'Forbidden: field is immutable when `immutable` is set';
  throw invalid(
    { group: '', kind },
    object.metadata.name,
    fields.map((field) => ({ reason: 'FieldValueForbidden', message, field })),
  );
}

function immutable(kind: string, object: KubeObject, field: string, value: string): ApiError {
  return invalid({ group: '', kind }, object.metadata.name, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
      field,
    },
  ]);
}

const hooks: Readonly<Record<string, ResourceHooks>> = {
  'namespaces.': namespaceHooks,
  'secrets.': secretHooks,
  'configmaps.': configMapHooks,
  'certificatesigningrequests.certificates.k8s.io': certificateRequestHooks,
  'customresourcedefinitions.apiextensions.k8s.io': definitionHooks,
  [`rolebindings.${rbacGroup}`]: bindingHooks,
  [`clusterrolebindings.${rbacGroup}`]: bindingHooks,
};

/** What is special about writing a kind of Kubernetes' own; `undefined` when nothing is. */
export function nativeHooks({
  group,
  plural,
}: Pick<Resource, 'group' | 'plural'>): ResourceHooks | undefined {
  const kind = `${plural}.${group}`;
  return mergeHooks(
    Object.hasOwn(hooks, kind) ? hooks[kind] : undefined,
    defaultHooks(kind),
    validationHooks(kind),
  );
}
