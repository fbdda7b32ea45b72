import { expect, test } from 'vitest';
import { catalogOf } from '../../src/apis/catalog-of.js';
import { inRange, releaseNames, type ReleaseName } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/index.js';
import { hasNoPage } from '../../src/specs/never-served.js';
import { specsOf } from '../../src/specs/published-specs.js';
import { requestTarget } from './arguments.js';
import { inParallel } from './in-parallel.js';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** Where the server has other methods than its document says, and what they are; none: the path is gone. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  // Renamed in 4.1.3; the document is that of 4.1.2.
  'v4.1 /kapis/config.kubesphere.io/v1alpha2/configs/theme': ['GET', 'PUT'],
  'v3.4 /kapis/iam.kubesphere.io/v1alpha2/login': [],
};

/** What go-restful's router says; older ones do not say what is allowed. */
function refusalOfRouter(release: ReleaseName, allowed: readonly string[]): string {
  const named = inRange(release, { since: 'v3.1' }) ? [...allowed].sort().join(', ') : '';
  return `405 text/plain; charset=utf-8 [${named}] 405: Method Not Allowed`;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', DELETE: 'delete', OPTIONS: '' };

/** What Kubernetes says where a definition describes the kind, or of a list of what there is. */
function refusalOfKubernetes(method: string, path: string): string | undefined {
  const [, , group = '', , plural, name, part] = path.split('/');
  if (plural === undefined || plural === '')
    return statusText(
      405,
      'MethodNotAllowed',
      'the server does not allow this method on the requested resource',
      {},
    );
  // A name in the path of what is created is not looked at.
  if (method === 'POST' && name !== undefined && part === undefined) return undefined;
  if (name === undefined && (method === 'PUT' || method === 'PATCH'))
    return statusText(400, 'BadRequest', 'name must be provided');
  const told = `${verbs[method] ?? ''} is not supported on resources of kind "${plural}.${group}"`;
  return statusText(405, 'MethodNotAllowed', told, { group, kind: plural });
}

function statusText(code: number, reason: string, message: string, details?: object): string {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason };
  return `${String(code)} application/json [] ${JSON.stringify({ ...status, ...(details && { details }), code })}\n`;
}

test.for(releaseNames)(
  'every path %s publishes refuses what nobody published there as its router does',
  { timeout: 60_000 },
  async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const headers = { Authorization: `Bearer ${await ks.token()}` };
    const specs = specsOf(release);
    const places = new Map(
      specs.operations.map((operation) => {
        const target = requestTarget(operation, ks.world.host);
        return [target.replace(/\?.*/, ''), target] as const;
      }),
    );
    const problems: string[] = [];
    let refused = 0;
    await inParallel(places, async ([path, target]) => {
      const allowed = otherwise[`${release} ${path}`] ?? specs.methodsAt(decodeURI(path));
      if (allowed.length === 0) return;
      for (const method of methods) {
        if (allowed.includes(method)) continue;
        const stop = new AbortController();
        const { signal } = stop;
        const answer = await fetch(ks.url + target, { method, headers, redirect: 'manual', signal });
        if (path.includes('/watch/')) {
          // A watch is one whatever the method.
          if (answer.status !== 200) problems.push(`${method} ${path}: ${String(answer.status)}`);
          stop.abort();
          continue;
        }
        refused += 1;
        const names = (answer.headers.get('Allow') ?? '').split(', ').sort().join(', ');
        const type = answer.headers.get('Content-Type') ?? '';
        const got = `${String(answer.status)} ${type} [${names}] ${await answer.text()}`;
        const wanted = hasNoPage(method, path, catalogOf(release))
          ? '404 text/plain; charset=utf-8 [] 404 page not found\n'
          : path.startsWith('/apis')
            ? refusalOfKubernetes(method, path)
            : refusalOfRouter(release, allowed);
        if (wanted === undefined) continue;
        if (got !== wanted) problems.push(`${method} ${path}: ${got.slice(0, 200)} instead of ${wanted}`);
      }
    });
    expect(problems.join('\n')).toBe('');
    expect(refused).toBeGreaterThan(300);
  },
);
