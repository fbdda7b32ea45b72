import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { Defaults } from './complete.js';

const handler: Defaults = {
  within: { httpGet: { set: { path: '/', scheme: 'HTTP' } }, grpc: { set: { service: '' } } },
};

const probe: Defaults = {
  zeroIsAbsent: true,
  set: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  ...handler,
};

const fieldRefs: Defaults = { within: { items: { within: { fieldRef: { set: { apiVersion: 'v1' } } } } } };

const container: Defaults = {
  set: {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: (owner) => pullPolicy(digString(owner, 'image')),
  },
  within: {
    ports: { set: { protocol: 'TCP' } },
    env: { within: { valueFrom: { within: { fieldRef: { set: { apiVersion: 'v1' } } } } } },
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    lifecycle: { within: { postStart: handler, preStop: handler } },
  },
};

/** Images that may change under their name are asked for each time. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const last = image.slice(image.lastIndexOf('/') + 1);
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

const volumeSources: Defaults = {
  within: {
    secret: { set: { defaultMode: 420 } },
    configMap: { set: { defaultMode: 420 } },
    downwardAPI: { set: { defaultMode: 420 }, ...fieldRefs },
    projected: {
      set: { defaultMode: 420 },
      within: {
        sources: {
          within: {
            serviceAccountToken: { zeroIsAbsent: true, set: { expirationSeconds: 3600 } },
            downwardAPI: fieldRefs,
          },
        },
      },
    },
    hostPath: { set: { type: '' } },
    iscsi: { set: { iscsiInterface: 'default' } },
    rbd: { set: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
    azureDisk: { set: { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false } },
    scaleIO: { set: { storageMode: 'ThinProvisioned', fsType: 'xfs' } },
    ephemeral: {
      within: {
        volumeClaimTemplate: {
          within: { spec: { pointers: ['volumeMode'], set: { volumeMode: 'Filesystem' } } },
        },
      },
    },
    image: { set: { pullPolicy: (image) => pullPolicy(digString(image, 'reference')) } },
  },
};

const volume: Defaults = {
  set: { emptyDir: (owner) => (Object.keys(owner).length > 1 ? undefined : {}) },
  ...volumeSources,
};

/**
 * What a pod spec is completed with, in pods and in templates alike.
 *
 * @see kubernetes/kubernetes pkg/apis/core/v1/defaults.go SetDefaults_PodSpec
 */
export const podSpec: Defaults = {
  set: {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    serviceAccountName: (owner) => dig(owner, 'serviceAccount'),
    serviceAccount: (owner) => dig(owner, 'serviceAccountName'),
  },
  within: {
    containers: container,
    initContainers: container,
    ephemeralContainers: container,
    volumes: volume,
  },
};

const ownContainer: Defaults = {
  ...container,
  within: { ...container.within, resources: { set: { requests: requestsOf } } },
};

/** The same and what only pods get: no service environment unless wanted, requests as high as limits. */
export const ownPodSpec: Defaults = {
  set: { ...podSpec.set, enableServiceLinks: true },
  within: { ...podSpec.within, containers: ownContainer, initContainers: ownContainer },
};

function requestsOf(resources: JsonObject): Json | undefined {
  const limits = digObject(resources, 'limits');
  return Object.keys(limits).length > 0 ? limits : undefined;
}

/** Requests that are missing beside others of the same container follow its limits too; ports of the node are the own. */
export function withOwnParts(spec: JsonObject): JsonObject {
  const onHost = spec['hostNetwork'] === true;
  let next = spec;
  for (const key of ['containers', 'initContainers']) {
    const containers = digArray(spec, key);
    const completed = containers.map((one) => withRequests(onHost ? withHostPorts(one) : one));
    if (completed.some((one, at) => one !== containers[at])) next = { ...next, [key]: completed };
  }
  return next;
}

function withRequests(one: Json): Json {
  const limits = digObject(one, 'resources', 'limits');
  const requests = digObject(one, 'resources', 'requests');
  const missing = Object.entries(limits).filter(([name]) => !Object.hasOwn(requests, name));
  if (missing.length === 0 || !isJsonObject(one)) return one;
  const all = { ...requests, ...Object.fromEntries(missing) };
  return { ...one, resources: { ...digObject(one, 'resources'), requests: all } };
}

/** In the network of the node a container's port is one of the node. @see defaultHostNetworkPorts there */
function withHostPorts(one: Json): Json {
  const ports = digArray(one, 'ports');
  const next = ports.map((port) =>
    isJsonObject(port) && (port['hostPort'] ?? 0) === 0 && port['containerPort'] !== undefined
      ? { ...port, hostPort: port['containerPort'] }
      : port,
  );
  return isJsonObject(one) && next.some((port, at) => port !== ports[at]) ? { ...one, ports: next } : one;
}

/** Table for a member called `template` with a pod spec in it. */
export const podTemplate: Defaults = { always: true, within: { spec: { always: true, ...podSpec } } };
