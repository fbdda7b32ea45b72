import { packageNamespace, repoNameLabel, uploadRepo } from '../../../core/app-store-keys.js';
import { digString } from '../../../core/json.js';
import { label } from '../../../core/kube-object.js';
import { fetchBytes } from '../../../charts/fetch.js';
import { credentialOf } from '../../../charts/repo-credential.js';
import type { RequestContext } from '../../../registry/contract.js';
import { dropFiles, keepFile, keptFile } from '../../../registry/kept-files.js';
import { existing } from '../../../controllers/app-store/store-kind.js';

/** Keeps a package or an attachment; what is kept by that name already stays as it is. */
export function keepPackage(context: RequestContext, name: string, content: Buffer): void {
  keepFile(context, packageNamespace, name, content);
}

/** What is kept by a name. @throws ApiError 404 */
export function keptPackage(context: RequestContext, name: string): Buffer {
  return keptFile(context, packageNamespace, name);
}

/** Takes packages or attachments away; those that are not there are passed over. */
export function dropPackages(context: RequestContext, names: readonly string[]): void {
  dropFiles(context, packageNamespace, names);
}

/**
 * The package of a version: the one uploaded, else from where its repository says.
 *
 * @throws ApiError 404; ChartError when the repository does not give it
 */
export async function packageOf(context: RequestContext, version: string): Promise<Buffer> {
  const found = existing(context, 'applicationversions', version);
  const repoName = label(found, repoNameLabel) ?? '';
  if (repoName === uploadRepo) return keptPackage(context, version);
  const repo = existing(context, 'repos', repoName);
  return fetchBytes(digString(found, 'spec', 'pullUrl'), credentialOf(repo));
}
