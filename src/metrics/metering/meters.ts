import { digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { numberOf } from '../../registry/usage/pod-usage.js';
import * as f from '../figures/formulas.js';
import type { Formula } from '../figures/metric.js';
import type { Moment } from '../figures/moment.js';

/** What is metered; prices are per hour of one of it. */
export interface Meter {
  /** What follows `meter_{level}_`. */
  readonly name: string;
  readonly of: Formula;
  readonly resourceUnit: 'cores' | 'byte';
  readonly decimals: number;
}

const claims = { group: '', plural: 'persistentvolumeclaims' };

function sizeOf(claim: KubeObject): number {
  return numberOf(digString(claim, 'spec', 'resources', 'requests', 'storage')) ?? 0;
}

function claimsOf(pod: KubeObject, moment: Moment): readonly KubeObject[] {
  const names = digArray(pod, 'spec', 'volumes').map((one) =>
    digString(one, 'persistentVolumeClaim', 'claimName'),
  );
  return moment
    .list(claims)
    .filter(({ metadata }) => metadata.namespace === pod.metadata.namespace && names.includes(metadata.name));
}

/** Bytes of the claims that the pods of a subject use, each counted once. */
const storage: Formula = (subject, moment) => {
  const { pods, within } = subject;
  const used =
    within === undefined && subject.object !== undefined
      ? new Set(pods(moment).flatMap((pod) => claimsOf(pod, moment)))
      : new Set(moment.list(claims).filter(({ metadata }) => within?.(metadata.namespace ?? '') ?? true));
  return [...used].reduce((sum, claim) => sum + sizeOf(claim), 0);
};

const metersOf = (
  cpu: Formula,
  memoryName: string,
  memory: Formula,
  sent: Formula,
  received: Formula,
): Meter[] => [
  { name: 'cpu_usage', of: cpu, resourceUnit: 'cores', decimals: 3 },
  { name: memoryName, of: memory, resourceUnit: 'byte', decimals: 0 },
  { name: 'net_bytes_transmitted', of: f.times(sent, 3600), resourceUnit: 'byte', decimals: 0 },
  { name: 'net_bytes_received', of: f.times(received, 3600), resourceUnit: 'byte', decimals: 0 },
  { name: 'pvc_bytes_total', of: storage, resourceUnit: 'byte', decimals: 0 },
];

/** What machines are metered by. */
export const clusterMeters: readonly Meter[] = metersOf(
  f.nodeCpu,
  'memory_usage',
  f.nodeMemory,
  f.nodeTransmitted,
  f.nodeReceived,
);
/** The same, of one node. */
export const nodeMeters: readonly Meter[] = metersOf(
  f.nodeCpu,
  'memory_usage_wo_cache',
  f.nodeMemory,
  f.nodeTransmitted,
  f.nodeReceived,
);
/** What everything made of pods is metered by. */
export const podMeters: readonly Meter[] = metersOf(
  f.podCpu,
  'memory_usage_wo_cache',
  f.podMemory,
  f.podTransmitted,
  f.podReceived,
);
