import {
  argoLocationLabel,
  argoNamespace,
  argoResourcesFinalizer,
  gitOpsGroup,
  healthStatusLabel,
  syncStatusLabel,
} from '../../core/gitops-keys.js';
import { digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { listReply, objectReply } from '../../registry/entity-reply.js';
import { readTypedBody } from '../../registry/read-json-body.js';
import { json } from '../../registry/reply.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import { applicationKind, applicationOf } from './application-of.js';

/** Labels that parameters of a list ask about. */
const statusLabels = [
  ['syncStatus', syncStatusLabel],
  ['healthStatus', healthStatusLabel],
] as const;

/**
 * `GET /namespaces/{namespace}/applications`: filtered, sorted and cut as all lists are, and by what they are like.
 *
 * @see kubesphere/ks-devops pkg/kapis/gitops/v1alpha1/argocd/handler.go
 */
export function listApplications(context: RequestContext): Reply {
  const wanted = statusLabels.flatMap(([parameter, key]): [string, string][] => {
    const value = context.query.get(parameter) ?? '';
    return value === '' ? [] : [[key, value]];
  });
  const found = context.cluster.store
    .list(applicationKind(context), context.params['namespace'] ?? '')
    .filter(({ object }) => wanted.every(([key, value]) => label(object, key) === value));
  const consumed = statusLabels.map(([parameter]) => parameter);
  return listReply(context, applicationKind(context), found, undefined, { consumed });
}

/** `GET /namespaces/{namespace}/application-summary`: how many are like what. */
export function summarizeApplications(context: RequestContext): Reply {
  const found = context.cluster.store.list(applicationKind(context), context.params['namespace'] ?? '');
  const count = (key: string): JsonObject => {
    const counts = new Map<string, number>();
    for (const { object } of found) {
      const value = label(object, key) ?? '';
      if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return json({
    total: found.length,
    healthStatus: count(healthStatusLabel),
    syncStatus: count(syncStatusLabel),
  });
}

/** `GET …/applications/{application}`. @throws ApiError 404 */
export function getApplication(context: RequestContext): Reply {
  return objectReply(context, applicationKind(context), applicationOf(context));
}

/** `POST …/applications`: for Argo CD, unless it is said to be for Flux. @throws ApiError 400, 409, 422 */
export function createApplication(context: RequestContext): Reply {
  const resource = applicationKind(context);
  const { namespace = '' } = context.params;
  const sent = readTypedBody(context, resource);
  const metadata = digObject(sent, 'metadata');
  const isForArgo = digString(sent, 'spec', 'kind') !== 'fluxcd';
  const labels = {
    ...digObject(metadata, 'labels'),
    ...(isForArgo && { [argoLocationLabel]: argoNamespace }),
  };
  const object = { ...sent, ...identity, metadata: { ...metadata, namespace, labels } };
  const created = createObject(context, resource, object, { namespace });
  return objectReply(context, resource, created.object, 'created');
}

/** `PUT …/applications/{application}`: what the body does not say of labels and the like stays. @throws ApiError 400, 404, 422 */
export function updateApplication(context: RequestContext): Reply {
  const resource = applicationKind(context);
  const sent = readTypedBody(context, resource);
  const current = applicationOf(context);
  const { labels, annotations, finalizers } = current.metadata;
  const given = digObject(sent, 'metadata');
  const metadata = {
    ...(finalizers !== undefined && { finalizers }),
    ...given,
    namespace: current.metadata.namespace,
    name: current.metadata.name,
    labels: { ...labels, ...digObject(given, 'labels') },
    annotations: { ...annotations, ...digObject(given, 'annotations') },
  };
  const status = current['status'];
  const object = { ...sent, ...identity, metadata, ...(isJsonObject(status) && { status }) };
  const updated = updateObject(context, resource, object, {
    namespace: current.metadata.namespace ?? '',
    unconditional: true,
  });
  return objectReply(context, resource, updated.object, 'created');
}

/** `DELETE …/applications/{application}`: with `cascade=true` what was deployed goes too. @throws ApiError 404 */
export function deleteApplication(context: RequestContext): Reply {
  const resource = applicationKind(context);
  let object = applicationOf(context);
  const { namespace = '', name, finalizers = [] } = object.metadata;
  const isWhole =
    context.query.get('cascade') === 'true' && isJsonObject(digObject(object, 'spec')['argoApp']);
  if (isWhole && !finalizers.includes(argoResourcesFinalizer)) {
    const metadata = { ...object.metadata, finalizers: [...finalizers, argoResourcesFinalizer] };
    object = updateObject(context, resource, { ...object, metadata }, { unconditional: true }).object;
  }
  deleteObject(context, resource, { namespace, name });
  return objectReply(context, resource, object);
}

/** kind and apiVersion as Go's client sends them. */
const identity = { apiVersion: `${gitOpsGroup}/v1alpha1`, kind: 'Application' };
