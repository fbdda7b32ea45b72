import { digObject, digString } from '../../core/json.js';
import { annotation } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { claimFinalizer, withProtection } from './storage-protection.js';

const storageClasses = { group: 'storage.k8s.io', plural: 'storageclasses' };
const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';

/** Gives a new claim that names no class the default one, and every new one what keeps it while it is used. @see plugin/pkg/admission/storage/storageclass/setdefault */
export const prepareClaim: NonNullable<ResourceHooks['prepare']> = (object, previous, context) => {
  const spec = digObject(object, 'spec');
  if (previous !== undefined) {
    // What was bound stays bound though a replacement does not mention it.
    const before = digObject(previous, 'spec');
    const { volumeName = before['volumeName'], storageClassName = before['storageClassName'] } = spec;
    return {
      ...object,
      spec: {
        ...spec,
        ...(storageClassName !== undefined && { storageClassName }),
        ...(volumeName !== undefined && { volumeName }),
      },
    };
  }
  const kept = withProtection(object, claimFinalizer, context);
  if (spec['storageClassName'] !== undefined) return kept;
  const classes = context.cluster.store.list(storageClasses);
  const byDefault = classes.filter(({ object: one }) => annotation(one, defaultClassAnnotation) === 'true');
  const chosen = byDefault.sort((a, b) =>
    digString(b.object, 'metadata', 'creationTimestamp').localeCompare(
      digString(a.object, 'metadata', 'creationTimestamp'),
    ),
  )[0];
  return chosen === undefined
    ? kept
    : { ...kept, spec: { ...spec, storageClassName: chosen.object.metadata.name } };
};
