import { digObject, type Json, type JsonObject } from '../../core/json.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { byName, installedObject } from './installed-object.js';

const group = 'flowcontrol.apiserver.k8s.io';
const apiVersion = `${group}/v1`;
/** Lets kube-apiserver bring the spec up to date. */
const annotations = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

let levels: readonly StoredObject[] | undefined;
let schemas: readonly StoredObject[] | undefined;

/**
 * Has a cluster begin with the flow schemas and priority levels of kube-apiserver; made when somebody first asks for one.
 *
 * Differs from Kubernetes: they are there to be read, requests are not queued by them; and those it insists on are not made
 * anew when somebody deletes them.
 *
 * @see kubernetes/apiserver pkg/apis/flowcontrol/bootstrap/default.go
 */
export function offerFlowControl(store: ObjectStore): void {
  store.offer({ group, plural: 'prioritylevelconfigurations' }, () => (levels ??= priorityLevels()));
  store.offer({ group, plural: 'flowschemas' }, () => (schemas ??= flowSchemas()));
}

/** What a flow schema or priority level every cluster begins with says; `undefined` for those of others. */
export function flowControlSpec(
  plural: 'flowschemas' | 'prioritylevelconfigurations',
  name: string,
): JsonObject | undefined {
  const all = plural === 'flowschemas' ? (schemas ??= flowSchemas()) : (levels ??= priorityLevels());
  const found = all.find(({ object }) => object.metadata.name === name);
  return found && digObject(found.object, 'spec');
}

type Queues = readonly [number, number, number];

/** Name, shares, percentage that may be lent; queues, hand size and length of a queue. */
const limits: readonly (readonly [string, number, number, Queues?])[] = [
  ['catch-all', 5, 0],
  ['global-default', 20, 50, [128, 6, 50]],
  ['leader-election', 10, 0, [16, 4, 50]],
  ['node-high', 40, 25, [64, 6, 50]],
  ['system', 30, 33, [64, 6, 50]],
  ['workload-high', 40, 50, [128, 6, 50]],
  ['workload-low', 100, 90, [128, 6, 50]],
];

function priorityLevels(): readonly StoredObject[] {
  const exempt = { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } };
  const limited = limits.map(([name, nominalConcurrencyShares, lendablePercent, queue]) => {
    const limitResponse: JsonObject = queue ? { type: 'Queue', queuing: queuing(queue) } : { type: 'Reject' };
    const spec = { type: 'Limited', limited: { nominalConcurrencyShares, limitResponse, lendablePercent } };
    return level(name, spec);
  });
  return [level('exempt', exempt), ...limited].sort(byName);
}

function queuing([queues, handSize, queueLengthLimit]: Queues): JsonObject {
  return { queues, handSize, queueLengthLimit };
}

function level(name: string, spec: JsonObject): StoredObject {
  const metadata = { name, generation: 1, annotations };
  return installedObject({ apiVersion, kind: 'PriorityLevelConfiguration', metadata, spec, status: {} });
}

const everything: JsonObject = {
  resourceRules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
  ],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};
const leases = {
  verbs: ['get', 'create', 'update'],
  apiGroups: ['coordination.k8s.io'],
  resources: ['leases'],
  namespaces: ['*'],
};

function groups(...names: readonly string[]): JsonObject[] {
  return names.map((name) => ({ kind: 'Group', group: { name } }));
}

function users(...names: readonly string[]): JsonObject[] {
  return names.map((name) => ({ kind: 'User', user: { name } }));
}

function accounts(...names: readonly string[]): JsonObject[] {
  return names.map((name) => ({
    kind: 'ServiceAccount',
    serviceAccount: { namespace: 'kube-system', name },
  }));
}

const manager = 'system:kube-controller-manager';
const scheduler = 'system:kube-scheduler';
const everybody = ['system:unauthenticated', 'system:authenticated'] as const;

function flowSchemas(): readonly StoredObject[] {
  const byUser = 'ByUser';
  const byNamespace = 'ByNamespace';
  return [
    schema('exempt', 'exempt', 1, undefined, groups('system:masters'), everything),
    schema('probes', 'exempt', 2, undefined, groups(...everybody), {
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    }),
    schema(
      'system-leader-election',
      'leader-election',
      100,
      byUser,
      [...users(manager, scheduler), ...accounts('*')],
      { resourceRules: [leases] },
    ),
    schema(
      'endpoint-controller',
      'workload-high',
      150,
      byUser,
      [...users(manager), ...accounts('endpoint-controller', 'endpointslicemirroring-controller')],
      { resourceRules: [{ ...leases, apiGroups: [''], resources: ['endpoints'] }] },
    ),
    schema('workload-leader-election', 'leader-election', 200, byUser, accounts('*'), {
      resourceRules: [leases],
    }),
    schema('system-node-high', 'node-high', 400, byUser, groups('system:nodes'), {
      resourceRules: [
        {
          verbs: ['*'],
          apiGroups: [''],
          resources: ['nodes', 'nodes/status'],
          clusterScope: true,
          namespaces: ['*'],
        },
        { ...leases, verbs: ['*'] },
      ],
    }),
    schema('system-nodes', 'system', 500, byUser, groups('system:nodes'), everything),
    schema('kube-controller-manager', 'workload-high', 800, byNamespace, users(manager), everything),
    schema('kube-scheduler', 'workload-high', 800, byNamespace, users(scheduler), everything),
    schema('kube-system-service-accounts', 'workload-high', 900, byNamespace, accounts('*'), everything),
    schema('service-accounts', 'workload-low', 9000, byUser, groups('system:serviceaccounts'), everything),
    schema('global-default', 'global-default', 9900, byUser, groups(...everybody), everything),
    schema('catch-all', 'catch-all', 10_000, byUser, groups(...everybody), everything),
  ].sort(byName);
}

function schema(
  name: string,
  priorityLevel: string,
  matchingPrecedence: number,
  method: string | undefined,
  subjects: readonly Json[],
  rules: JsonObject,
): StoredObject {
  return installedObject({
    apiVersion,
    kind: 'FlowSchema',
    metadata: { name, generation: 1, annotations },
    spec: {
      priorityLevelConfiguration: { name: priorityLevel },
      matchingPrecedence,
      ...(method !== undefined && { distinguisherMethod: { type: method } }),
      rules: [{ subjects, ...rules }],
    },
    status: { conditions: [found(priorityLevel)] },
  });
}

/** @see kubernetes/apiserver pkg/util/flowcontrol/apf_controller.go syncFlowSchemaStatus */
function found(priorityLevel: string): JsonObject {
  return {
    type: 'Dangling',
    status: 'False',
    lastTransitionTime: '2024-01-10T08:00:00Z',
    reason: 'Found',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(priorityLevel)} and it exists`,
  };
}
