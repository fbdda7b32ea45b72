import { dig, digObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import type { Change } from '../../state/object-store.js';
import { currentOf, isHeartbeat, type Controller } from '../controller.js';
import { recordEvent } from '../workloads/events.js';
import { conditionOf, isUnready, nodeResource, taintsFor } from './node-condition.js';
import { markUnready, revive } from './pods-of-node.js';

const component = 'node-controller';

/**
 * Follows the state of nodes: taints for conditions and cordons, pods of a node in trouble that are not ready, and all
 * of it back once the node has recovered.
 *
 * Differs from Kubernetes: a node that says nothing of its readiness counts as ready, as nodes of plain files are; one
 * that is not ready is tainted at once, however many others are in trouble.
 *
 * @see kubernetes/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
 */
export const nodeLifecycle: Controller = {
  name: 'node-lifecycle',
  watches: ['nodes.'],
  reconcile: (context, change) => {
    if (change.type === 'DELETED') {
      tellOfController(context, change.stored.object, 'RemovingNode', 'Removing Node', 'from Controller');
      return;
    }
    if (isHeartbeat(change) && saysTheSame(change)) return;
    const node = currentOf(context, change);
    if (node === undefined) return;
    if (change.previous === undefined)
      tellOfController(context, node, 'RegisteredNode', 'Registered Node', 'in Controller');
    tellOfKubelet(context, change);
    const taints = taintsFor(node, context.world.clock.timestamp());
    if (taints !== undefined) {
      const { taints: _, ...spec } = digObject(node, 'spec');
      context.cluster.store.replace(nodeResource, {
        ...node,
        spec: { ...spec, ...(taints.length > 0 && { taints }) },
      });
    }
    const [is, was] = [isUnready(change.stored.object), isUnready(change.previous?.object)];
    if (is && !was) {
      recordEvent(context, node, {
        reason: 'NodeNotReady',
        message: `Node ${node.metadata.name} status is now: NodeNotReady`,
        component,
      });
      markUnready(context, node);
    }
    if (was && !is) revive(context, node);
  },
};

/** Whether no condition has another status than before. */
function saysTheSame({ stored, previous }: Change): boolean {
  const types = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure', 'NetworkUnavailable'];
  return types.every((type) => conditionOf(stored.object, type) === conditionOf(previous?.object, type));
}

function tellOfController(
  context: WriteContext,
  node: KubeObject,
  reason: string,
  what: string,
  where: string,
): void {
  const { name } = node.metadata;
  const message = `Node ${name} event: ${what} ${name} ${where}`;
  recordEvent(context, node, { reason, message, component });
}

/** What the kubelet itself says of a change; one that is lost says nothing. */
function tellOfKubelet(context: WriteContext, { stored, previous }: Change): void {
  if (previous === undefined) return;
  const [node, before] = [stored.object, previous.object];
  const { name, ...metadata } = node.metadata;
  const tell = (reason: string): void => {
    recordEvent(
      context,
      { ...node, metadata: { ...metadata, name, uid: name } },
      { reason, message: `Node ${name} status is now: ${reason}`, component: 'kubelet', host: name },
    );
  };
  const [is, was] = [conditionOf(node, 'Ready'), conditionOf(before, 'Ready')];
  if (is === 'True' && (was === 'False' || was === 'Unknown')) tell('NodeReady');
  if (is === 'False' && was !== 'False') tell('NodeNotReady');
  const [isCordoned, wasCordoned] = [node, before].map((one) => dig(one, 'spec', 'unschedulable') === true);
  if (isCordoned !== wasCordoned && is !== 'Unknown')
    tell(isCordoned === true ? 'NodeNotSchedulable' : 'NodeSchedulable');
}
