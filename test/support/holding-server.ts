import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An HTTP server of a test's own whose answers never end by themselves. */
export interface HoldingServer extends AsyncDisposable {
  readonly url: string;
  /** Targets of the requests that still wait for more. */
  open(): string[];
  /** Cuts all connections in the middle of what they carry. */
  breakOff(): void;
}

/**
 * Starts one on a free port: it sends `first\n` and then no more, and of a target with `silent` in it nothing at all. To
 * whoever wants to know what kinds of objects it has, it is a Kubernetes without any.
 */
export async function startHolding(): Promise<HoldingServer> {
  const open = new Map<ServerResponse, string>();
  const server = createServer(({ url = '' }, response) => {
    if (url === '/version') {
      response.end('{}');
      return;
    }
    if (url === '/apis' || url === '/api/v1') {
      response.end(url === '/apis' ? '{"groups":[]}' : '{"resources":[]}');
      return;
    }
    open.set(response, url);
    response.once('close', () => open.delete(response));
    if (!url.includes('silent')) response.writeHead(200, { 'Content-Type': 'text/plain' }).write('first\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    open: () => [...open.values()],
    breakOff: () => {
      server.closeAllConnections();
    },
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
