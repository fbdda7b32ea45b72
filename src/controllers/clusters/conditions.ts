import { X509Certificate } from 'node:crypto';
import { digArray, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** A condition of a cluster but for its times. */
export interface ClusterCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message: string;
}

/** Said of a cluster that is there and works. */
export const ready: ClusterCondition = {
  type: 'Ready',
  status: 'True',
  reason: 'Ready',
  message: 'Cluster is available now',
};

/** Said of a member that runs KubeSphere. */
export const coreReady: ClusterCondition = {
  type: 'KSCoreReady',
  status: 'True',
  reason: 'KSCoreReady',
  message: 'KS Core is available now',
};

/** Said of a cluster that has joined the federation of 3.x. */
export const federated: ClusterCondition = {
  type: 'Federated',
  status: 'True',
  message: 'Cluster has joined federation control plane successfully',
};

const expiry = 'KubeConfigCertExpiresInSevenDays';

/** Tells whether a cluster has a condition of a type, whatever its status. */
export function hasCondition(cluster: KubeObject, type: string): boolean {
  return digArray(cluster, 'status', 'conditions').some((one) => digString(one, 'type') === type);
}

/** The cluster with a condition as the last of them, in place of the one of that type. @param now RFC 3339. */
export function withClusterCondition(
  cluster: KubeObject,
  { type, status, reason, message }: ClusterCondition,
  now: string,
): KubeObject {
  const condition: JsonObject = {
    type,
    status,
    lastUpdateTime: now,
    lastTransitionTime: now,
    ...(reason !== undefined && { reason }),
    message,
  };
  return withConditions(cluster, [...others(cluster, type), condition]);
}

/**
 * The cluster with a condition that says when the certificate in its kubeconfig ends, and without one where there is no
 * such certificate. Its status is always empty, as with the real controller.
 */
export function withExpiry(cluster: KubeObject, kubeconfig: string, now: string): KubeObject {
  const data = /client-certificate-data"?:\s*"?([A-Za-z0-9+/=]+)/.exec(kubeconfig)?.[1];
  const end = data === undefined ? undefined : endOf(Buffer.from(data, 'base64').toString('utf8'));
  if (end === undefined)
    return hasCondition(cluster, expiry) ? withConditions(cluster, others(cluster, expiry)) : cluster;
  const message = `${end.slice(0, 10)} ${end.slice(11, 19)} +0000 UTC`;
  return withClusterCondition(cluster, { type: expiry, status: '', reason: expiry, message }, now);
}

function others(cluster: KubeObject, type: string): JsonObject[] {
  return digArray(cluster, 'status', 'conditions')
    .map((one) => digObject(one))
    .filter((one) => digString(one, 'type') !== type);
}

function withConditions(cluster: KubeObject, conditions: readonly JsonObject[]): KubeObject {
  return { ...cluster, status: { ...digObject(cluster, 'status'), conditions } };
}

function endOf(certificate: string): string | undefined {
  try {
    return new Date(new X509Certificate(certificate).validTo).toISOString();
  } catch {
    return undefined;
  }
}
