import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { ApiError } from '../../core/api-error.js';
import { encodeCompact, type JsonObject } from '../../core/json.js';
import { packageFile } from '../../core/package-file.js';
import { inRange, type ReleaseName } from '../../core/release.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { textType } from '../../registry/reply.js';
import { remember } from './remember.js';
import { toOpenapi3 } from './to-openapi-3.js';

/**
 * What KubeSphere says of its own API: since 4.1, and as a text.
 *
 * @throws ApiError 404 before, as for every path outside of `/kapis`
 * @see kubesphere/kubesphere pkg/apiserver/apiserver.go
 */
export function ownDocument({ release, headers }: RequestContext, form: 'v2' | 'v3'): Reply {
  if (!inRange(release.name, { since: 'v4.1' }))
    throw new ApiError(404, 'NotFound', '404 page not found', { dialect: 'text' });
  const zipped = String(headers['accept-encoding'] ?? '').includes('gzip');
  const plain = remember(`own ${form} ${release.name}`, () => {
    const document = published(release.name);
    return Buffer.from(encodeCompact(form === 'v2' ? document : toOpenapi3(document)));
  });
  return {
    status: 200,
    contentType: textType,
    headers: { Vary: 'Accept-Encoding', ...(zipped && { 'Content-Encoding': 'gzip' }) },
    body: zipped ? remember(`own ${form} ${release.name} gzip`, () => gzipSync(plain)) : plain,
  };
}

function published(release: ReleaseName): JsonObject {
  const text = readFileSync(packageFile(`fixtures/specs/kubesphere-${release}.json`), 'utf8');
  const BearerToken = { type: 'apiKey', name: 'Authorization', in: 'header' };
  return { ...(JSON.parse(text) as JsonObject), securityDefinitions: { BearerToken } };
}
