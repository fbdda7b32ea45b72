import { connect, type Socket } from 'node:net';

/** What a load run saw. */
export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly perSecond: number;
}

/** A request as raw bytes, so that the client costs next to nothing beside the server. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

function render({ method, path, headers, body }: RawRequest): string {
  const lines = [`${method} ${path} HTTP/1.1`, 'Host: bench'];
  for (const [name, value] of Object.entries(headers ?? {})) lines.push(`${name}: ${value}`);
  if (body !== undefined) lines.push(`Content-Length: ${String(Buffer.byteLength(body))}`);
  return `${lines.join('\r\n')}\r\n\r\n${body ?? ''}`;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      resolve(socket);
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
  });
}

/** Sends one request and gives its whole answer, headers included. */
export async function once(port: number, request: RawRequest): Promise<Buffer> {
  const socket = await open(port);
  const chunks: Buffer[] = [];
  socket.write(render({ ...request, headers: { ...request.headers, Connection: 'close' } }));
  for await (const chunk of socket as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The size of a keep-alive answer, learned by waiting until nothing more comes. */
async function answerSize(port: number, text: string): Promise<number> {
  const socket = await open(port);
  let size = 0;
  let head = '';
  await new Promise<void>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    socket.on('data', (chunk: Buffer) => {
      if (head === '') head = chunk.subarray(0, 20).toString('latin1');
      size += chunk.length;
      clearTimeout(timer);
      timer = setTimeout(resolve, 60);
    });
    socket.once('error', reject);
    socket.write(text);
  });
  socket.destroy();
  if (!head.startsWith('HTTP/1.1 200')) throw new Error(`expected 200, got ${head}`);
  return size;
}

/** One connection that keeps a request in flight until told to stop. */
async function drive(port: number, text: string, size: number, stopped: () => boolean): Promise<number> {
  const socket = await open(port);
  return new Promise((resolve, reject) => {
    let answered = 0;
    let left = size;
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => {
      left -= chunk.length;
      while (left <= 0) {
        answered += 1;
        left += size;
        if (stopped()) {
          socket.destroy();
          resolve(answered);
          return;
        }
        socket.write(text);
      }
    });
    socket.write(text);
  });
}

/** Keeps `connections` requests in flight for a while. Answers must all have the same size. */
export async function load(
  port: number,
  request: RawRequest,
  seconds = 2,
  connections = 8,
): Promise<LoadResult> {
  const text = render(request);
  const size = await answerSize(port, text);
  const begin = process.hrtime.bigint();
  const until = begin + BigInt(seconds * 1e9);
  const stopped = (): boolean => process.hrtime.bigint() >= until;
  const counts = await Promise.all(
    Array.from({ length: connections }, () => drive(port, text, size, stopped)),
  );
  const took = Number(process.hrtime.bigint() - begin) / 1e9;
  const requests = counts.reduce((sum, count) => sum + count, 0);
  return { requests, seconds: took, perSecond: requests / took };
}
