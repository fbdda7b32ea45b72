import { ApiError, badRequest, verbNotSupported } from '../core/api-error.js';
import { encodeCompact, encodeIndented, type Json } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { jsonType } from '../registry/reply.js';
import { pageAsked, type PageAsked } from './cut-page.js';
import { documentedSuccess } from './documented-success.js';
import { hasNoPage, isNeverServed } from './never-served.js';
import type { OperationMatch, SpecIndex } from './spec-index.js';

/** Answers kept for each set of documents, so that asking again costs nothing; servers with the same ones share them. */
const remembered = 1000;
const answersOf = new WeakMap<SpecIndex, Map<string, Reply>>();
const verbs: Readonly<Record<string, string>> = { POST: 'create', DELETE: 'delete' };
/** What members of 4.1 do not have, though they share the document of the host. */
const hostOnly = new Set(
  ['oauth', 'theme'].map((name) => `/kapis/config.kubesphere.io/v1alpha2/configs/${name}`),
);
/** What the journal says of an answer that was made up. */
export const generatedNote = 'generated from the published schema: nothing behind it is stored';

/**
 * Answers what nothing else here serves, where a published document of the release names it: with a body made up from the
 * schema, marked by the header `X-Fake-Ks-Generated` and a note in the journal.
 *
 * @param refusal What the request would be refused with: an unknown path or method, or a 501
 * @param specs The documents of the server
 * @returns `undefined` when the refusal stands
 * @throws ApiError 405 where the documents know the path, but not the method
 */
export function generatedAnswer(
  context: RequestContext,
  refusal: ApiError,
  specs: SpecIndex,
): Reply | undefined | Promise<Reply> {
  const { method, info, query, world, entry, release } = context;
  const isHost = context.cluster.isHost && world.settings.multicluster.clusterRole === 'host';
  const isMember = !isHost && inRange(release.name, { since: 'v4.1' });
  if (isMember && hostOnly.has(info.localPath)) return undefined;
  const match = specs.find(method, info.localPath);
  if (match === undefined) {
    if (hasNoPage(method, info.localPath, context.catalog)) return undefined;
    const methods = refusal.code === 404 ? specs.methodsAt(info.localPath) : [];
    if (methods.length > 0) throw methodNotAllowed(methods, context);
    return undefined;
  }
  if (isNeverServed(release.name, method, match.operation.path, context.catalog)) return undefined;
  // Who refuses one case of an operation, and says which, is taken at its word.
  const isWhole = refusal.message.endsWith(`${method} ${info.path}`);
  if (refusal.code === 501 && !(isWhole && isPlainRead(match))) return undefined;
  let answers = answersOf.get(specs);
  if (answers === undefined) answersOf.set(specs, (answers = new Map<string, Reply>()));
  const about = `${release.name} ${method} ${info.cluster} ${info.localPath} ${world.random.seed}`;
  // Kubernetes cuts lists with tokens, and may send more than is asked for.
  const page = info.isKubernetesRequest ? undefined : pageAsked(query);
  const key = page === undefined ? about : `${about} ${String(page.offset)}+${String(page.limit)}`;
  world.journal.note(entry, generatedNote);
  return answers.get(key) ?? remember(answers, key, match, hashOf(about), page);
}

/** Nothing is awaited for an answer that was given before. */
async function remember(
  answers: Map<string, Reply>,
  key: string,
  match: OperationMatch,
  seed: number,
  page: PageAsked | undefined,
): Promise<Reply> {
  const [{ generateSync }, { generateBody }] = await Promise.all([
    import('json-schema-faker'),
    import('./generate-body.js'),
  ]);
  const reply = replyWith(generateBody(match, seed, generateSync, page), match);
  if (answers.size >= remembered) answers.clear();
  answers.set(key, reply);
  return reply;
}

/** Writes that say they cannot be done stay refused: pretending they were would mislead. */
function isPlainRead({ operation }: OperationMatch): boolean {
  return operation.method === 'GET' && documentedSuccess(operation).schema !== undefined;
}

function replyWith(body: Json, { operation }: OperationMatch): Reply {
  const isNative = operation.path.startsWith('/apis');
  const { status } = documentedSuccess(operation);
  const headers = { 'X-Fake-Ks-Generated': 'true' };
  if (status === 204 || status === 205) return { status, headers };
  return {
    status,
    contentType: jsonType,
    headers,
    body: isNative ? `${encodeCompact(body)}\n` : encodeIndented(body, 1),
  };
}

function methodNotAllowed(methods: readonly string[], { release, info, method }: RequestContext): ApiError {
  if (info.isKubernetesRequest) {
    // Of the path itself: to KubeSphere a workspace is where something is.
    const [, , group = '', , plural = '', name = ''] = info.localPath.split('/');
    if (name === '' && (method === 'PUT' || method === 'PATCH')) return badRequest('name must be provided');
    return verbNotSupported(verbs[method] ?? '', group, plural);
  }
  const headers = inRange(release.name, { since: 'v3.1' }) ? { Allow: methods.join(', ') } : undefined;
  return new ApiError(405, '', '405: Method Not Allowed', { dialect: 'router', ...(headers && { headers }) });
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
