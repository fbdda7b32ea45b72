import { isDeepStrictEqual } from 'node:util';
import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Percent of requested cpu that is aimed at when nothing is said. */
const usual = 80;

/**
 * Says what an autoscaler aims at in the words of `autoscaling/v1` and of `v2`: it is kept once and read as either.
 *
 * @see kubernetes/kubernetes pkg/apis/autoscaling/v1/conversion.go
 */
export function prepareAutoscaler(object: KubeObject, previous: KubeObject | undefined): KubeObject {
  const spec = digObject(object, 'spec');
  const { targetCPUUtilizationPercentage: old, metrics: given, ...rest } = spec;
  const before = previous && digObject(previous, 'spec');
  const isOldNew =
    old !== undefined && (before === undefined || before['targetCPUUtilizationPercentage'] !== old);
  const isNew = given !== undefined && (before === undefined || !isDeepStrictEqual(before['metrics'], given));
  const metrics = isOldNew && !isNew ? replaced(digArray(spec, 'metrics'), old) : digArray(spec, 'metrics');
  const all = metrics.length > 0 ? metrics : [cpuMetric(old ?? usual)];
  const cpu = all.find(isCpu);
  const percent = dig(cpu, 'resource', 'target', 'averageUtilization');
  return {
    ...object,
    spec: {
      ...rest,
      ...(percent !== undefined && { targetCPUUtilizationPercentage: percent }),
      metrics: all,
    },
  };
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

function replaced(metrics: readonly Json[], percent: Json): readonly Json[] {
  return [cpuMetric(percent), ...metrics.filter((metric) => !isCpu(metric))];
}
