import { digObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { ResourceHooks } from '../../registry/contract.js';
import type { World } from '../../state/world.js';

const firstMinorWithManual = 32;
const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';

/**
 * Gives a new Job the selector and labels that make its pods its own, unless it brings a selector by hand.
 *
 * @see kubernetes/kubernetes pkg/registry/batch/job/strategy.go generateSelector
 */
export const prepareJob: NonNullable<ResourceHooks['prepare']> = (given, previous, { world }) => {
  const object = withManualSelector(withTemplateLabels(given), world);
  const spec = digObject(object, 'spec');
  if (previous !== undefined) return object;
  if (spec['manualSelector'] === true) return object;
  // After mutating admission once more: what it has been given stays.
  const uid = object.metadata.uid ?? world.random.uuid();
  const { name } = object.metadata;
  const labels = { [uidLabel]: uid, [nameLabel]: name, 'controller-uid': uid, 'job-name': name };
  return {
    ...object,
    // Differs from Kubernetes: it gives these to a Job that has none when it is read, so the answer of the POST lacks them.
    metadata: { ...object.metadata, uid, labels: object.metadata.labels ?? shortOnes(labels) },
    spec: {
      ...spec,
      selector: withUid(digObject(spec, 'selector'), uid),
      template: withLabels(digObject(spec, 'template'), labels),
    },
  };
};

/** From 1.32 on a Job says so when its selector is made for it. */
function withManualSelector(job: KubeObject, { settings }: World): KubeObject {
  const spec = digObject(job, 'spec');
  if (spec['manualSelector'] !== undefined || minorOf(settings.kubernetesVersion) < firstMinorWithManual)
    return job;
  return { ...job, spec: { ...spec, manualSelector: false } };
}

/** Labels but for those that could be none: a Job is refused for its pods then. */
function shortOnes(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value.length <= 63));
}

/** An object without labels of its own has those of its pods. @see pkg/apis/batch/v1/defaults.go SetDefaults_Job */
export function withTemplateLabels(object: KubeObject): KubeObject {
  const labels = digObject(object, 'spec', 'template', 'metadata', 'labels') as Record<string, string>;
  const own = object.metadata.labels ?? {};
  return Object.keys(own).length > 0 || Object.keys(labels).length === 0
    ? object
    : { ...object, metadata: { ...object.metadata, labels } };
}

function withLabels(template: JsonObject, labels: JsonObject): JsonObject {
  const metadata = digObject(template, 'metadata');
  return { ...template, metadata: { ...metadata, labels: { ...labels, ...digObject(metadata, 'labels') } } };
}

/** Labels and selectors an author brings stay as they are: what does not fit is refused. */
function withUid(selector: JsonObject, uid: string): JsonObject {
  return { ...selector, matchLabels: { [uidLabel]: uid, ...digObject(selector, 'matchLabels') } };
}
