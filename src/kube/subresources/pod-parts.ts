import { invalid } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import type { Reply, Resource, Subresource } from '../../registry/contract.js';
import { readObject } from '../../registry/object-meta.js';
import { applyPatch, patchObject } from '../../registry/verbs/patch.js';
import { answerObject } from '../encoding.js';
import type { KindRequest } from '../kind-request.js';
import { readDryRun } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { readPatchBody } from '../read-patch-body.js';
import { forbidden, required, duplicate, type Cause } from '../validation/causes.js';

/** The part of a pod's spec that an endpoint changes, and nothing else of it. */
type Take = (spec: JsonObject, wanted: JsonObject) => JsonObject;

const takes: Readonly<Record<string, Take>> = {
  ephemeralcontainers: (spec, wanted) => ({
    ...spec,
    ...(wanted['ephemeralContainers'] !== undefined && {
      ephemeralContainers: wanted['ephemeralContainers'],
    }),
  }),
  resize: (spec, wanted) => ({
    ...spec,
    ...resized(spec, wanted, 'containers'),
    ...resized(spec, wanted, 'initContainers'),
  }),
};

/** The containers with the resources and resize policies that are wanted. */
function resized(spec: JsonObject, wanted: JsonObject, key: string): JsonObject {
  if (spec[key] === undefined) return {};
  const given = new Map(digArray(wanted, key).map((one) => [digString(one, 'name'), one]));
  const containers = digArray(spec, key).map((container): Json => {
    const next = given.get(digString(container, 'name'));
    if (!isJsonObject(container) || !isJsonObject(next)) return container;
    const { resources, resizePolicy } = next;
    return {
      ...container,
      ...(resources !== undefined && { resources }),
      ...(resizePolicy !== undefined && { resizePolicy }),
    };
  });
  return { [key]: containers };
}

/**
 * Reads and writes a pod's ephemeral containers, or the resources of its containers: the two things of a running pod
 * that have an endpoint of their own.
 *
 * @see kubernetes/kubernetes pkg/registry/core/pod/strategy.go podEphemeralContainersStrategy, podResizeStrategy
 */
export async function servePodPart(request: KindRequest, { name: part }: Subresource): Promise<Reply> {
  const { context, path, kind, form } = request;
  const key = { namespace: path.namespace, name: path.name };
  const stored = context.cluster.store.get(kind.resource, key.namespace, key.name);
  if (context.method !== 'PUT' && context.method !== 'PATCH') return answerObject(stored, kind, form);
  const isPatch = context.method === 'PATCH';
  const dryRun = readDryRun(context.query, isPatch ? 'PatchOptions' : 'UpdateOptions');
  const wanted = isPatch
    ? applyPatch(stored.object, readPatchBody(context, kind.resource, kind.version))
    : await readObjectBody(context, { kind: 'Pod', apiVersion: 'v1', type: 'core/v1.Pod' });
  const read = readObject(isJsonObject(wanted) ? wanted : {}, kind.resource);
  const change = (object: JsonObject): Json => {
    const spec = takes[part]?.(digObject(object, 'spec'), digObject(read, 'spec'));
    const version = read.metadata.resourceVersion;
    const metadata = {
      ...digObject(object, 'metadata'),
      ...(version !== undefined && { resourceVersion: version }),
    };
    return { ...object, metadata, ...(spec && { spec }) };
  };
  const causes = problems(stored.object, change(stored.object), part);
  if (causes.length > 0) throw invalid({ group: '', kind: 'Pod' }, path.name, causes);
  return answerObject(
    patchObject(context, withoutChecks(kind.resource), key, change, { dryRun }),
    kind,
    form,
  );
}

/** The kind without the rule that the spec of a pod stays as it is. */
function withoutChecks(resource: Resource): Resource {
  const prepare = resource.hooks?.prepare;
  return { ...resource, hooks: prepare === undefined ? {} : { prepare } };
}

function problems(before: KubeObject, after: Json, part: string): Cause[] {
  if (part === 'resize') return [];
  const old = digArray(before, 'spec', 'ephemeralContainers');
  const next = digArray(after, 'spec', 'ephemeralContainers');
  const field = 'spec.ephemeralContainers';
  const kept = old.every((one) => next.some((other) => sameJson(one, other)));
  const causes: Cause[] = [];
  if (!kept) {
    const changed = old.find((one) => !next.some((other) => sameJson(one, other)));
    const name = digString(changed, 'name');
    const isThere = next.some((other) => digString(other, 'name') === name);
    const why = isThere
      ? `existing ephemeral containers ${JSON.stringify(name)} may not be changed`
      : `existing ephemeral containers ${JSON.stringify(name)} may not be removed`;
    causes.push(forbidden(field, `${why}\n`));
  }
  const names = new Set(
    [...digArray(before, 'spec', 'containers'), ...digArray(before, 'spec', 'initContainers')].map((one) =>
      digString(one, 'name'),
    ),
  );
  for (const [at, container] of next.entries()) {
    const place = `${field}[${String(at)}]`;
    const name = digString(container, 'name');
    if (name === '') causes.push(required(`${place}.name`));
    else if (names.has(name)) causes.push(duplicate(`${place}.name`, name));
    names.add(name);
    if (digString(container, 'image') === '') causes.push(required(`${place}.image`));
    for (const key of [
      'ports',
      'livenessProbe',
      'readinessProbe',
      'startupProbe',
      'lifecycle',
      'resources',
    ]) {
      const value = dig(container, key);
      if (value === undefined || value === null || (isJsonObject(value) && Object.keys(value).length === 0))
        continue;
      causes.push(forbidden(`${place}.${key}`, 'cannot be set for an Ephemeral Container'));
    }
  }
  return causes;
}
