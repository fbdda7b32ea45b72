import { ApiError, conflict, invalid, badRequest, staleVersion } from '../../core/api-error.js';
import { dig, digObject, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, Resource } from '../../registry/contract.js';
import { invalidShown } from '../validation/causes.js';
import { undecodable } from '../../registry/object-meta.js';
import { goJsonType } from '../../core/go-json.js';
import { applyPatch, patchObject } from '../../registry/verbs/patch.js';
import { valueAt, withValueAt } from '../custom-resources/field-path.js';
import type { KindRequest } from '../kind-request.js';
import { readWriteQuery, type WriteQuery } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { readApplied } from '../read-applied.js';
import { isApply, readPatchBody } from '../read-patch-body.js';
import { apiVersionOf } from '../served-kind.js';
import { none, selectorText } from '../table/cells.js';
import { answerUnstored } from '../encoding.js';
import { asTyped } from './answer-part.js';

const scaleKind = { kind: 'Scale', apiVersion: 'autoscaling/v1' };
const group = 'autoscaling';
/** Stands for a number that is not there yet, while it is being patched. */
const unset = -2_147_483_648;

/**
 * How many copies of something run: read and written apart from the rest of the object, whose version it has.
 *
 * @see kubernetes/kubernetes pkg/registry/apps/deployment/storage/storage.go ScaleREST
 */
export async function serveScale(request: KindRequest): Promise<Reply> {
  const { context, path, kind } = request;
  const { resource } = kind;
  const stored = context.cluster.store.get(resource, path.namespace, path.name);
  switch (context.method) {
    case 'PUT': {
      const query = readWriteQuery(context.query, 'UpdateOptions');
      const body = await readObjectBody(context, { ...scaleKind, type: 'autoscaling/v1.Scale' });
      const { object } = await writeScale(request, body, query);
      return answerScale(request, object);
    }
    case 'PATCH': {
      if (isApply(context)) {
        const { object } = await applyScale(request);
        return answerScale(request, object);
      }
      const query = readWriteQuery(context.query, 'PatchOptions');
      const shape: Resource = {
        ...resource,
        group,
        kind: 'Scale',
        types: { [kind.version]: 'autoscaling/v1.Scale' },
      };
      const patched = applyPatch(
        scaleOf(stored.object, resource, unset),
        readPatchBody(context, shape, kind.version),
      );
      if (!isJsonObject(patched)) {
        const why = `json: cannot unmarshal ${goJsonType(patched)} into Go value of type v1.Scale`;
        throw undecodable(shape, why);
      }
      const { object } = await writeScale(request, patched, query);
      return answerScale(request, object);
    }
    default:
      return answerScale(request, stored.object);
  }
}

function answerScale({ kind, form }: KindRequest, object: KubeObject): Reply {
  const scale = asTyped(scaleOf(object, kind.resource), scaleKind);
  return answerUnstored(scale, [scale], { group, plural: 'scales' }, kind, form);
}

function scaleOf(object: KubeObject, { defined }: Resource, whenUnset?: number): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const paths = defined?.scale;
  const selector = paths === undefined ? ownSelector(object) : textAt(object, paths.selector);
  return {
    ...scaleKind,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: {
      replicas: paths === undefined ? numberAt(object, 'spec') : wantedAt(object, paths.spec, whenUnset),
    },
    status: {
      replicas: paths === undefined ? numberAt(object, 'status') : (countAt(object, paths.status) ?? 0),
      selector,
    },
  };
}

function ownSelector(object: KubeObject): string {
  const selector = selectorText(dig(object, 'spec', 'selector'));
  return selector === none ? '' : selector;
}

function textAt(object: KubeObject, path: string | undefined): string {
  const value = path === undefined ? undefined : valueAt(object, path);
  return typeof value === 'string' ? value : '';
}

function countAt(object: KubeObject, path: string): number | undefined {
  const value = valueAt(object, path);
  return typeof value === 'number' ? value : undefined;
}

/** @see kubernetes/apiextensions-apiserver pkg/registry/customresource/etcd.go ScaleREST */
function wantedAt(object: KubeObject, path: string, whenUnset: number | undefined): number {
  const replicas = countAt(object, path) ?? whenUnset;
  if (replicas !== undefined) return replicas;
  const message = `the spec replicas field ${JSON.stringify(path)} does not exist`;
  throw new ApiError(500, 'InternalError', `Internal error occurred: ${message}`, {
    details: { causes: [{ message }] },
  });
}

