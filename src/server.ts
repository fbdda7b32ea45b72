import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { groups } from './apis/index.js';
import { authenticate } from './auth/authenticate.js';
import { notImplemented } from './core/api-error.js';
import { Pipeline } from './http/pipeline.js';
import { evaluate } from './rbac/evaluate.js';
import type { KindCatalog } from './registry/contract.js';
import { Router } from './registry/router.js';
import type { World } from './state/world.js';

/** A listening server. */
export interface ListeningServer {
  readonly url: string;
  readonly server: Server;
  close(): Promise<void>;
}

/** Serves a world on an address; resolves when listening. */
export async function listen(world: World, catalog: KindCatalog, host: string, port: number): Promise<ListeningServer> {
  const pipeline = new Pipeline({
    release: world.release,
    catalog,
    router: new Router(groups, world.release),
    authenticate,
    authorize: evaluate,
    interceptors: [],
    kubernetes: () => {
      throw notImplemented('native Kubernetes paths');
    },
    fallback: () => undefined,
  });
  const server = createServer((request, response) => {
    void pipeline.handle(request, response, world, request.url ?? '/');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address() as AddressInfo;
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${String(address.port)}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
