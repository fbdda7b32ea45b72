import { ApiError, badRequest, notFound } from '../../../core/api-error.js';
import { digArray, digObject, digString, type Json } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { Reply, RequestContext, Resource } from '../../../registry/contract.js';
import { arrayReply, objectReply } from '../../../registry/entity-reply.js';
import { readBodyArray, readBodyObject } from '../../../registry/read-json-body.js';
import { empty, json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';

/** The kind of labels that clusters can carry. */
export const labels = { group: 'cluster.kubesphere.io', plural: 'labels' };
const clusters = { group: 'cluster.kubesphere.io', plural: 'clusters' };
const labelFinalizer = 'finalizers.kubesphere.io/cluster-label';
const nameLength = 6;

function labelResource({ catalog }: RequestContext): Resource {
  return catalog.get(labels.group, labels.plural);
}

/** Whatever goes wrong here is a bad request. */
export function refusedAsBad<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ApiError) || error.code >= 500) throw error;
    throw badRequest(error.message, { cause: error });
  }
}

/** `GET /labels`: values with their ids, by key. */
export function listLabels({ cluster }: RequestContext): Reply {
  const byKey = new Map<string, { value: string; id: string }[]>();
  for (const { object } of cluster.store.list(labels)) {
    const key = digString(object, 'spec', 'key');
    const entry = { value: digString(object, 'spec', 'value'), id: object.metadata.name };
    const known = byKey.get(key);
    if (known === undefined) byKey.set(key, [entry]);
    else known.push(entry);
  }
  return json(Object.fromEntries([...byKey].sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** `POST /labels`: earlier ones of a batch stay when a later one is taken; twins within a batch pass. */
export function createLabels(context: RequestContext): Reply {
  const before = takenPairs(context);
  const wanted = readBodyArray(context, 'v1alpha1.CreateLabelRequest');
  return refusedAsBad(() => {
    const created = wanted.map((item) => createLabel(context, item, before));
    return arrayReply(context, labels, created, 'created');
  });
}

function takenPairs({ cluster }: RequestContext): Set<string> {
  return new Set(cluster.store.list(labels).map(({ object }) => pairOf(object['spec'])));
}

function pairOf(spec: Json | undefined): string {
  return `${digString(spec, 'key')}/${digString(spec, 'value')}`;
}

function assertFree(pair: string, taken: ReadonlySet<string>): void {
  if (taken.has(pair)) throw badRequest(`label ${pair} already exists`);
}

function createLabel(context: RequestContext, item: Json, taken: ReadonlySet<string>): KubeObject {
  assertFree(pairOf(item), taken);
  return createObject(context, labelResource(context), {
    apiVersion: 'cluster.kubesphere.io/v1alpha1',
    kind: 'Label',
    metadata: { name: context.world.random.suffix(nameLength), finalizers: [labelFinalizer] },
    spec: { key: digString(item, 'key'), value: digString(item, 'value') },
  }).object;
}

/** `PUT /labels/{label}`: another key and value, or with `action=unbind` fewer clusters. */
export function updateLabel(context: RequestContext): Reply {
  const { cluster, query } = context;
  const name = context.params['label'] ?? '';
  const found = cluster.store.find(labels, undefined, name)?.object;
  if (query.get('action') === 'unbind') {
    const gone = new Set(digArray(readBodyObject(context, 'v1alpha1.UnbindClustersRequest'), 'clusters'));
    const label = existing(found, name);
    for (const one of gone) if (typeof one === 'string') unbindCluster(context, one, name);
    const left = digArray(label, 'spec', 'clusters').filter((one) => !gone.has(one));
    return objectReply(
      context,
      labels,
      writeSpec(context, label, { ...digObject(label, 'spec'), clusters: left }),
    );
  }
  const sent = readBodyObject(context, 'v1alpha1.CreateLabelRequest');
  const label = existing(found, name);
  assertFree(pairOf(sent), takenPairs(context));
  const spec = { ...digObject(label, 'spec'), key: digString(sent, 'key'), value: digString(sent, 'value') };
  return objectReply(context, labels, writeSpec(context, label, spec));
}

function existing(found: KubeObject | undefined, name: string): KubeObject {
  if (found === undefined) throw badRequest(notFound({ group: labels.group, plural: 'Label' }, name).message);
  return found;
}

function writeSpec(context: RequestContext, label: KubeObject, spec: Json): KubeObject {
  return refusedAsBad(() => updateObject(context, labelResource(context), { ...label, spec })).object;
}

/** Takes the label off a cluster. */
function unbindCluster(context: RequestContext, name: string, label: string): void {
  const found = context.cluster.store.find(clusters, undefined, name)?.object;
  const key = `label.cluster.kubesphere.io/${label}`;
  if (found?.metadata.labels?.[key] === undefined) return;
  const { [key]: _gone, ...left } = found.metadata.labels;
  const resource = context.catalog.get(clusters.group, clusters.plural);
  refusedAsBad(() =>
    updateObject(context, resource, { ...found, metadata: { ...found.metadata, labels: left } }),
  );
}

/** `DELETE /labels`: the body names them. */
export function deleteLabels(context: RequestContext): Reply {
  const names = readBodyArray(context, 'string').filter((name) => typeof name === 'string');
  const resource = labelResource(context);
  for (const name of names) refusedAsBad(() => deleteObject(context, resource, { name }));
  return empty();
}
