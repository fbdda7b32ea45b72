import type { RequestContext, Reply, Route } from '../../registry/contract.js';
import type { NotificationVersion } from './owned-resources.js';

type Name = 'listOwned' | 'getOwned' | 'createOwned' | 'updateOwned' | 'patchOwned' | 'deleteOwned';

const rows: readonly (readonly [method: Route['method'], path: string, handler: Name])[] = [
  ['GET', '/{resources}', 'listOwned'],
  ['POST', '/{resources}', 'createOwned'],
  ['GET', '/{resources}/{name}', 'getOwned'],
  ['PUT', '/{resources}/{name}', 'updateOwned'],
  ['PATCH', '/{resources}/{name}', 'patchOwned'],
  ['DELETE', '/{resources}/{name}', 'deleteOwned'],
];

/** Endpoints for objects of everybody and of single users, in one version; a patch is known to the later one only. */
export function ownedRoutes(version: NotificationVersion['version']): Route[] {
  const run = async (name: Name, context: RequestContext): Promise<Reply> => {
    const handlers = await import('./owned-resources.js');
    return handlers[name](context, handlers.notificationVersions[version]);
  };
  return ['', '/users/{user}'].flatMap((prefix) =>
    rows
      .filter(([method]) => method !== 'PATCH' || version === 'v2beta2')
      .map(([method, path, name]): Route => ({
        method,
        path: prefix + path,
        handle: (context) => run(name, context),
      })),
  );
}
