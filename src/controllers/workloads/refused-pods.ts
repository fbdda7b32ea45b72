import { digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ObjectStore } from '../../state/object-store.js';

/** Why pods were refused, by what they ask for, as long as nothing is written. */
interface Refusals {
  writes: number;
  readonly messages: Map<string, string>;
}

const refusals = new WeakMap<ObjectStore, Refusals>();

/** What no node is asked for: volumes bear names made for each pod. */
const unasked = new Set(['volumes', 'volumeMounts']);
const wishes = new WeakMap<KubeObject, string>();

/**
 * Why the scheduler refused a pod that asks for the same as this one, with everything as it is now; `undefined` when it has
 * not. A cluster that is full looks at all its waiting pods whenever one pod goes, and most of them are alike.
 */
export function knownRefusal(store: ObjectStore, pod: KubeObject): string | undefined {
  const known = refusals.get(store);
  return known?.writes === store.writes && !isNominated(pod) ? known.messages.get(wishOf(pod)) : undefined;
}

/** Keeps why a pod was refused, before that is written down. */
export function keepRefusal(store: ObjectStore, pod: KubeObject, message: string): void {
  if (isNominated(pod)) return;
  let known = refusals.get(store);
  if (known?.writes !== store.writes)
    refusals.set(store, (known = { writes: store.writes, messages: new Map() }));
  known.messages.set(wishOf(pod), message);
}

/** Pods that are being made room for are each a case of their own. */
function isNominated(pod: KubeObject): boolean {
  return digString(pod, 'status', 'nominatedNodeName') !== '';
}

function wishOf(pod: KubeObject): string {
  let wish = wishes.get(pod);
  if (wish === undefined) {
    const { namespace, labels } = pod.metadata;
    const asked = [namespace, labels, digObject(pod, 'spec')];
    wish = JSON.stringify(asked, (key, value: unknown) => (unasked.has(key) ? undefined : value));
    wishes.set(pod, wish);
  }
  return wish;
}
