import type { JsonObject } from '../core/json.js';
import type { OwnerReference } from '../core/kube-object.js';
import type { Placement } from './scheduler.js';

/** How a pod is doing. `waiting` is a container that cannot start, `pending` a pod no node has room for. */
export type PodState = 'running' | 'succeeded' | 'waiting' | 'pending';

/** What a pod is made of. */
export interface PodRecipe {
  readonly name: string;
  readonly namespace: string;
  readonly generateName?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly owner?: OwnerReference;
  /** The pod template's spec, as a person writes it. */
  readonly spec: JsonObject;
  /** Absent for pods that wait for a node. */
  readonly placement: Placement | undefined;
  /** RFC 3339. */
  readonly created: string;
  readonly state?: PodState;
  /** Why a waiting container waits, such as `ImagePullBackOff`. */
  readonly reason?: string;
  /** The scheduler's or the kubelet's words for it. */
  readonly message?: string;
}
