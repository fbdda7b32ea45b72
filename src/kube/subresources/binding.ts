import { type ApiError, badRequest, conflict, invalid } from '../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { Reply } from '../../registry/contract.js';
import type { KindRequest } from '../kind-request.js';
import { readDryRun } from '../options-from-query.js';
import { readObjectBody } from '../read-object-body.js';
import { required, unsupported, type Cause } from '../validation/causes.js';
import { answerDone } from './answer-part.js';

const pods = { group: '', plural: 'pods' };
const expected = { kind: 'Binding', apiVersion: 'v1', type: 'core/v1.Binding' };

/** `POST pods/NAME/binding`: puts a pod on a node, as a scheduler does. */
export async function serveBinding(request: KindRequest): Promise<Reply> {
  const body = await readObjectBody(request.context, expected);
  const name = digString(body, 'metadata', 'name');
  if (name !== request.path.name) throw badRequest('name in URL does not match name in Binding object');
  return bind(request, body, name);
}

/** `POST bindings`: the same, with the pod named in the body. */
export async function createBinding(request: KindRequest): Promise<Reply> {
  const body = await readObjectBody(request.context, expected);
  return bind(request, body, digString(body, 'metadata', 'name'));
}

/** @see kubernetes/kubernetes pkg/registry/core/pod/storage/storage.go BindingREST */
function bind({ context, path, form }: KindRequest, body: JsonObject, name: string): Reply {
  const dryRun = readDryRun(context.query, 'CreateOptions');
  const target = digObject(body, 'target');
  const causes: Cause[] = [];
  const kind = digString(target, 'kind');
  if (kind !== '' && kind !== 'Node') causes.push(unsupported('target.kind', kind, ['Node', '<empty>']));
  if (digString(target, 'name') === '') causes.push(required('target.name'));
  if (causes.length > 0) throw invalid({ group: '', kind: 'Binding' }, name, causes);
  const { store } = context.cluster;
  const pod = store.get(pods, path.namespace, name).object;
  const refusal = (why: string): ApiError => conflict({ group: '', plural: 'pods/binding' }, name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw refusal(`pod ${name} is being deleted, cannot be assigned to a host`);
  const current = digString(pod, 'spec', 'nodeName');
  if (current !== '') throw refusal(`pod ${name} is already assigned to node ${JSON.stringify(current)}`);
  if (digArray(pod, 'spec', 'schedulingGates').length > 0)
    throw refusal(`pod ${name} has non-empty .spec.schedulingGates`);
  if (dryRun) return answerDone(form);
  const lastTransitionTime = context.world.clock.timestamp();
  const others = digArray(pod, 'status', 'conditions').filter(
    (one) => isJsonObject(one) && one['type'] !== 'PodScheduled',
  );
  store.replace(pods, {
    ...pod,
    metadata: {
      ...pod.metadata,
      ...(isJsonObject(digObject(body, 'metadata')['annotations']) && {
        annotations: { ...pod.metadata.annotations, ...texts(digObject(body, 'metadata', 'annotations')) },
      }),
    },
    spec: { ...digObject(pod, 'spec'), nodeName: digString(target, 'name') },
    status: {
      ...digObject(pod, 'status'),
      conditions: [
        ...others,
        { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime },
      ],
    },
  });
  return answerDone(form);
}

function texts(map: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
