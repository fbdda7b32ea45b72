import { digObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';

const uidLabel = 'batch.kubernetes.io/controller-uid';
const nameLabel = 'batch.kubernetes.io/job-name';

/**
 * Gives a new Job the selector and labels that make its pods its own, unless it brings a selector by hand.
 *
 * @see kubernetes/kubernetes pkg/registry/batch/job/strategy.go generateSelector
 */
export const prepareJob: NonNullable<ResourceHooks['prepare']> = (object, previous, { world }) => {
  const spec = digObject(object, 'spec');
  if (previous !== undefined) return withSelectorOf(object, spec, digObject(previous, 'spec'));
  if (spec['manualSelector'] === true) return object;
  const uid = world.random.uuid();
  const { name } = object.metadata;
  const labels = { [uidLabel]: uid, [nameLabel]: name, 'controller-uid': uid, 'job-name': name };
  return {
    ...object,
    metadata: { ...object.metadata, uid },
    spec: {
      ...spec,
      selector: spec['selector'] ?? { matchLabels: { [uidLabel]: uid } },
      template: withLabels(digObject(spec, 'template'), labels),
    },
  };
};

function withLabels(template: JsonObject, labels: JsonObject): JsonObject {
  const metadata = digObject(template, 'metadata');
  return { ...template, metadata: { ...metadata, labels: { ...digObject(metadata, 'labels'), ...labels } } };
}

/** A replacement written without the generated parts means the same job. */
function withSelectorOf(object: KubeObject, spec: JsonObject, before: JsonObject): KubeObject {
  if (spec['selector'] !== undefined || before['selector'] === undefined) return object;
  const generated = Object.fromEntries(
    Object.entries(digObject(before, 'template', 'metadata', 'labels')).filter(
      ([key]) => key === uidLabel || key === nameLabel || key === 'controller-uid' || key === 'job-name',
    ),
  );
  const template = withLabels(digObject(spec, 'template'), generated);
  return { ...object, spec: { ...spec, selector: before['selector'], template } };
}
