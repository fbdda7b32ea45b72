import { isJsonObject, type Json, type JsonObject } from '../../../src/core/json.js';
import type { ErrorDialect } from '../../../src/core/api-error.js';
import { inRange, type ReleaseName, type ReleaseRange } from '../../../src/core/release.js';

/** Where a refusal comes from, and the forms it may have there. */
interface Family extends ReleaseRange {
  readonly path: RegExp;
  /** Absent: all. */
  readonly statuses?: readonly number[];
  readonly dialects: readonly ErrorDialect[];
}

/**
 * The first row that a path and release fit counts; a path that none fits may answer as it likes. Those who look at tokens and
 * rights, and what is not imitated, answer a Status everywhere; clusters that cannot be reached an ErrStatus.
 */
const families: readonly Family[] = [
  // The gateway of 2.1 speaks plain text, and so does a panic.
  { path: /^\/k?apis?\//, until: 'v2.1', statuses: [401, 403, 500], dialects: ['text', 'status', 'message'] },
  { path: /^\/apis\/account\.kubesphere\.io\//, until: 'v2.1', dialects: ['message'] },
  // What passes requests on to members speaks plain text before 4.1.
  {
    path: /^\/(apis?\/)?clusters\//,
    until: 'v3.4',
    statuses: [400, 500],
    dialects: ['text', 'status', 'errStatus', 'router'],
  },
  // Groups that are not there have no kind to answer with, and paths that cannot be read are nobody's.
  { path: /^\/apis?(\/|$)/, statuses: [404], dialects: ['status', 'text'] },
  { path: /^\/apis?(\/|$)/, statuses: [400], dialects: ['status', 'errStatus', 'router'] },
  { path: /^\/apis?(\/|$)/, dialects: ['status', 'errStatus'] },
  { path: /^\/(oauth|\.well-known)\//, dialects: ['oauth', 'text', 'router', 'status'] },
  {
    path: /^\/kapis\/iam\.kubesphere\.io\/v1alpha2\/login$/,
    dialects: ['oauth', 'text', 'message', 'router', 'status'],
  },
  {
    path: /^\/kapis\/devops\.kubesphere\.io\//,
    until: 'v2.1',
    dialects: ['message', 'serviceError', 'router', 'status'],
  },
  { path: /^\/kapis\//, until: 'v2.1', dialects: ['message', 'router', 'status'] },
  {
    path: /^\/kapis\/(resources|operations|monitoring|metering|tenant|iam)\.kubesphere\.io\//,
    dialects: ['text', 'message', 'router', 'status', 'errStatus'],
  },
  { path: /^\/kapis\/[\w.]+\.kubesphere\.io\//, dialects: ['text', 'router', 'status', 'errStatus'] },
];

/** What came instead of a success. */
export interface Refused {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

/** What is wrong with the form of a refusal, at a path of a release; `undefined` when nothing is. */
export function dialectProblem(path: string, release: ReleaseName, refused: Refused): string | undefined {
  const family = families.find(
    (one) => one.path.test(path) && inRange(release, one) && one.statuses?.includes(refused.status) !== false,
  );
  if (family === undefined) return undefined;
  const found = dialectOf(refused);
  if (typeof found === 'object') return found.problem;
  if (found === undefined || family.dialects.includes(found)) return undefined;
  return `a refusal in the form "${found}", where only ${family.dialects.join(', ')} are spoken`;
}

function dialectOf({ status, contentType, text }: Refused): ErrorDialect | { problem: string } | undefined {
  if (contentType.startsWith('text/plain')) {
    if (text === '') return { problem: 'a refusal without a word' };
    return text.endsWith('\n') ? 'text' : 'router';
  }
  // Other encodings of a Status.
  if (!contentType.startsWith('application/json')) return undefined;
  const body = parsed(text);
  // Nobody's userinfo is refused by the code alone.
  if (body === 'login_required') return 'oauth';
  if (!isJsonObject(body)) return { problem: `a refusal that is no object: ${text.slice(0, 60)}` };
  if (isJsonObject(body['ErrStatus'])) return coded(body['ErrStatus'], status, 'errStatus');
  if (body['kind'] === 'Status') return coded(body, status, 'status');
  if (typeof body['error'] === 'string') return 'oauth';
  if (typeof body['Message'] === 'string')
    return body['Code'] === status ? 'serviceError' : { problem: `Code ${JSON.stringify(body['Code'])}` };
  // An error whose Go type shows nothing.
  if (Object.keys(body).length === 0) return 'message';
  if (typeof body['message'] === 'string' && Object.keys(body).length === 1) return 'message';
  return { problem: `a refusal in no known form: ${text.slice(0, 100)}` };
}

function coded(
  body: JsonObject,
  status: number,
  dialect: ErrorDialect,
): ErrorDialect | { readonly problem: string } {
  if (body['code'] !== status)
    return { problem: `a Status of ${JSON.stringify(body['code'])} in an answer of ${String(status)}` };
  if (body['status'] !== 'Failure')
    return { problem: `a refusal that is called ${JSON.stringify(body['status'])}` };
  return typeof body['message'] === 'string' ? dialect : { problem: 'a Status without a message' };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
