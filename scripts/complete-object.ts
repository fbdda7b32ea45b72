import { digArray, digObject, digString, isJsonObject, type JsonObject } from '../src/core/json.js';
import type { KubeObject } from '../src/core/kube-object.js';
import { packagedCertificate } from '../src/controllers/namespaces/root-certificate.js';
import { inRange, type Release } from '../src/core/release.js';
import { flat, numberOf, suffixOf, uidOf } from '../src/generate/identity.js';
import type { Platform } from '../src/generate/platform.js';
import { accountTokenName } from '../src/generate/pod.js';

/** A Service with what kube-apiserver of that version fills in. */
export function service(given: KubeObject, { minor }: Platform): KubeObject {
  const spec = digObject(given, 'spec');
  const clusterIP = digString(spec, 'clusterIP') || addressOf(given);
  const type = digString(spec, 'type') || 'ClusterIP';
  const ports = digArray(spec, 'ports')
    .filter(isJsonObject)
    .map(({ name, protocol, port, targetPort, nodePort }): JsonObject => ({
      ...(name !== undefined && { name }),
      protocol: protocol ?? 'TCP',
      port,
      targetPort: targetPort ?? port,
      ...(nodePort !== undefined && { nodePort }),
    }));
  return {
    ...given,
    spec: {
      ports,
      ...(spec['selector'] !== undefined && { selector: spec['selector'] }),
      clusterIP,
      ...(minor >= 20 && { clusterIPs: [clusterIP] }),
      type,
      sessionAffinity: 'None',
      ...(type !== 'ClusterIP' && { externalTrafficPolicy: 'Cluster' }),
      ...(minor >= 20 && { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' }),
      ...(minor >= 22 && { internalTrafficPolicy: 'Cluster' }),
    },
    status: { loadBalancer: {} },
  };
}

/** A free address of the service network, the same for the same Service. */
function addressOf({ metadata }: KubeObject): string {
  const key = flat('address/', metadata.namespace ?? '', '/', metadata.name);
  return flat('10.233.', String(4 + numberOf(key, 28)), '.', String(2 + numberOf(flat(key, '/'), 250)));
}

/** A Cluster in the shape of the release: the switches of federation are gone in 4.1. */
export function cluster(given: KubeObject, release: Release): KubeObject {
  const { joinFederation, enable, ...spec } = digObject(given, 'spec');
  return inRange(release.name, { since: 'v4.1' })
    ? { ...given, spec }
    : { ...given, spec: { joinFederation, enable, ...spec } };
}

/** The claims a StatefulSet makes from its templates, each bound to a volume of its own. */
export function claims(statefulSet: KubeObject): KubeObject[] {
  const { name, namespace: place = 'default', creationTimestamp } = statefulSet.metadata;
  const labels = digObject(statefulSet, 'spec', 'template', 'metadata', 'labels') as Record<string, string>;
  const replicas = Number(digObject(statefulSet, 'spec')['replicas'] ?? 1);
  const made: KubeObject[] = [];
  for (const template of digArray(statefulSet, 'spec', 'volumeClaimTemplates')) {
    for (let at = 0; at < replicas; at += 1) {
      const claim: KubeObject = {
        kind: 'PersistentVolumeClaim',
        apiVersion: 'v1',
        metadata: {
          name: flat(digString(template, 'metadata', 'name'), '-', name, '-', String(at)),
          namespace: place,
          ...(creationTimestamp && { creationTimestamp }),
          labels,
        },
        spec: digObject(template, 'spec'),
      };
      made.push(...boundClaim(claim));
    }
  }
  return made;
}

/** A PersistentVolumeClaim bound to a volume that was made for it. */
export function boundClaim(given: KubeObject): KubeObject[] {
  const { name, namespace: place = 'default', creationTimestamp } = given.metadata;
  const uid = uidOf(flat('claim/', place, '/', name));
  const volumeName = flat('pvc-', uid);
  const spec = digObject(given, 'spec');
  const capacity = { storage: digString(spec, 'resources', 'requests', 'storage') };
  const accessModes = digArray(spec, 'accessModes');
  const storageClassName = digString(spec, 'storageClassName');
  const provisioner = 'openebs.io/local';
  const claim: KubeObject = {
    ...given,
    metadata: {
      ...given.metadata,
      uid,
      annotations: {
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        'volume.beta.kubernetes.io/storage-provisioner': provisioner,
        ...given.metadata.annotations,
      },
      finalizers: ['kubernetes.io/pvc-protection'],
    },
    spec: { ...spec, volumeName, volumeMode: 'Filesystem' },
    status: { phase: 'Bound', accessModes, capacity },
  };
  const volume: KubeObject = {
    kind: 'PersistentVolume',
    apiVersion: 'v1',
    metadata: {
      name: volumeName,
      ...(creationTimestamp && { creationTimestamp }),
      annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
      finalizers: ['kubernetes.io/pv-protection'],
    },
    spec: {
      capacity,
      local: { path: flat('/var/openebs/local/', volumeName), fsType: '' },
      accessModes,
      claimRef: { kind: 'PersistentVolumeClaim', namespace: place, name, uid, apiVersion: 'v1' },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName,
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound' },
  };
  return [claim, volume];
}

const systemNamespaces = [
  'default',
  'kube-node-lease',
  'kube-public',
  'kube-system',
  'kubesphere-controls-system',
  'kubesphere-system',
];
const systemCreated = '2020-06-18T07:31:26Z';

/** The native ServiceAccounts pods run under and `default` of every project, with what Kubernetes puts beside them. */
export function serviceAccounts(objects: readonly KubeObject[], platform: Platform): KubeObject[] {
  const wanted = new Map(systemNamespaces.map((place) => [flat(place, '/default'), systemCreated]));
  for (const object of objects) {
    if (object.kind === 'Namespace') wanted.set(flat(object.metadata.name, '/default'), created(object));
    const name = digString(object, 'spec', 'serviceAccountName');
    if (object.kind !== 'Pod' || name === '') continue;
    const key = flat(object.metadata.namespace ?? '', '/', name);
    if (!wanted.has(key)) wanted.set(key, created(object));
  }
  const spaces = new Set([...wanted.keys()].map((key) => key.slice(0, key.indexOf('/'))));
  return [
    ...[...wanted].flatMap(([key, at]) => {
      const [place = '', name = ''] = key.split('/');
      return account(place, name, at, platform);
    }),
    ...(platform.minor >= 20
      ? [...spaces].map((place) => certificateMap(place, wanted.get(`${place}/default`)))
      : []),
  ];
}

function created({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? '';
}

function certificateMap(place: string, at: string | undefined): KubeObject {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      name: 'kube-root-ca.crt',
      namespace: place,
      ...(at !== undefined && { creationTimestamp: at }),
      annotations: {
        'kubernetes.io/description':
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
      },
    },
    data: { 'ca.crt': packagedCertificate() },
  };
}

function account(place: string, name: string, at: string, { minor }: Platform): KubeObject[] {
  const metadata = { name, namespace: place, creationTimestamp: at };
  // From 1.24 on Kubernetes makes no token Secrets any more.
  if (minor >= 24) return [{ kind: 'ServiceAccount', apiVersion: 'v1', metadata }];
  const secretName = accountTokenName(place, name);
  const uid = uidOf(flat('ServiceAccount/', place, '/', name));
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  return [
    {
      kind: 'ServiceAccount',
      apiVersion: 'v1',
      metadata: { ...metadata, uid },
      secrets: [{ name: secretName }],
    },
    {
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: secretName,
        namespace: place,
        creationTimestamp: at,
        annotations: { 'kubernetes.io/service-account.name': name, 'kubernetes.io/service-account.uid': uid },
      },
      data: {
        'ca.crt': encode(packagedCertificate()),
        namespace: encode(place),
        token: encode(flat('fake.', suffixOf(uid, 40), '.', suffixOf(flat(uid, '/signature'), 43))),
      },
      type: 'kubernetes.io/service-account-token',
    },
  ];
}
