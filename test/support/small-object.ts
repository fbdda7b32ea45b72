import { readFileSync } from 'node:fs';
import { digString, isJsonObject, type Json, type JsonObject } from '../../src/core/json.js';
import { packageFile } from '../../src/core/package-file.js';
import { ownSchema } from '../../src/kube/custom-resources/own/own-schema.js';
import type { Resource } from '../../src/registry/contract.js';
import { jane } from './certificate-request.js';

const { definitions } = JSON.parse(readFileSync(packageFile('fixtures/specs/kubernetes.json'), 'utf8')) as {
  definitions: Readonly<Record<string, JsonObject>>;
};

function definitionOf(group: string, version: string, kind: string): JsonObject | undefined {
  return Object.values(definitions).find((definition) => {
    const kinds = definition['x-kubernetes-group-version-kind'];
    if (!Array.isArray(kinds) || kinds.length !== 1) return false;
    const [one] = kinds as readonly Json[];
    return ['group', 'version', 'kind'].every(
      (part, at) => digString(one, part) === [group, version, kind][at],
    );
  });
}

/** The smallest value a published schema takes: required members only. */
function minimal(schema: JsonObject, depth = 0): Json {
  const reference = digString(schema, '$ref');
  if (reference !== '')
    return minimal(definitions[reference.slice('#/definitions/'.length)] ?? {}, depth + 1);
  switch (digString(schema, 'type')) {
    case 'string':
      return digString(schema, 'format') === 'date-time' ? '2026-01-02T03:04:05Z' : 'a';
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return depth > 6 || !isJsonObject(schema['items']) ? [] : [minimal(schema['items'], depth + 1)];
    default: {
      const { required = [], properties } = schema;
      const members = isJsonObject(properties) ? properties : {};
      return Object.fromEntries(
        (required as readonly string[]).map((key) => [key, minimal(members[key] as JsonObject, depth + 1)]),
      );
    }
  }
}

/** What kinds need that no schema says: by `plural.group`. */
const selector = { matchLabels: { a: 'b' } };
const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'a' }] } };
const job = { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } };
const needed: Readonly<Record<string, JsonObject>> = {
  'pods.': { spec: { containers: [{ name: 'a', image: 'a' }] } },
  'applicationreleases.application.kubesphere.io': { spec: { appID: 'a', appVersionID: 'installable' } },
  'deployments.apps': { spec: { selector, template } },
  'replicasets.apps': { spec: { selector, template } },
  'daemonsets.apps': { spec: { selector, template } },
  'statefulsets.apps': { spec: { selector, template, serviceName: 'a' } },
  'replicationcontrollers.': { spec: { selector: { a: 'b' }, template } },
  'jobs.batch': { spec: job },
  'cronjobs.batch': { spec: { schedule: '* * * * *', jobTemplate: { spec: job } } },
  'services.': { spec: { ports: [{ port: 80 }] } },
  'controllerrevisions.apps': { data: {}, revision: 1 },
  'ingressclasses.networking.k8s.io': { spec: { controller: 'example.com/a' } },
  'persistentvolumes.': {
    spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/a' } },
  },
  'volumesnapshots.snapshot.storage.k8s.io': { spec: { source: { persistentVolumeClaimName: 'a' } } },
  'volumesnapshotclasses.snapshot.storage.k8s.io': { driver: 'a', deletionPolicy: 'Delete' },
  'volumesnapshotcontents.snapshot.storage.k8s.io': {
    spec: {
      source: { snapshotHandle: 'a' },
      driver: 'a',
      deletionPolicy: 'Delete',
      volumeSnapshotRef: { namespace: 'a', name: 'a' },
    },
  },
  'ippools.network.kubesphere.io': { spec: { type: 'calico', cidr: '10.0.0.0/24' } },
  'persistentvolumeclaims.': {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  'ingresses.networking.k8s.io': {
    spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
  },
  'horizontalpodautoscalers.autoscaling': {
    spec: { maxReplicas: 1, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' } },
  },
  'certificatesigningrequests.certificates.k8s.io': {
    spec: {
      request: Buffer.from(jane).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
    },
  },
  'events.events.k8s.io': {
    eventTime: '2026-01-02T03:04:05.000000Z',
    reportingController: 'example.com/a',
    reportingInstance: 'a',
    action: 'Testing',
    reason: 'Tested',
    type: 'Normal',
    regarding: { namespace: 'default' },
  },
  'validatingadmissionpolicies.admissionregistration.k8s.io': {
    spec: {
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['a.example.com'], apiVersions: ['v1'], operations: ['*'], resources: ['*'] },
        ],
      },
      validations: [{ expression: 'true' }],
    },
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': {
    spec: { policyName: 'a', validationActions: ['Deny'] },
  },
  'endpointslices.discovery.k8s.io': { addressType: 'IPv4', endpoints: [] },
  'flowschemas.flowcontrol.apiserver.k8s.io': { spec: { priorityLevelConfiguration: { name: 'a' } } },
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': {
    spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
  },
  'servicecidrs.networking.k8s.io': { spec: { cidrs: ['172.31.0.0/24'] } },
  'ipaddresses.networking.k8s.io': { spec: { parentRef: { resource: 'a', name: 'a' } } },
  'podtemplates.': { template },
  'volumeattachments.storage.k8s.io': {
    spec: { attacher: 'a', nodeName: 'a', source: { persistentVolumeName: 'a' } },
  },
  'volumeattributesclasses.storage.k8s.io': { driverName: 'a', parameters: { a: 'b' } },
  'users.iam.kubesphere.io': { spec: { email: 'conform@example.com' } },
  'builtinroles.iam.kubesphere.io': { role: { apiVersion: 'iam.kubesphere.io/v1beta1', kind: 'Role' } },
  'rolebases.iam.kubesphere.io': { role: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' } },
  'rolebindings.rbac.authorization.k8s.io': { roleRef: { kind: 'Role', name: 'a' } },
  'clusterrolebindings.rbac.authorization.k8s.io': { roleRef: { kind: 'ClusterRole', name: 'a' } },
  'roles.rbac.authorization.k8s.io': { rules: [] },
  'clusterroles.rbac.authorization.k8s.io': { rules: [] },
};

/** The smallest object of a kind that is accepted, under a name. */
export function smallObject(resource: Resource, version: string, name: string): JsonObject {
  const { group, kind, plural } = resource;
  const schema = resource.custom ? ownSchema(resource, version) : definitionOf(group, version, kind);
  return {
    ...(schema && (minimal(schema) as JsonObject)),
    ...needed[`${plural}.${group}`],
    apiVersion: group === '' ? version : `${group}/${version}`,
    kind,
    metadata: { name },
  };
}
