import { createHash } from 'node:crypto';
import { ApiError, badRequest } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { readMultipart } from '../../registry/read-multipart.js';

/** Where the world keeps them; no URL leads there. */
const images = { group: 'static.fake-ks-apiserver', plural: 'images' };

/** Media types by extension: the formats taken. */
const formats: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.ico': 'image/x-icon',
};
const sizeLimit = 2 * 1024 * 1024;
const day = 24 * 60 * 60 * 1000;

/** `POST /static/images`: keeps a picture under the MD5 of its bytes. */
export function uploadImage({ headers, body, cluster }: RequestContext): Reply {
  const contentType = headers['content-type'];
  const parts = parsed(() =>
    readMultipart(typeof contentType === 'string' ? contentType : '', body ?? Buffer.alloc(0)),
  );
  const file = parts.find(({ name, filename }) => name === 'image' && filename !== undefined);
  if (file?.filename === undefined) throw badRequest('invalid form data');
  if (file.content.length > sizeLimit) throw unparsable('http: request body too large');
  const extension = extensionOf(file.filename);
  if (!Object.hasOwn(formats, extension)) throw badRequest('the provided file format is not allowed');
  const name = createHash('md5').update(file.content).digest('hex') + extension;
  if (cluster.store.find(images, undefined, name) === undefined) {
    const metadata = { name };
    cluster.store.load(images, {
      kind: 'Image',
      apiVersion: images.group,
      metadata,
      data: file.content.toString('base64'),
    });
  }
  return json({ image: name });
}

/** `GET /static/images/{file}`: the bytes, to be kept for a day. */
export function getImage({ cluster, params, world }: RequestContext): Reply {
  const name = params['file'] ?? '';
  const found = cluster.store.find(images, undefined, name)?.object;
  if (found === undefined) throw new ApiError(404, 'NotFound', `image ${name} not found`);
  return {
    status: 200,
    contentType: formats[extensionOf(name)] ?? 'application/octet-stream',
    headers: {
      'Cache-Control': 'public, max-age=86400',
      Expires: new Date(world.clock.now() + day).toUTCString().replace('GMT', 'UTC'),
    },
    body: Buffer.from(digString(found, 'data'), 'base64'),
  };
}

function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ApiError ? unparsable(error.message) : error;
  }
}

function unparsable(why: string): ApiError {
  return badRequest(`failed to parse multipart form: ${why}`);
}

function extensionOf(filename: string): string {
  const dot = filename.lastIndexOf('.');
  return dot === -1 ? '' : filename.slice(dot).toLowerCase();
}
