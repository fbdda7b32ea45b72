import { minorOf } from '../../core/kubernetes-minor.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { recordEvent } from './events.js';

/** Tells of a Deployment that one of its ReplicaSets was scaled. @param before Absent: the set is new */
export function recordScaling(
  context: WriteContext,
  deployment: KubeObject,
  set: KubeObject,
  direction: 'up' | 'down',
  replicas: number,
  before?: number,
): void {
  if (replicas === 0 && before === undefined) return;
  recordEvent(context, deployment, {
    reason: 'ScalingReplicaSet',
    message: `Scaled ${direction} replica set ${set.metadata.name} ${steps(context, replicas, before)}`,
    component: 'deployment-controller',
  });
}

/** The first Kubernetes that tells how many there were, and the first that tells that first. */
const firstMinorWithBefore = 25;
const firstMinorInOrder = 32;

/** @see kubernetes/kubernetes pkg/controller/deployment/sync.go */
function steps({ world }: WriteContext, replicas: number, before: number | undefined): string {
  const minor = minorOf(world.settings.kubernetesVersion);
  const to = `to ${String(replicas)}`;
  if (minor >= firstMinorInOrder) return `from ${String(before ?? 0)} ${to}`;
  return before === undefined || minor < firstMinorWithBefore ? to : `${to} from ${String(before)}`;
}
