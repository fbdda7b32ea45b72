import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Percent of requested cpu that is aimed at when nothing is said. */
const usual = 80;

/**
 * Keeps an autoscaler in the words of `autoscaling/v2`, with what `v1` says beside them: it is stored once and read as
 * either. What `v1` has no words for stays as it is when one is written.
 *
 * Differs from Kubernetes, which hands what `v1` has no words for to its readers in annotations, and takes it from there.
 *
 * @see kubernetes/kubernetes pkg/apis/autoscaling/v1/conversion.go
 */
export function prepareAutoscaler(object: KubeObject, previous: KubeObject | undefined): KubeObject {
  const spec = digObject(object, 'spec');
  const { targetCPUUtilizationPercentage: old, metrics: given, ...rest } = spec;
  const isOld = object.apiVersion === 'autoscaling/v1' && given === undefined;
  const before = previous && digObject(previous, 'spec');
  const known = digArray(before, 'metrics');
  // Nobody can have taken away what was not shown.
  const isTold = old !== undefined || before?.['targetCPUUtilizationPercentage'] !== undefined;
  const metrics = isOld ? (isTold ? withCpu(known, old) : known) : digArray(spec, 'metrics');
  const all = metrics.length > 0 ? metrics : [cpuMetric(old ?? usual)];
  const percent = dig(all.find(isCpu), 'resource', 'target', 'averageUtilization');
  const behavior = isOld ? before?.['behavior'] : spec['behavior'];
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    spec: {
      ...rest,
      ...(behavior !== undefined && { behavior: completed(behavior) }),
      ...(percent !== undefined && { targetCPUUtilizationPercentage: percent }),
      metrics: all,
    },
  };
}

/** How fast copies come and go where nothing else is said. */
const usualUp = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [
    { type: 'Pods', value: 4, periodSeconds: 15 },
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ],
};
const usualDown = { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] };

/** @see kubernetes/kubernetes pkg/apis/autoscaling/v2/defaults.go GenerateHPAScaleUpRules */
function completed(behavior: Json): JsonObject {
  return {
    scaleUp: { ...usualUp, ...digObject(behavior, 'scaleUp') },
    scaleDown: { ...usualDown, ...digObject(behavior, 'scaleDown') },
  };
}

/** Metrics with another aim for the processor, or with none. */
function withCpu(metrics: readonly Json[], percent: Json | undefined): readonly Json[] {
  if (percent === undefined) return metrics.filter((metric) => !isCpu(metric));
  const aim = cpuMetric(percent);
  return metrics.some(isCpu) ? metrics.map((metric) => (isCpu(metric) ? aim : metric)) : [aim, ...metrics];
}

function isCpu(metric: Json): boolean {
  return (
    digString(metric, 'resource', 'name') === 'cpu' &&
    typeof dig(metric, 'resource', 'target', 'averageUtilization') === 'number'
  );
}

function cpuMetric(averageUtilization: Json): JsonObject {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}
