import { federatedKinds, federationGroup } from '../core/federated-kinds.js';
import type { Resource } from '../registry/contract.js';

const version = 'v1beta1';
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** The kinds of KubeFed that multi-cluster 3.x brings along; objects of any shape are taken. */
export function federatedResources(): Resource[] {
  return federatedKinds.map(({ kind, plural, namespaced }) => ({
    group: federationGroup,
    versions: [version],
    kind,
    plural,
    singular: kind.toLowerCase(),
    namespaced,
    verbs,
    custom: true,
    subresources: [
      {
        name: 'status',
        kind,
        apiVersion: `${federationGroup}/${version}`,
        verbs: ['get', 'patch', 'update'],
      },
    ],
    since: 'v3.0',
    until: 'v3.4',
  }));
}
