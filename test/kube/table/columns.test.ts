import { expect, test } from 'vitest';
import { buildTable, printerOf } from '../../../src/kube/table/table.js';

interface Definition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
}

/** A column in short: its format in front, its type behind, a star for what is shown on wide screens only. */
function short({ name, type, format, priority }: Definition): string {
  const types: Readonly<Record<string, string>> = { string: '', integer: ':int', boolean: ':bool' };
  return `${format === '' ? '' : `${format}=`}${name}${types[type] ?? `:${type}`}${priority > 0 ? '*' : ''}`;
}

// Facts of kubernetes/kubernetes v1.32.4 pkg/printers/internalversion/printers.go.
test.for([
  ['componentstatuses', 'name=Name, Status, Message, Error'],
  ['configmaps', 'name=Name, Data, Age'],
  ['endpoints', 'name=Name, Endpoints, Age'],
  ['events', 'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*'],
  ['namespaces', 'name=Name, Status, Age'],
  [
    'persistentvolumeclaims',
    'name=Name, Status, Volume, Capacity, Access Modes, StorageClass, VolumeAttributesClass, Age, VolumeMode*',
  ],
  ['pods', 'name=Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*'],
  ['podtemplates', 'name=Name, Containers, Images, Pod Labels'],
  [
    'replicationcontrollers',
    'name=Name, Desired:int, Current:int, Ready:int, Age, Containers*, Images*, Selector*',
  ],
  ['resourcequotas', 'name=Name, Age, Request, Limit'],
  ['secrets', 'name=Name, Type, Data, Age'],
  ['serviceaccounts', 'name=Name, Secrets, Age'],
  ['services', 'name=Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*'],
  [
    'nodes',
    'name=Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, Container-Runtime*',
  ],
  [
    'persistentvolumes',
    'name=Name, Capacity, Access Modes, Reclaim Policy, Status, Claim, StorageClass, VolumeAttributesClass, Reason, Age, VolumeMode*',
  ],
  ['mutatingadmissionpolicies.admissionregistration.k8s.io', 'name=Name, Mutations:int, ParamKind, Age'],
  ['mutatingadmissionpolicybindings.admissionregistration.k8s.io', 'name=Name, PolicyName, ParamRef, Age'],
  ['mutatingwebhookconfigurations.admissionregistration.k8s.io', 'name=Name, Webhooks:int, Age'],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', 'name=Name, Validations:int, ParamKind, Age'],
  ['validatingadmissionpolicybindings.admissionregistration.k8s.io', 'name=Name, PolicyName, ParamRef, Age'],
  ['validatingwebhookconfigurations.admissionregistration.k8s.io', 'name=Name, Webhooks:int, Age'],
  ['apiservices.apiregistration.k8s.io', 'name=Name, Service, Available, Age'],
  ['controllerrevisions.apps', 'name=Name, Controller, Revision, Age'],
  [
    'daemonsets.apps',
    'name=Name, Desired:int, Current:int, Ready:int, Up-to-date:int, Available:int, Node Selector, Age, Containers*, Images*, Selector*',
  ],
  ['deployments.apps', 'name=Name, Ready, Up-to-date, Available, Age, Containers*, Images*, Selector*'],
  [
    'replicasets.apps',
    'name=Name, Desired:int, Current:int, Ready:int, Age, Containers*, Images*, Selector*',
  ],
  ['statefulsets.apps', 'name=Name, Ready, Age, Containers*, Images*'],
  ['horizontalpodautoscalers.autoscaling', 'name=Name, Reference, Targets, MinPods, MaxPods, Replicas, Age'],
  [
    'cronjobs.batch',
    'name=Name, Schedule, Timezone, Suspend:bool, Active:int, Last Schedule, Age, Containers*, Images*, Selector*',
  ],
  ['jobs.batch', 'name=Name, Status, Completions, Duration, Age, Containers*, Images*, Selector*'],
  [
    'certificatesigningrequests.certificates.k8s.io',
    'name=Name, Age, SignerName, Requestor, RequestedDuration, Condition',
  ],
  ['leases.coordination.k8s.io', 'name=Name, Holder, Age'],
  ['endpointslices.discovery.k8s.io', 'name=Name, AddressType, Ports, Endpoints, Age'],
  [
    'events.events.k8s.io',
    'Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*',
  ],
  [
    'flowschemas.flowcontrol.apiserver.k8s.io',
    'name=Name, PriorityLevel, MatchingPrecedence, DistinguisherMethod, Age, MissingPL',
  ],
  [
    'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
    'name=Name, Type, NominalConcurrencyShares, Queues, HandSize, QueueLengthLimit, Age',
  ],
  ['ingressclasses.networking.k8s.io', 'name=Name, Controller, Parameters, Age'],
  ['ingresses.networking.k8s.io', 'name=Name, Class, Hosts, Address, Ports, Age'],
  ['ipaddresses.networking.k8s.io', 'name=Name, ParentRef'],
  ['networkpolicies.networking.k8s.io', 'name=Name, Pod-Selector, Age'],
  ['servicecidrs.networking.k8s.io', 'name=Name, CIDRs, Age'],
  ['runtimeclasses.node.k8s.io', 'name=Name, Handler, Age'],
  ['poddisruptionbudgets.policy', 'name=Name, Min Available, Max Unavailable, Allowed Disruptions:int, Age'],
  [
    'clusterrolebindings.rbac.authorization.k8s.io',
    'name=Name, Role, Age, Users*, Groups*, ServiceAccounts*',
  ],
  ['rolebindings.rbac.authorization.k8s.io', 'name=Name, Role, Age, Users*, Groups*, ServiceAccounts*'],
  ['priorityclasses.scheduling.k8s.io', 'name=Name, Value:int, Global-Default:bool, Age, PreemptionPolicy'],
  [
    'csidrivers.storage.k8s.io',
    'name=Name, AttachRequired:bool, PodInfoOnMount:bool, StorageCapacity:bool, TokenRequests, RequiresRepublish:bool, Modes, Age',
  ],
  ['csinodes.storage.k8s.io', 'name=Name, Drivers:int, Age'],
  ['csistoragecapacities.storage.k8s.io', 'name=Name, StorageClassName, Capacity'],
  [
    'storageclasses.storage.k8s.io',
    'name=Name, Provisioner, ReclaimPolicy, VolumeBindingMode, AllowVolumeExpansion, Age',
  ],
  ['volumeattachments.storage.k8s.io', 'name=Name, name=Attacher, PV, Node, Attached:bool, Age'],
  ['volumeattributesclasses.storage.k8s.io', 'name=Name, DriverName, Age'],
  ['scales.autoscaling', 'Name, Desired:int, Available:int, Age'],
] as const)('%s have the columns of Kubernetes', ([kind, columns]) => {
  const [plural = '', ...group] = kind.split('.');
  const printer = printerOf({ group: group.join('.'), plural, custom: false }, 'v4.1');
  const table = buildTable(printer, [], { includeObject: 'None', now: 0, metadata: {}, version: 'v1' });
  const { columnDefinitions } = table as unknown as { columnDefinitions: readonly Definition[] };
  expect(columnDefinitions.map(short).join(', ')).toBe(columns);
});
