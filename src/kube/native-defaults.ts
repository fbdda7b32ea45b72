import { ApiError } from '../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json } from '../core/json.js';
import type { Resource, ResourceHooks } from '../registry/contract.js';
import { mergeHooks } from '../registry/merge-hooks.js';
import { certificateRequestHooks } from './certificates/requester.js';
import { definitionHooks } from './custom-resources/definition-hooks.js';
import { defaultHooks } from './defaults/index.js';
import { validationHooks } from './validation/index.js';

const rbacGroup = 'rbac.authorization.k8s.io';
const systemPriorityClasses = new Set(['system-node-critical', 'system-cluster-critical']);
const protectedNamespaces = new Set(['default', 'kube-system', 'kube-public']);

/** Gives a namespace the label of its name, a finalizer of its own and a phase. */
const namespaceHooks: ResourceHooks = {
  prepare: (object, previous) => {
    const { name } = object.metadata;
    const labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': name };
    const named = name === '' ? object : { ...object, metadata: { ...object.metadata, labels } };
    if (previous !== undefined) return named;
    const finalizers = digArray(object, 'spec', 'finalizers');
    const own = finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'];
    return { ...named, spec: { finalizers: own }, status: { phase: 'Active' } };
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

/** @see kubernetes/kubernetes pkg/registry/scheduling/priorityclass/storage/storage.go Delete */
const priorityClassHooks: ResourceHooks = {
  validateDelete: ({ metadata: { name } }) => {
    if (!systemPriorityClasses.has(name)) return;
    const group = 'scheduling.k8s.io';
    throw new ApiError(
      403,
      'Forbidden',
      `priorityclasses.${group} ${JSON.stringify(name)} is forbidden: this is a system priority class and cannot be deleted`,
      { details: { name, group, kind: 'priorityclasses' } },
    );
  },
};

/** Folds `stringData` into `data` and names the type. */
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
};

/** Fills in the API group of users, groups and roles. */
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
      roleRef: { ...roleRef, apiGroup: digString(roleRef, 'apiGroup') || rbacGroup },
    };
  },
};

const hooks: Readonly<Record<string, ResourceHooks>> = {
  'namespaces.': namespaceHooks,
  'secrets.': secretHooks,
  'priorityclasses.scheduling.k8s.io': priorityClassHooks,
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
