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

/** The same and what only pods get: no service environment unless wanted, requests as high as limits. */
export const ownPodSpec: Defaults = {
  set: { ...podSpec.set, enableServiceLinks: true },
  within: {
    ...podSpec.within,
    containers: {
      ...container,
      within: { ...container.within, resources: { set: { requests: requestsOf } } },
    },
  },
};

function requestsOf(resources: JsonObject): Json | undefined {
  const limits = digObject(resources, 'limits');
  return Object.keys(limits).length > 0 ? limits : undefined;
}

/** Requests that are missing beside others of the same container follow its limits too. */
export function withRequests(spec: JsonObject): JsonObject {
  const containers = digArray(spec, 'containers');
  const next = containers.map((one) => {
    const limits = digObject(one, 'resources', 'limits');
    const requests = digObject(one, 'resources', 'requests');
    const missing = Object.entries(limits).filter(([name]) => !Object.hasOwn(requests, name));
    if (missing.length === 0 || !isJsonObject(one)) return one;
    const all = { ...requests, ...Object.fromEntries(missing) };
    return { ...one, resources: { ...digObject(one, 'resources'), requests: all } };
  });
  return next.every((one, at) => one === containers[at]) ? spec : { ...spec, containers: next };
}

/** Table for a member called `template` with a pod spec in it. */
export const podTemplate: Defaults = { always: true, within: { spec: { always: true, ...podSpec } } };
