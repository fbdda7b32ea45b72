import type { Controller } from '../controller.js';
import { later } from '../later.js';
import { podsOn } from '../workloads/pod-index.js';
import { podResource } from '../workloads/pods.js';
import { nodeResource } from './node-condition.js';

/** Milliseconds a node may be missing before its pods are given up. */
const quarantine = 40_000;

/**
 * Takes out the pods of a node that is gone, without waiting for a kubelet that is gone with it.
 *
 * @see kubernetes/kubernetes pkg/controller/podgc/gc_controller.go
 */
export const podGarbageCollector: Controller = {
  name: 'pod-garbage-collector',
  watches: ['nodes.'],
  reconcile: ({ world, cluster }, { type, stored }) => {
    if (type !== 'DELETED') return;
    const { store } = cluster;
    const { name } = stored.object.metadata;
    later(world, 'pod-garbage-collector', world.clock.now() + quarantine, () => {
      if (store.find(nodeResource, undefined, name) !== undefined) return;
      for (const { metadata } of podsOn(store, name)) {
        if (store.find(podResource, metadata.namespace, metadata.name) !== undefined)
          store.remove(podResource, metadata.namespace, metadata.name);
      }
    });
  },
};
