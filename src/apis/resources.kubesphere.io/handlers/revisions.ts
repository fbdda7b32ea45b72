import { ApiError, badRequest } from '../../../core/api-error.js';
import { dig, digObject } from '../../../core/json.js';
import { annotation, label } from '../../../core/kube-object.js';
import { parseGoInteger } from '../../../core/go-integer.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { objectReply } from '../../../registry/entity-reply.js';
import type { StoredObject } from '../../../state/object-store.js';

const replicaSets = { group: 'apps', plural: 'replicasets' };
const revisions = { group: 'apps', plural: 'controllerrevisions' };

/** `GET …/deployments/{deployment}/revisions/{revision}`: the ReplicaSet of a revision. @throws ApiError 400, 500 */
export function deploymentRevision(context: RequestContext): Reply {
  const { namespace = '', workload = '' } = context.params;
  const revision = revisionOf(context);
  const { store } = context.cluster;
  const deployment = store.find({ group: 'apps', plural: 'deployments' }, namespace, workload)?.object;
  if (deployment === undefined) throw internal(missing(context, 'Deployment', workload), 'message');
  const labels = Object.entries(digObject(deployment, 'spec', 'template', 'metadata', 'labels'));
  const found = store
    .list(replicaSets, namespace)
    .find(
      ({ object }) =>
        annotation(object, 'deployment.kubernetes.io/revision') === String(revision) &&
        labels.every(([key, value]) => label(object, key) === value),
    );
  return answer(context, found, 'message');
}

/** `GET …/daemonsets/{daemonset}/revisions/{revision}`: a ControllerRevision. @throws ApiError 400, 500 */
export function daemonSetRevision(context: RequestContext): Reply {
  return controllerRevision(context, 'daemonsets', 'DaemonSet', 'message');
}

/** `GET …/statefulsets/{statefulset}/revisions/{revision}`: a ControllerRevision. @throws ApiError 400, 500 */
export function statefulSetRevision(context: RequestContext): Reply {
  return controllerRevision(context, 'statefulsets', 'StatefulSet', 'text');
}

type Dialect = 'message' | 'text';

function controllerRevision(context: RequestContext, plural: string, kind: string, dialect: Dialect): Reply {
  const { namespace = '', workload = '' } = context.params;
  const revision = revisionOf(context);
  const { store } = context.cluster;
  const owner = store.find({ group: 'apps', plural }, namespace, workload)?.object;
  if (owner === undefined) throw internal(missing(context, kind, workload), dialect);
  const found = store
    .list(revisions, namespace)
    .find(
      ({ object }) =>
        dig(object, 'revision') === revision &&
        object.metadata.ownerReferences?.some(({ uid }) => uid === owner.metadata.uid) === true,
    );
  return answer(context, found, dialect);
}

function answer(context: RequestContext, found: StoredObject | undefined, dialect: Dialect): Reply {
  const { workload = '', revision = '' } = context.params;
  if (found === undefined) {
    throw internal(`revision not found ${workload}#${String(Number(revision))}`, dialect);
  }
  const isReplicaSet = found.object.kind === 'ReplicaSet';
  return objectReply(context, isReplicaSet ? replicaSets : revisions, found.object);
}

function revisionOf({ params }: RequestContext): number {
  const { revision = '' } = params;
  const number = parseGoInteger(revision);
  if (number !== undefined) return number;
  throw badRequest(`strconv.Atoi: parsing ${JSON.stringify(revision)}: invalid syntax`, {
    dialect: 'message',
  });
}

function missing({ release }: RequestContext, kind: string, name: string): string {
  const subject = inRange(release.name, { since: 'v4.1' }) ? `${kind}.apps` : `${kind.toLowerCase()}.apps`;
  return `${subject} "${name}" not found`;
}

function internal(message: string, dialect: Dialect): ApiError {
  return new ApiError(500, 'InternalError', message, { dialect });
}
