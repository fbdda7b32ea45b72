import { internalError } from '../../core/api-error.js';
import { helmPackageNamespace } from '../../core/app-store-keys.js';
import { digArray, digString } from '../../core/json.js';
import { fetchBytes } from '../../charts/fetch.js';
import { credentialOf } from '../../charts/repo-credential.js';
import { packageUrl } from '../../charts/repo-index.js';
import { unpackArchive } from '../../charts/unpack-archive.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { keptFile } from '../../registry/kept-files.js';
import { json } from '../../registry/reply.js';
import { isService, orInternal } from './failures.js';
import { versionAnywhere } from './store.js';

/** `GET …/versions/{version}/package`. */
export function getPackage(context: RequestContext): Promise<Reply> {
  const { app = '', version = '' } = context.params;
  return orInternal(async () => {
    const { content } = await packageOf(context, version);
    return json({ app_id: app, package: content.toString('base64'), version_id: version });
  });
}

/** `GET …/versions/{version}/files`: all of them, of OpenPitrix those `files` names. */
export function getFiles(context: RequestContext): Promise<Reply> {
  const { version = '' } = context.params;
  return orInternal(async () => {
    const { content, chart } = await packageOf(context, version);
    const asked = isService(context) ? (context.query.get('files') ?? '').split(',') : [''];
    const files = (await unpackArchive(content))
      .map(
        ({ name, data }) =>
          [isService(context) ? name : trimmed(name, chart), data.toString('base64')] as const,
      )
      .filter(([name]) => asked.includes('') || asked.includes(name))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return json({ files: Object.fromEntries(files), version_id: version });
  });
}

/** A file's name as KubeSphere cuts it: not the chart's name is taken away at its start, but all characters of it. */
function trimmed(name: string, chart: string): string {
  let at = 0;
  while (at < name.length && `${chart}/`.includes(name.charAt(at))) at += 1;
  return name.slice(at);
}

/** The package of a version, from where it is kept or where its repository says. @throws ApiError 500; ChartError */
async function packageOf(
  context: RequestContext,
  id: string,
): Promise<{ readonly content: Buffer; readonly chart: string }> {
  const { object, offer } = versionAnywhere(context, id);
  const chart = digString(object, 'spec', 'name');
  if (offer === undefined) return { content: uploaded(context, id), chart };
  const urls = digArray(object, 'spec', 'urls').filter((url) => typeof url === 'string');
  if (urls.length === 0) throw internalError('invalid chart spec');
  const url = packageUrl(digString(offer.repo, 'spec', 'url'), { urls });
  return { content: await fetchBytes(url, credentialOf(offer.repo)), chart };
}

function uploaded(context: RequestContext, id: string): Buffer {
  try {
    return keptFile(context, helmPackageNamespace, id);
  } catch {
    throw internalError('download file failed');
  }
}
