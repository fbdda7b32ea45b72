import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { annotation, type KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { claimFinalizer, withProtection } from './storage-protection.js';

const storageClasses = { group: 'storage.k8s.io', plural: 'storageclasses' };
const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class';

/** Gives a new claim that names no class the default one, and every new one what keeps it while it is used. @see plugin/pkg/admission/storage/storageclass/setdefault */
export const prepareClaim: NonNullable<ResourceHooks['prepare']> = (given, previous, context) => {
  const minor = minorOf(context.world.settings.kubernetesVersion);
  const object = withSources(withoutClass(given, previous, minor), previous, minor);
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

/** Since when claims can have a class of attributes, as a minor version. */
const sinceAttributes = 34;

/** @see kubernetes/kubernetes pkg/api/persistentvolumeclaim/util.go DropDisabledFields */
function withoutClass(object: KubeObject, previous: KubeObject | undefined, minor: number): KubeObject {
  const { volumeAttributesClassName, ...rest } = digObject(object, 'spec');
  const isUsed = digObject(previous, 'spec')['volumeAttributesClassName'] !== undefined;
  return volumeAttributesClassName === undefined || isUsed || minor >= sinceAttributes
    ? object
    : { ...object, spec: rest };
}

/** Since when claims can begin with more than other claims and snapshots, as a minor version. */
const sinceAnySource = 24;

/**
 * A claim that says in both ways what it begins with: sources the older member does not know are dropped from it, and
 * otherwise each is a copy of the other. Sources of other namespaces are switched off.
 *
 * @see kubernetes/kubernetes pkg/api/persistentvolumeclaim/util.go EnforceDataSourceBackwardsCompatibility, NormalizeDataSources
 */
function withSources(object: KubeObject, previous: KubeObject | undefined, minor: number): KubeObject {
  const { dataSource, dataSourceRef, ...rest } = digObject(object, 'spec');
  if (dataSource === undefined && dataSourceRef === undefined) return object;
  const before = digObject(previous, 'spec');
  const one = isKnownSource(dataSource) || isJsonObject(before['dataSource']) ? dataSource : undefined;
  const hadOther = isJsonObject(before['dataSourceRef']);
  const other = minor >= sinceAnySource || hadOther ? dataSourceRef : undefined;
  const hadPlace = digString(before, 'dataSourceRef', 'namespace') !== '';
  const isElsewhere = !hadPlace && digString(other, 'namespace') !== '';
  const kept = isElsewhere ? undefined : isJsonObject(other) && !hadPlace ? withoutPlace(other) : other;
  const isPlaced = digString(kept, 'namespace') !== '';
  const both =
    minor < sinceAnySource || isPlaced
      ? [one, kept]
      : [one ?? kept, kept ?? (one && withoutPlace(digObject(one)))];
  const [first, second] = both;
  return {
    ...object,
    spec: {
      ...rest,
      ...(first !== undefined && { dataSource: first }),
      ...(second !== undefined && { dataSourceRef: second }),
    },
  };
}

function isKnownSource(source: Json | undefined): boolean {
  const [kind, group] = [digString(source, 'kind'), digString(source, 'apiGroup')];
  return (
    (kind === 'PersistentVolumeClaim' && group === '') ||
    (kind === 'VolumeSnapshot' && group === 'snapshot.storage.k8s.io')
  );
}

function withoutPlace({ namespace: _, ...source }: JsonObject): JsonObject {
  return source;
}
