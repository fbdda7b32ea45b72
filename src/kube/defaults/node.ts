import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks } from '../../registry/contract.js';

const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };

/**
 * A new node with the taint that keeps pods away until the node controller has looked at it.
 *
 * @see kubernetes/kubernetes plugin/pkg/admission/nodetaint/admission.go
 */
function withFirstTaint(node: KubeObject): KubeObject {
  const taints = digArray(node, 'spec', 'taints');
  const isThere = taints.some(
    (one) => digString(one, 'key') === taint.key && digString(one, 'effect') === taint.effect,
  );
  return isThere ? node : { ...node, spec: { ...digObject(node, 'spec'), taints: [...taints, taint] } };
}

/** A node's first network for its pods has a member of its own, which wins. @see pkg/apis/core/v1/conversion.go */
function withNetworks(object: KubeObject): KubeObject {
  const spec = digObject(object, 'spec');
  const all = digArray(spec, 'podCIDRs');
  const first = digString(spec, 'podCIDR');
  const isAgreed = first === '' ? all.length === 0 : all[0] === first;
  if (isAgreed) return object;
  const podCIDRs = first === '' ? all : [first];
  return { ...object, spec: { ...spec, podCIDR: podCIDRs[0] ?? '', podCIDRs } };
}

/** What pods may use of a node is all it has, unless it says otherwise. @see pkg/apis/core/v1/defaults.go SetDefaults_NodeStatus */
function withAllocatable(node: KubeObject): KubeObject {
  const { capacity, allocatable } = digObject(node, 'status');
  if (capacity === undefined || allocatable !== undefined) return node;
  return { ...node, status: { ...digObject(node, 'status'), allocatable: capacity } };
}

/** A node without what configured kubelets once, unless it has it already. @see pkg/registry/core/node/strategy.go dropDisabledFields */
function withoutConfig(node: KubeObject, previous: KubeObject | undefined): KubeObject {
  const { configSource, ...spec } = digObject(node, 'spec');
  const { config, ...status } = digObject(node, 'status');
  const hadSource = digObject(previous, 'spec')['configSource'] !== undefined;
  const hadConfig = digObject(previous, 'status')['config'] !== undefined;
  return {
    ...node,
    ...(configSource !== undefined && !hadSource && { spec }),
    ...(config !== undefined && !hadConfig && { status }),
  };
}

/** Completes a node. */
export const prepareNode: NonNullable<ResourceHooks['prepare']> = (node, previous) =>
  withoutConfig(
    withAllocatable(withNetworks(previous === undefined ? withFirstTaint(node) : node)),
    previous,
  );
