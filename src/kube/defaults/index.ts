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
import { prepareNode } from './node.js';
import { prepareDaemonSet } from './daemon-set.js';
import { prepareVolume } from './volume.js';
import { workloadDefaults } from './workloads.js';

const tables = { ...workloadDefaults, ...otherDefaults, ...clusterDefaults };

/** Kinds that take more than a table. */
const preparations: Readonly<Record<string, NonNullable<ResourceHooks['prepare']>>> = {
  'pods.': preparePod,
  'services.': prepareService,
  'jobs.batch': prepareJob,
  'persistentvolumeclaims.': prepareClaim,
  'persistentvolumes.': prepareVolume,
  'nodes.': prepareNode,
  'daemonsets.apps': prepareDaemonSet,
  'replicationcontrollers.': withSelector,
  'serviceaccounts.': withSecretNames,
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

/** Of the Secrets of an account the names alone are kept. @see pkg/registry/core/serviceaccount/strategy.go cleanSecretReferences */
function withSecretNames(account: KubeObject): KubeObject {
  const secrets = digArray(account, 'secrets');
  if (secrets.every((one) => Object.keys(digObject(one)).every((key) => key === 'name'))) return account;
  return { ...account, secrets: secrets.map((one) => ({ name: digString(one, 'name') })) };
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
