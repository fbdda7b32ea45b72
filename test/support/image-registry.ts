import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An image registry with one image, `shop/web:1.0` for two platforms, and a Git server with one repository. */
export interface ImageRegistry extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  /** What was asked of it, as method and path. */
  readonly asked: readonly string[];
}

/** How who asks is known: `bearer` and `basic` want the name `ann` with the password `secret`. */
export type RegistryAuth = 'none' | 'basic' | 'bearer';

const config = Buffer.from(
  JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2024-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin'], Cmd: ['web'], Labels: { maintainer: 'ann' } },
    rootfs: { type: 'layers', diff_ids: [] },
  }),
);
const digestOf = (bytes: Buffer): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const manifest = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
    config: { mediaType: 'x', size: config.length, digest: digestOf(config) },
    layers: [],
  }),
);
const index = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      { digest: `sha256:${'0'.repeat(64)}`, platform: { os: 'linux', architecture: 'arm64' } },
      { digest: digestOf(manifest), platform: { os: 'linux', architecture: 'amd64' } },
    ],
  }),
);
const references = '001e# service=git-upload-pack\n0000003f' + `${'a'.repeat(40)} refs/heads/master\n0000`;

/** Starts a registry on a free port. */
export async function startImageRegistry(auth: RegistryAuth): Promise<ImageRegistry> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    answer(request, response, auth, address);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    address,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function answer(
  { url = '', headers }: IncomingMessage,
  response: ServerResponse,
  auth: RegistryAuth,
  address: string,
): void {
  const say = (status: number, body: Buffer | string, more: Record<string, string> = {}): void => {
    response.writeHead(status, more).end(body);
  };
  const login = `Basic ${Buffer.from('ann:secret').toString('base64')}`;
  const problem = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] });
  if (url.startsWith('/token')) {
    if (headers.authorization === login) say(200, JSON.stringify({ token: 'good' }));
    else say(401, problem('UNAUTHORIZED', 'incorrect username or password'));
    return;
  }
  const wanted = { none: undefined, basic: login, bearer: 'Bearer good' }[auth];
  const challenge =
    auth === 'basic' ? 'Basic realm="r"' : `Bearer realm="http://${address}/token",service="reg"`;
  if (wanted !== undefined && headers.authorization !== wanted) {
    say(401, problem('UNAUTHORIZED', 'authentication required'), { 'WWW-Authenticate': challenge });
    return;
  }
  const paths: Readonly<Record<string, Buffer | string>> = {
    '/v2/': '{}',
    '/v2/shop/web/tags/list?n=1000': JSON.stringify({ name: 'shop/web', tags: ['0.9', '1.0'] }),
    '/v2/shop/web/manifests/1.0': headers.accept?.includes('index') === true ? index : manifest,
    [`/v2/shop/web/manifests/${digestOf(manifest)}`]: manifest,
    [`/v2/shop/web/blobs/${digestOf(config)}`]: config,
    '/api/v2.0/search?q=web': JSON.stringify({ repository: [{ repository_name: 'shop/web' }] }),
    '/web.git/info/refs?service=git-upload-pack': references,
    '/page/info/refs?service=git-upload-pack': '<html>',
  };
  const body = Object.hasOwn(paths, url) ? paths[url] : undefined;
  if (body !== undefined) say(200, body);
  else if (url.includes('/manifests/')) say(404, problem('MANIFEST_UNKNOWN', 'manifest unknown'));
  else say(404, '');
}
