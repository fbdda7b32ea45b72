import { ApiError } from '../core/api-error.js';
import { encodeCompact, encodeIndented } from '../core/json.js';
import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { jsonType } from '../registry/reply.js';
import { documentedSuccess } from './answer-schema.js';
import { pageAsked, type PageAsked } from './cut-page.js';
import { generateBody, type FakeValue } from './generate-body.js';
import type { OperationMatch, SpecIndex } from './spec-index.js';

/** Answers kept for each set of documents, so that asking again costs nothing; servers with the same ones share them. */
const remembered = 1000;
const answersOf = new WeakMap<SpecIndex, Map<string, Reply>>();
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
export async function generatedAnswer(
  context: RequestContext,
  refusal: ApiError,
  specs: SpecIndex,
): Promise<Reply | undefined> {
  const { method, info, query, world, entry, release } = context;
  const match = specs.find(method, info.localPath);
  if (match === undefined) {
    const methods = refusal.code === 404 ? specs.methodsAt(info.localPath) : [];
    if (methods.length > 0) throw methodNotAllowed(methods, release.name);
    return undefined;
  }
  // Who refuses one case of an operation, and says which, is taken at its word.
  const isWhole = refusal.message.endsWith(`${method} ${info.path}`);
  if (refusal.code === 501 && !(isWhole && isPlainRead(match))) return undefined;
  let answers = answersOf.get(specs);
  if (answers === undefined) answersOf.set(specs, (answers = new Map<string, Reply>()));
  const about = `${release.name} ${method} ${info.cluster} ${info.localPath} ${world.random.seed}`;
  // Kubernetes cuts lists with tokens, and may send more than is asked for.
  const page = info.isKubernetesRequest ? undefined : pageAsked(query);
  const key = page === undefined ? about : `${about} ${String(page.offset)}+${String(page.limit)}`;
  let reply = answers.get(key);
  if (reply === undefined) {
    const { generateSync } = await import('json-schema-faker');
    reply = makeReply(match, hashOf(about), generateSync, page);
    if (answers.size >= remembered) answers.clear();
    answers.set(key, reply);
  }
  world.journal.note(entry, generatedNote);
  return reply;
}

/** Writes that say they cannot be done stay refused: pretending they were would mislead. */
function isPlainRead({ operation }: OperationMatch): boolean {
  return operation.method === 'GET' && documentedSuccess(operation).schema !== undefined;
}

function makeReply(match: OperationMatch, seed: number, fake: FakeValue, page: PageAsked | undefined): Reply {
  const { operation } = match;
  const body = generateBody(match, seed, fake, page);
  const isNative = operation.path.startsWith('/apis');
  return {
    status: documentedSuccess(operation).status,
    contentType: jsonType,
    headers: { 'X-Fake-Ks-Generated': 'true' },
    body: isNative ? `${encodeCompact(body)}\n` : encodeIndented(body, 1),
  };
}

function methodNotAllowed(methods: readonly string[], release: RequestContext['release']['name']): ApiError {
  const headers = inRange(release, { since: 'v3.1' }) ? { Allow: methods.join(', ') } : undefined;
  return new ApiError(405, '', '405: Method Not Allowed', { dialect: 'router', ...(headers && { headers }) });
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash;
}
