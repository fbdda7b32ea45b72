import type { Reply, Resource } from '../../registry/contract.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { invalid } from '../../core/api-error.js';
import { applyPatch, patchObject } from '../../registry/verbs/patch.js';
import { readObject } from '../../registry/object-meta.js';
import { answerObject } from '../encoding.js';
import { apiVersionOf } from '../served-kind.js';
import type { KindRequest } from '../kind-request.js';
import { readDryRun } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { readPatchBody } from '../read-patch-body.js';
import { forbidden, type Cause } from '../validation/causes.js';
import { conditionProblems } from '../validation/certificate-request.js';

const decisions = ['Approved', 'Denied'];

/**
 * Reads and writes the conditions Approved and Denied of a certificate signing request: what `kubectl certificate
 * approve` and `deny` write. Everything else of the object stays.
 *
 * @see kubernetes/kubernetes pkg/registry/certificates/certificates/strategy.go csrApprovalStrategy
 */
export async function serveApproval(request: KindRequest): Promise<Reply> {
  const { context, path, kind, form } = request;
  const { resource, version } = kind;
  const stored = context.cluster.store.get(resource, undefined, path.name);
  if (context.method !== 'PUT' && context.method !== 'PATCH') return answerObject(stored, kind, form);
  const isPatch = context.method === 'PATCH';
  const dryRun = readDryRun(context.query, isPatch ? 'PatchOptions' : 'UpdateOptions');
  const sent = isPatch
    ? applyPatch(stored.object, readPatchBody(context, resource, version))
    : await readObjectBody(context, {
        kind: resource.kind,
        apiVersion: apiVersionOf(kind),
        type: resource.types?.[version],
      });
  const read = readObject(isJsonObject(sent) ? sent : {}, resource);
  const wanted = digArray(read, 'status', 'conditions');
  const now = context.world.clock.timestamp();
  const causes = problems(digArray(stored.object, 'status', 'conditions'), wanted);
  if (causes.length > 0) throw invalid(resource, path.name, causes);
  const change = (object: JsonObject): Json => {
    const version = read.metadata.resourceVersion;
    const metadata = {
      ...digObject(object, 'metadata'),
      ...(version !== undefined && { resourceVersion: version }),
    };
    const before = digArray(object, 'status', 'conditions');
    const conditions = wanted.map((one) => dated(one, before, now));
    return { ...object, metadata, status: { ...digObject(object, 'status'), conditions } };
  };
  const written = patchObject(context, withoutChecks(resource), { name: path.name }, change, {
    dryRun,
    subresource: 'status',
  });
  return answerObject(written, kind, form);
}

function dated(condition: Json, before: readonly Json[], now: string): Json {
  if (!isJsonObject(condition)) return condition;
  const old = before.find((one) => digString(one, 'type') === condition['type']);
  const since = digString(old, 'lastTransitionTime') || now;
  return {
    ...condition,
    lastUpdateTime: condition['lastUpdateTime'] ?? now,
    lastTransitionTime: condition['lastTransitionTime'] ?? since,
  };
}

function problems(before: readonly Json[], wanted: readonly Json[]): Cause[] {
  const causes = conditionProblems(wanted);
  const typesOf = (conditions: readonly Json[]): string[] => conditions.map((one) => digString(one, 'type'));
  const [old, next] = [typesOf(before), typesOf(wanted)];
  for (const type of decisions) {
    if (!old.includes(type) || next.includes(type)) continue;
    causes.push(
      forbidden('status.conditions', `updates may not remove a condition of type ${JSON.stringify(type)}`),
    );
  }
  return causes;
}

/** The kind without the rule that decisions are not made by writing its status. */
function withoutChecks(resource: Resource): Resource {
  const prepare = resource.hooks?.prepare;
  return { ...resource, hooks: prepare === undefined ? {} : { prepare } };
}
