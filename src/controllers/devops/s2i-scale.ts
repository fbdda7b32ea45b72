import { parseGoJson } from '../../core/go-json.js';
import { dig, digArray, digObject, digString, isJsonObject, type Json } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { writeBack } from '../controller.js';
import { imageOf } from './s2i-build.js';

const plurals: Readonly<Record<string, string>> = { Deployment: 'deployments', StatefulSet: 'statefulsets' };
const scaleKey = 'devops.kubesphere.io/autoscale';
const keepKey = 'devops.kubesphere.io/donotautoscale';
const initKey = 'devops.kubesphere.io/inithasbeencomplted';
const templateLabel = 'devops.kubesphere.io/s2ir';

/**
 * Has the workloads a builder names run the image that was just built: with the replicas it says where they had none.
 *
 * @see kubesphere/s2ioperator pkg/controller/s2irun/s2irun_controller.go ScaleWorkLoads
 */
export function scaleWorkloads(context: WriteContext, run: KubeObject, builder: KubeObject): void {
  if (annotation(run, keepKey) !== undefined) return;
  for (const scale of parsed(annotation(builder, scaleKey) ?? '[]')) {
    const plural = plurals[digString(scale, 'kind')];
    if (plural === undefined) continue;
    const resource = context.catalog.get('apps', plural);
    const name = digString(scale, 'name');
    const found = context.cluster.store.find(resource, run.metadata.namespace, name)?.object;
    if (found !== undefined) writeBack(context, resource, scaled(found, scale, run, imageOf(run, builder)));
  }
}

function scaled(workload: KubeObject, scale: Json, run: KubeObject, image: string): KubeObject {
  const spec = digObject(workload, 'spec');
  const template = digObject(spec, 'template');
  const metadata = digObject(template, 'metadata');
  const pod = digObject(template, 'spec');
  const all = digArray(pod, 'containers').filter(isJsonObject);
  const named = digArray(scale, 'containers');
  const containers = all.map((one) => {
    if (all.length > 1 && !named.includes(one['name'] ?? '')) return one;
    return one['image'] === image ? { ...one, imagePullPolicy: 'Always' } : { ...one, image };
  });
  const isFirst = annotation(workload, initKey) === undefined;
  const replicas = dig(scale, 'initReplicas');
  const isEmpty = isFirst && spec['replicas'] === 0;
  return {
    ...workload,
    metadata: {
      ...workload.metadata,
      annotations: { ...workload.metadata.annotations, ...(isFirst && { [initKey]: 'Successful' }) },
    },
    spec: {
      ...spec,
      ...(isEmpty && { replicas: typeof replicas === 'number' ? replicas : 1 }),
      template: {
        ...template,
        metadata: {
          ...metadata,
          labels: { ...digObject(metadata, 'labels'), [templateLabel]: run.metadata.name },
        },
        spec: { ...pod, containers },
      },
    },
  };
}

function parsed(text: string): readonly Json[] {
  try {
    const value = parseGoJson(text);
    return Array.isArray(value) ? (value as readonly Json[]) : [];
  } catch {
    return [];
  }
}
