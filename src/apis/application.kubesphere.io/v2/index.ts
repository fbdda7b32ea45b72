import { notImplemented } from '../../../core/api-error.js';
import { json } from '../../../registry/reply.js';
import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';

const listNone: Handler = () => json({ items: [], totalItems: 0 });

const unsupported: Handler = ({ method, info }) => {
  throw notImplemented(`${method} ${info.path}`);
};

/** Lists of the app store, and the scopes below which they exist too. */
const lists: readonly (readonly [path: string, ...prefixes: string[]])[] = [
  ['/repos', '/workspaces/{workspace}'],
  ['/apps', '/workspaces/{workspace}'],
  ['/applications', '/workspaces/{workspace}', '/namespaces/{namespace}'],
  ['/categories'],
  ['/reviews'],
];

/** The app store: empty here, and nothing can be added to it yet. */
export const applicationV2: ApiGroup = {
  name: 'application.kubesphere.io',
  version: 'v2',
  since: 'v4.1',
  routes: lists.flatMap(([path, ...prefixes]) =>
    ['', ...prefixes].flatMap((prefix): Route[] => [
      { method: 'GET', path: prefix + path, handle: listNone },
      ...(path === '/reviews' ? [] : [{ method: 'POST', path: prefix + path, handle: unsupported } as const]),
    ]),
  ),
};
