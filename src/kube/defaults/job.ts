import { digObject, type JsonObject } from '../../core/json.js';
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
  if (previous !== undefined) return object;
  if (spec['manualSelector'] === true) return object;
  // After mutating admission once more: what it has been given stays.
  const uid = object.metadata.uid ?? world.random.uuid();
  const { name } = object.metadata;
  const labels = { [uidLabel]: uid, [nameLabel]: name, 'controller-uid': uid, 'job-name': name };
  return {
    ...object,
    metadata: { ...object.metadata, uid },
    spec: {
      ...spec,
      selector: withUid(digObject(spec, 'selector'), uid),
      template: withLabels(digObject(spec, 'template'), labels),
    },
  };
};

function withLabels(template: JsonObject, labels: JsonObject): JsonObject {
  const metadata = digObject(template, 'metadata');
  return { ...template, metadata: { ...metadata, labels: { ...labels, ...digObject(metadata, 'labels') } } };
}

/** Labels and selectors an author brings stay as they are: what does not fit is refused. */
function withUid(selector: JsonObject, uid: string): JsonObject {
  return { ...selector, matchLabels: { [uidLabel]: uid, ...digObject(selector, 'matchLabels') } };
}
