import { digArray, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { formatTimestamp } from '../../state/clock.js';
import { cleanupFinalizer, versionsOf } from './definition.js';

/**
 * What is special about writing a CustomResourceDefinition: it remembers the versions its objects were ever stored at, and
 * one that is deleted stays until its objects are gone.
 *
 * @see kubernetes/apiextensions-apiserver pkg/registry/customresourcedefinition/strategy.go, etcd.go
 */
export const definitionHooks: ResourceHooks = {
  prepare: (object) => {
    const before = digArray(object, 'status', 'storedVersions');
    const stored = versionsOf(object)
      .filter((version) => version['storage'] === true)
      .map((version) => digString(version, 'name'))
      .filter((name) => !before.includes(name));
    if (stored.length === 0) return object;
    return { ...object, status: { ...digObject(object, 'status'), storedVersions: [...before, ...stored] } };
  },
  beginDelete: (object, { world }) => {
    const { finalizers = [], deletionTimestamp } = object.metadata;
    if (deletionTimestamp !== undefined) return object;
    const held: KubeObject = {
      ...object,
      status: {
        ...digObject(object, 'status'),
        conditions: [...otherConditions(object), terminating(world.clock.now())],
      },
    };
    if (finalizers.includes(cleanupFinalizer)) return held;
    return { ...held, metadata: { ...object.metadata, finalizers: [...finalizers, cleanupFinalizer] } };
  },
};

function otherConditions(object: KubeObject): Json[] {
  return digArray(object, 'status', 'conditions').filter((one) => digString(one, 'type') !== 'Terminating');
}

function terminating(now: number): Json {
  return {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: formatTimestamp(now),
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
}