function numberAt(object: KubeObject, part: 'spec' | 'status'): number {
  const value = dig(object, part, 'replicas');
  return typeof value === 'number' ? value : part === 'spec' ? 1 : 0;
}

async function writeScale(
  request: KindRequest,
  scale: JsonObject,
  { dryRun, fieldManager }: WriteQuery,
): Promise<ReturnType<typeof patchObject>> {
  const { context, path, kind } = request;
  const { resource } = kind;
  checkScale(request, scale);
  const replicas = replicasOf(scale);
  const key = { namespace: path.namespace, name: path.name };
  const place = resource.defined?.scale?.spec ?? '.spec.replicas';
  const rescale = (object: JsonObject): Json => withValueAt(object, place, replicas);
  const { recorder } = await import('../managed-fields/recorder.js');
  return patchObject(context, resource, key, rescale, {
    dryRun,
    manage: recorder(request, fieldManager, 'scale'),
  });
}

/** Refuses a scale of another object, or of another state of it. */
function checkScale({ context, path, kind }: KindRequest, scale: JsonObject): void {
  const { resource } = kind;
  const { name, namespace, uid, resourceVersion } = digObject(scale, 'metadata');
  if (typeof name === 'string' && name !== '' && name !== path.name) {
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${path.name})`);
  }
  if (typeof namespace === 'string' && namespace !== '' && namespace !== path.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const current = context.cluster.store.get(resource, path.namespace, path.name).object.metadata;
  if (typeof uid === 'string' && uid !== '' && uid !== current.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.uid ?? ''}`;
    throw conflict(resource, path.name, why);
  }
  const isStale =
    typeof resourceVersion === 'string' &&
    resourceVersion !== '' &&
    resourceVersion !== current.resourceVersion;
  if (isStale) throw conflict(resource, path.name, staleVersion);
}

/**
 * Answers a server-side apply: of the object itself, with nothing in it but the number.
 *
 * @throws ApiError as other applies do
 */
async function applyScale(request: KindRequest): Promise<ReturnType<typeof patchObject>> {
  const { context, path, kind } = request;
  const { resource } = kind;
  const query = readWriteQuery(context.query, 'PatchOptions', true);
  const { applied } = await readApplied(request);
  const { apiVersion, kind: given } = applied;
  if (apiVersion !== scaleKind.apiVersion || given !== scaleKind.kind) {
    const shown = typeof apiVersion === 'string' ? apiVersion : '';
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${shown}, expected: ${scaleKind.apiVersion}`,
    );
  }
  checkScale(request, applied);
  const stated = dig(applied, 'spec', 'replicas');
  const replicas = replicasOf(applied);
  const place = resource.defined?.scale?.spec ?? '.spec.replicas';
  const bare = {
    apiVersion: apiVersionOf(kind),
    kind: resource.kind,
    metadata: { name: path.name, ...(path.namespace !== '' && { namespace: path.namespace }) },
  };
  const [{ applyConfiguration }, { managerOf }] = await Promise.all([
    import('../managed-fields/apply.js'),
    import('../managed-fields/recorder.js'),
  ]);
  const outcome = applyConfiguration({
    resource,
    version: kind.version,
    applied: stated === undefined ? bare : withValueAt(bare, place, replicas),
    live: context.cluster.store.get(resource, path.namespace, path.name).object,
    manager: managerOf(request, query.fieldManager, 'Apply', 'scale'),
    force: query.force,
    time: context.world.clock.timestamp(),
  });
  const key = { namespace: path.namespace, name: path.name };
  return patchObject(context, resource, key, () => outcome.object, {
    dryRun: query.dryRun,
    manage: () => outcome.managedFields,
  });
}

function replicasOf(scale: JsonObject): number {
  const replicas = dig(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas)) {
    const why = `json: cannot unmarshal ${goJsonType(replicas)} into Go struct field ScaleSpec.spec.replicas of type int32`;
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: ${why}`);
  }
  if (replicas === unset) throw badRequest('the spec replicas field cannot be empty');
  if (replicas < 0) {
    const name = digObject(scale, 'metadata')['name'];
    const why = 'must be greater than or equal to 0';
    throw invalid({ group, kind: 'Scale' }, typeof name === 'string' ? name : '', [
      invalidShown('spec.replicas', String(replicas), why),
    ]);
  }
  return replicas;
}
