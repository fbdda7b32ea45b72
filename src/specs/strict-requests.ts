import { badRequest } from '../core/api-error.js';
import type { RequestContext } from '../registry/contract.js';
import { requestProblems } from './check-request.js';
import type { PublishedSpecs } from './published-specs.js';

/** Refuses requests that do not fit the published documents. @returns what throws ApiError 400 for such a request */
export function strictRequests(specs: PublishedSpecs): (context: RequestContext) => undefined {
  return ({ method, info, query, headers, body, entry, world }) => {
    const match = specs.index.find(method, info.localPath);
    if (match === undefined) return undefined;
    const contentType = headers['content-type'];
    const type = typeof contentType === 'string' ? contentType : '';
    const problems = requestProblems(match, { query, contentType: type, body });
    if (problems.length === 0) return undefined;
    for (const problem of problems) world.journal.note(entry, problem);
    const dialect = info.isKubernetesRequest ? 'status' : 'text';
    throw badRequest(problems.join('\n'), { dialect });
  };
}
