import { internalError } from '../../core/api-error.js';
import { helmPackageNamespace } from '../../core/app-store-keys.js';
import { digString, type JsonObject } from '../../core/json.js';
import { loadChart, type ChartMetadata } from '../../charts/load-chart.js';
import { ChartError } from '../../charts/chart-error.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { decodeBytes } from '../../registry/decode-bytes.js';
import { keepFile } from '../../registry/kept-files.js';
import { json } from '../../registry/reply.js';
import { present } from './answers/members.js';

/** Bytes a package or attachment may have, as there is no object store. */
const sizeLimit = 1024 * 1024;

/** A package that was sent, and what its chart says of itself. */
export interface SentPackage {
  readonly content: Buffer;
  readonly metadata: ChartMetadata;
}

/** Reads the package a body carries. @throws ApiError 400 for what is no base64; ChartError */
export async function readPackage(body: JsonObject, key: string): Promise<SentPackage> {
  const content = decodeBytes(digString(body, key));
  return { content, metadata: (await loadChart(content)).metadata };
}

/**
 * Refuses what is too large to be kept.
 *
 * Differs from KubeSphere: its object store takes packages and attachments of any size.
 *
 * @param failure What the server says when its object store does not take it.
 * @throws ApiError 500 above 1 MiB
 */
export function assertFits(content: Buffer, failure: string): void {
  if (content.length > sizeLimit) throw internalError(failure);
}

/** Keeps a package or an attachment. */
export function keepContent(context: RequestContext, id: string, content: Buffer): void {
  keepFile(context, helmPackageNamespace, id, content);
}

/** Problems of a chart that are told of one of its files, as OpenPitrix does. @see matchPackageFailedError */
const ofFiles: readonly (readonly [text: RegExp, file: string, detail: string])[] = [
  [/^(chart yaml not in base directory|Chart\.yaml file is missing)/, 'Chart.yaml', 'not found'],
  [/chart\.metadata\.name is required/, 'Chart.yaml', 'package name must not be empty'],
];

/**
 * `validate=true` of an upload: what is in the package, or what is wrong with it.
 *
 * @throws ApiError 400, 500 for nothing at all
 */
export async function validatePackage(body: JsonObject, key: string): Promise<Reply> {
  try {
    const { name, version, appVersion, description } = (await readPackage(body, key)).metadata;
    return json(
      present({
        description,
        name,
        version_name: appVersion === '' ? version : `${version} [${appVersion}]`,
      }),
    );
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    if (error.message === 'EOF') throw internalError('package parse failed');
    const known = ofFiles.find(([text]) => text.test(error.message));
    if (known !== undefined) return json({ error_details: { [known[1]]: known[2] } });
    const text = error.message.startsWith('no files in chart archive')
      ? 'no files in package'
      : error.message;
    return json({ error: text });
  }
}
