import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an echo server says of a request. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

/** An HTTP server of a test's own that answers with what it was asked. */
export interface EchoServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts one on a free port; `headers` go into every answer. */
export async function startEcho(headers: Readonly<Record<string, string>> = {}): Promise<EchoServer> {
  const server = createServer((request, response) => {
    void read(request).then((body) => {
      const { method, url, headers: asked } = request;
      response.writeHead(207, { 'Content-Type': 'application/json', ...headers });
      response.end(JSON.stringify({ method, url, headers: asked, body }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}`, [Symbol.asyncDispose]: () => stop(server) };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
