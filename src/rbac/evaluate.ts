import type { AccessAttributes, Decision } from '../registry/contract.js';
import type { ClusterState, World } from '../state/world.js';

export function evaluate(_attributes: AccessAttributes, _world: World, _cluster: ClusterState): Decision {
  return { allowed: true, reason: '' };
}
