import { ApiError } from '../../core/api-error.js';
import { callsIn, type Call } from '../../metrics/traffic/calls.js';
import {
  findService,
  meshWorkloads,
  workloadsBehind,
  type MeshWorkload,
} from '../../metrics/traffic/workloads.js';
import type { RequestContext } from '../../registry/contract.js';

/** What a URL of the service mesh is about: the workloads of a namespace, app or Service, or one workload. */
export interface MeshSubject {
  readonly workloads: readonly MeshWorkload[];
  /** Calls to these, and calls by these. */
  readonly inbound: readonly Call[];
  readonly outbound: readonly Call[];
}

/** The subject a path names. @throws ApiError 404 for a namespace, app, Service or workload there is not */
export function subjectOf({ cluster, params }: RequestContext): MeshSubject {
  const { store } = cluster;
  const { namespace = '', app, service, workload } = params;
  if (store.find({ group: '', plural: 'namespaces' }, undefined, namespace) === undefined)
    throw missing(`namespaces "${namespace}" not found`);
  const calls = callsIn(store, namespace);
  if (service !== undefined) {
    const found = findService(store, namespace, service);
    if (found === undefined) throw missing(`services "${service}" not found`);
    const workloads = workloadsBehind(store, found);
    return { ...around(calls, workloads), inbound: calls.filter((one) => one.service === found) };
  }
  const all = meshWorkloads(store, namespace);
  if (app !== undefined) {
    const own = all.filter((one) => one.app === app);
    if (own.length === 0) throw missing(`Application [${app}] not found`);
    return around(calls, own);
  }
  if (workload === undefined) return around(calls, all);
  const own = all.filter(({ name }) => name === workload);
  if (own.length === 0) throw missing(`Workload [${workload}] not found`);
  return around(calls, own);
}

function around(calls: readonly Call[], workloads: readonly MeshWorkload[]): MeshSubject {
  const own = new Set(workloads.map(({ object }) => object));
  return {
    workloads,
    inbound: calls.filter(({ to }) => own.has(to.object)),
    outbound: calls.filter(({ from }) => from !== undefined && own.has(from.object)),
  };
}

function missing(why: string): ApiError {
  return new ApiError(404, 'NotFound', why);
}
