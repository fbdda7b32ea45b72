import type { Handler, Route } from '../../../registry/contract.js';
import { componentHealth, getComponent, listComponents } from '../handlers/components.js';
import { clusterCounters, namespaceCounters } from '../handlers/counters.js';
import { getResource, listResources } from '../handlers/resources.js';

const since41 = { since: 'v4.1' } as const;
const since33 = { since: 'v3.3' } as const;
const namespaced = '/namespaces/{namespace}';

const searchImages: Handler = async (context) =>
  (await import('../registries/search-images.js')).searchImages(context);
const lookup =
  (name: 'imageConfig' | 'repositoryTags' | 'verifyRegistrySecret'): Handler =>
  async (context) =>
    (await import('../registries/lookups.js'))[name](context);

/** Endpoints of `resources.kubesphere.io/v1alpha3`. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/components', handle: listComponents },
  { method: 'GET', path: '/components/{component}', handle: getComponent },
  { method: 'GET', path: '/componenthealth', handle: componentHealth },
  { method: 'GET', path: '/metrics', handle: clusterCounters, ...since41 },
  { method: 'GET', path: `${namespaced}/metrics`, handle: namespaceCounters, ...since41 },
  { method: 'GET', path: `${namespaced}/imageconfig`, handle: lookup('imageConfig'), ...since33 },
  { method: 'GET', path: `${namespaced}/repositorytags`, handle: lookup('repositoryTags'), ...since33 },
  { method: 'GET', path: `${namespaced}/images`, handle: searchImages, ...since41 },
  {
    method: 'POST',
    path: `${namespaced}/registrysecrets/{secret}/verify`,
    handle: lookup('verifyRegistrySecret'),
    ...since33,
  },
  { method: 'GET', path: '/{resources}', handle: listResources },
  { method: 'GET', path: '/{resources}/{name}', handle: getResource },
  { method: 'GET', path: `${namespaced}/{resources}`, handle: listResources },
  { method: 'GET', path: `${namespaced}/{resources}/{name}`, handle: getResource },
];
