import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { prepareAutoscaler } from './autoscaler.js';
import { prepareClaim } from './claim.js';
import { prepareLimitRange } from './limit-range.js';
import { complete } from './complete.js';
import { prepareJob, withTemplateLabels } from './job.js';
import { clusterDefaults } from './cluster-kinds.js';
import { disabledFields } from './disabled-fields.js';
import { otherDefaults } from './others.js';
import { preparePod } from './pod.js';
import { prepareService } from './service.js';
import { withFirstTaint } from './node.js';
import { volumeFinalizer, withProtection } from './storage-protection.js';
import { workloadDefaults } from './workloads.js';

const tables = { ...workloadDefaults, ...otherDefaults, ...clusterDefaults };

/** Kinds that take more than a table. */
const preparations: Readonly<Record<string, NonNullable<ResourceHooks['prepare']>>> = {
  'pods.': preparePod,
  'services.': prepareService,
  'jobs.batch': prepareJob,
  'persistentvolumeclaims.': prepareClaim,
  'persistentvolumes.': (volume, previous, context) =>
    previous === undefined ? withProtection(volume, volumeFinalizer, context) : volume,
  'nodes.': (node, previous) => withNetworks(previous === undefined ? withFirstTaint(node) : node),
  'replicationcontrollers.': withSelector,
  'limitranges.': prepareLimitRange,
  'horizontalpodautoscalers.autoscaling': prepareAutoscaler,
};

/** Fills in what kube-apiserver does for a kind, as `plural.group`; `undefined` when that is nothing. */
export function defaultHooks(kind: string): ResourceHooks | undefined {
  const table = Object.hasOwn(tables, kind) ? tables[kind] : undefined;
  const prepare = Object.hasOwn(preparations, kind) ? preparations[kind] : undefined;
  if (table === undefined && prepare === undefined) return undefined;
  const drop = disabledFields(kind);
  return {
    prepare: (object, previous, context) => {
      const completed = table === undefined ? object : (complete(object, table) as KubeObject);
      const prepared = prepare?.(completed, previous, context) ?? completed;
      return drop?.(prepared, previous, context.world.settings.kubernetesVersion) ?? prepared;
    },
  };
}

/** A node's first network for its pods has a member of its own, which wins. @see pkg/apis/core/v1/conversion.go */
function withNetworks(object: KubeObject): KubeObject {
  const spec = digObject(object, 'spec');
  const all = digArray(spec, 'podCIDRs');
  const first = digString(spec, 'podCIDR');
  const isAgreed = first === '' ? all.length === 0 : all[0] === first;
  if (isAgreed) return object;
  const podCIDRs = first === '' ? all : [first];
  return { ...object, spec: { ...spec, podCIDR: podCIDRs[0] ?? '', podCIDRs } };
}

/** A ReplicationController without a selector keeps pods with the labels of its template. */
function withSelector(object: KubeObject): KubeObject {
  const spec = digObject(object, 'spec');
  const labels = digObject(spec, 'template', 'metadata', 'labels');
  const labelled = withTemplateLabels(object);
  if (Object.keys(digObject(spec, 'selector')).length > 0 || Object.keys(labels).length === 0)
    return labelled;
  return { ...labelled, spec: { ...spec, selector: labels } };
}
