import { badRequest, internalError } from '../../../core/api-error.js';
import {
  appIdLabel,
  appVersionIdLabel,
  clusterNameLabel,
  namespaceNameLabel,
} from '../../../core/app-store-keys.js';
import { digObject, digString, type JsonObject } from '../../../core/json.js';
import { type KubeObject, label, withoutManagedFields } from '../../../core/kube-object.js';
import { creatorAnnotation, workspaceLabel } from '../../../core/well-known-keys.js';
import { readDocuments } from '../../../charts/load-chart.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readTypedBody } from '../../../registry/read-json-body.js';
import { success } from '../../../registry/reply.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { applyObject, inCluster, kindOfObject, liveObject, removeObject } from './clusters.js';
import { existing, storeKind } from '../../../controllers/app-store/store-kind.js';
import { alwaysInternal, assertFree, orInternal } from './failures.js';
import { selected, storeList, storeReply } from './lists.js';
import { packageOf } from './packages.js';
import { createOrUpdate } from '../../../controllers/app-store/write-apps.js';

const plural = 'applicationreleases';
const required = [appIdLabel, clusterNameLabel, workspaceLabel, namespaceNameLabel];

/**
 * `POST /applications` and `POST /applications/{application}`: installs a version of an app, or upgrades a release. Objects
 * of apps of type `yaml` are made at once; nothing is made of charts.
 *
 * @see kubesphere/kubesphere pkg/kapis/application/v2/handler_apprls.go
 */
export async function writeRelease(context: RequestContext): Promise<Reply> {
  const sent = await orInternal(() => readTypedBody(context, storeKind(context, plural)));
  const labels = digObject(sent, 'metadata', 'labels');
  for (const key of required) if (digString(labels, key) === '') throw badRequest(`must set ${key}`);
  const name = digString(sent, 'metadata', 'name');
  await assertFree(context, 'application', plural, name);
  const objects = await checkedObjects(context, sent);
  return orInternal(() => {
    const { resourceVersion: _version, uid: _uid, ...metadata } = digObject(sent, 'metadata');
    const versionId = digString(sent, 'spec', 'appVersionID');
    createOrUpdate(context, plural, name, (before) => ({
      metadata: {
        ...metadata,
        finalizers: before?.metadata.finalizers ?? [],
        labels: { ...labels, [appVersionIdLabel]: versionId },
        annotations: { ...digObject(metadata, 'annotations'), [creatorAnnotation]: context.user.name },
      },
      spec: digObject(sent, 'spec'),
      ...(before !== undefined && { status: digObject(before, 'status') }),
    }));
    const there = inCluster(context, digString(labels, clusterNameLabel));
    for (const object of objects) applyObject(there, kindOfObject(there, object), object);
    return success();
  });
}

/** The objects of a release whose app is no chart, checked against what the version holds. @throws ApiError 404, 500 */
async function checkedObjects(context: RequestContext, release: JsonObject): Promise<readonly JsonObject[]> {
  if (digString(release, 'spec', 'appType') === 'helm') return [];
  const there = await orInternal(() =>
    inCluster(context, digString(release, 'metadata', 'labels', clusterNameLabel)),
  );
  const template = await alwaysInternal(() => packageOf(context, digString(release, 'spec', 'appVersionID')));
  return orInternal(async () => {
    const objects = await objectsOf(release);
    const templates = await readDocuments(template.toString('utf8'));
    if (objects.length !== templates.length)
      throw internalError('yamlList and yamlTempList length not equal');
    for (const [at, object] of objects.entries()) {
      kindOfObject(there, object);
      const like = templates[at] ?? {};
      if (['kind', 'apiVersion'].some((key) => digString(object, key) !== digString(like, key)))
        throw internalError('yamlList and yamlTempList not equal');
      const namespace = digString(release, 'metadata', 'labels', namespaceNameLabel);
      if (digString(object, 'metadata', 'namespace') !== namespace)
        throw internalError('subresource must have same namespace with app release');
    }
    return objects;
  });
}

function objectsOf(release: JsonObject): Promise<readonly JsonObject[]> {
  return readDocuments(Buffer.from(digString(release, 'spec', 'values'), 'base64').toString('utf8'));
}

/** `GET /applications`: releases of an app, namespace or workspace. */
export function listReleases(context: RequestContext): Reply {
  const { params, query } = context;
  const wanted: readonly (readonly [key: string, value: string])[] = [
    [appIdLabel, query.get('appID') ?? ''],
    [namespaceNameLabel, params['namespace'] ?? ''],
    [workspaceLabel, params['workspace'] ?? ''],
  ];
  const found = selected(context, plural).filter(({ object }) =>
    wanted.every(([key, value]) => value === '' || label(object, key) === value),
  );
  return storeList(context, plural, found);
}

/** `GET /applications/{application}`: a release, with what there is of its objects right now. */
export async function getRelease(context: RequestContext): Promise<Reply> {
  const release = existing(context, plural, context.params['application'] ?? '');
  const realTimeResources = await realTimeResourcesOf(context, release).catch(() => []);
  const status = { ...digObject(release, 'status'), realTimeResources };
  return storeReply(context, plural, { ...release, status });
}

async function realTimeResourcesOf(
  context: RequestContext,
  release: KubeObject,
): Promise<readonly JsonObject[]> {
  if (!['yaml', 'edge'].includes(digString(release, 'spec', 'appType'))) return [];
  const there = inCluster(context, label(release, clusterNameLabel) ?? '');
  return (await objectsOf(release)).map((object) => {
    const resource = kindOfObject(there, object);
    const live = liveObject(there, resource, object);
    if (live !== undefined) return withoutManagedFields(live);
    const { apiVersion, kind, metadata } = object;
    const state = `${resource.plural} "${digString(metadata, 'name')}" not found`;
    return {
      ...(apiVersion !== undefined && { apiVersion }),
      ...(kind !== undefined && { kind }),
      ...(metadata !== undefined && { metadata }),
      status: { state },
    };
  });
}

/** `DELETE /applications/{application}`: the objects of an app of type `yaml` go with it. */
export function deleteRelease(context: RequestContext): Promise<Reply> {
  return orInternal(async () => {
    const name = context.params['application'] ?? '';
    const release = context.cluster.store.find(storeKind(context, plural), undefined, name)?.object;
    const objects = release === undefined ? [] : await manifestOf(release);
    deleteObject(context, storeKind(context, plural), { name });
    if (release === undefined || objects.length === 0) return success();
    const there = inCluster(context, label(release, clusterNameLabel) ?? '');
    for (const object of objects) removeObject(there, kindOfObject(there, object), object);
    return success();
  });
}

async function manifestOf(release: KubeObject): Promise<readonly JsonObject[]> {
  if (digString(release, 'spec', 'appType') === 'helm') return [];
  return objectsOf(release).catch(() => []);
}
