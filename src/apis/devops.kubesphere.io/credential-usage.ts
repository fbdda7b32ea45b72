import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api-error.js';
import { digString, encodeCompact, type JsonObject } from '../../core/json.js';
import { annotation } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { jobsOf, type Job } from './jenkins/jobs.js';
import { runsOf } from './jenkins/runs.js';

/** What Jenkins' plugins call the types of credentials. */
const types: Readonly<Record<string, string>> = {
  'credential.devops.kubesphere.io/basic-auth': 'username_password',
  'credential.devops.kubesphere.io/ssh-auth': 'ssh',
  'credential.devops.kubesphere.io/secret-text': 'secret_text',
  'credential.devops.kubesphere.io/kubeconfig': 'kubeconfig',
};

/** `GET /devops/{devops}/credentials/{credential}/usage`: a credential, and which runs may have used it. @throws ApiError 500 */
export function credentialUsage(context: RequestContext): Reply {
  const { devops = '', credential = '' } = context.params;
  const secret = context.cluster.store.find({ group: '', plural: 'secrets' }, devops, credential)?.object;
  const type = types[digString(secret, 'type')];
  // Whatever Jenkins refuses is an internal error here, its status being all the text there is.
  if (secret === undefined || type === undefined)
    throw new ApiError(500, 'InternalError', '404', { dialect: 'text' });
  const description = annotation(secret, 'kubesphere.io/description') ?? '';
  return json({
    id: credential,
    type,
    fingerprint: fingerprintOf(context, devops, credential),
    ...(description !== '' && { description }),
    domain: '_',
  });
}

/** Who has used a credential: pipelines that name it, by their runs. */
export function fingerprintOf(context: RequestContext, project: string, credential: string): JsonObject {
  const usage = jobsOf(context, project)
    .filter((job) => names(job, credential))
    .flatMap((job): JsonObject[] => {
      const numbers = runsOf(context, job).map(({ id }) => Number(id));
      if (numbers.length === 0) return [];
      const range = { start: Math.min(...numbers), end: Math.max(...numbers) + 1 };
      return [{ name: `${job.project}/${job.name}`, ranges: { ranges: [range] } }];
    });
  return {
    file_name: credential,
    hash: createHash('md5').update(`${project}/${credential}`).digest('hex'),
    ...(usage.length > 0 && { usage }),
  };
}

function names({ object }: Job, credential: string): boolean {
  const text = encodeCompact(object['spec'] ?? {});
  return [`'${credential}'`, `\\"${credential}\\"`, `"${credential}"`].some((one) => text.includes(one));
}
