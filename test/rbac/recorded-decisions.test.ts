import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { kubesphereResources } from '../../src/apis/kubesphere-resources.js';
import { nativeResources } from '../../src/apis/native-resources.js';
import type { User } from '../../src/core/kube-object.js';
import type { WorldDocument } from '../../src/core/options.js';
import { digArray, type JsonObject } from '../../src/core/json.js';
import { parseRequestInfo } from '../../src/core/request-info.js';
import { attributesOf } from '../../src/rbac/access-attributes.js';
import { forbidden } from '../../src/rbac/forbidden.js';
import { statusReply } from '../../src/http/status-reply.js';
import { isAllowedPath } from '../../src/rbac/allowed-paths.js';
import { evaluate } from '../../src/rbac/evaluate.js';
import { Catalog } from '../../src/registry/catalog.js';
import { releases } from '../../src/releases/index.js';
import { buildWorld } from '../../src/worlds/build-world.js';

interface Recorded {
  readonly id: string;
  readonly group: string;
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
  readonly sequence?: string;
  readonly requestHeaders?: Readonly<Record<string, string>>;
}

const recordings = new URL('../../../shared/golden/', import.meta.url);

function userOf(as: string, world: WorldDocument, isOf4: boolean): User | undefined {
  if (as === 'anonymous')
    return { name: 'system:anonymous', uid: '', groups: ['system:unauthenticated'], extra: {} };
  const [, namespace, account] = /^sa:(.*)\/(.*)$/.exec(as) ?? [];
  if (account !== undefined) {
    return {
      name: `kubesphere:serviceaccount:${namespace ?? ''}:${account}`,
      uid: '',
      groups: [],
      extra: {},
    };
  }
  if (as.startsWith('raw:')) return undefined;
  const object = world.objects.find(
    ({ kind, metadata }) => kind === 'User' && (metadata as JsonObject)['name'] === as,
  );
  const groups = isOf4 ? [] : (digArray(object, 'spec', 'groups') as readonly string[]);
  return { name: as, uid: '', groups: [...groups, 'system:authenticated'], extra: {} };
}

for (const name of ['v4.1', 'v3.4'] as const) {
  const folder = new URL(`${name}/`, recordings);
  describe.skipIf(!existsSync(folder))(`with the recorded world of ${name}`, () => {
    const read = (file: string): unknown => JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    const document = existsSync(folder) ? (read('world.json') as WorldDocument) : { objects: [] };
    const cases = existsSync(folder) ? (read('cases.json') as Recorded[]) : [];
    const release = releases[name];
    const catalog = new Catalog([...nativeResources(), ...kubesphereResources()], name);
    const world = existsSync(folder) ? buildWorld({ world: document }, release, catalog) : undefined;

    test('everyone is refused exactly where the real server refused them, in the same words', async () => {
      const wrong: string[] = [];
      let seen = 0;
      const ready = await world;
      if (ready === undefined) return;
      for (const recorded of cases) {
        const user = userOf(recorded.as, document, name === 'v4.1');
        if (user === undefined || recorded.sequence !== undefined || recorded.status === 401) continue;
        if (recorded.status === 0 || recorded.group === 'negotiation' || recorded.method === 'HEAD') continue;
        const url = new URL(recorded.path, 'http://fake');
        let info;
        try {
          info = parseRequestInfo(
            recorded.method,
            decodeURIComponent(recorded.path.split('?')[0] ?? ''),
            url.searchParams,
            release,
          );
        } catch {
          continue;
        }
        if (info.cluster !== '' && info.cluster !== 'host') continue;
        const allowed = isAllowedPath(info.path, release.allowedPaths);
        const decision = evaluate(attributesOf(info, user), ready, ready.host);
        const refused = !allowed && !decision.allowed;
        const expected = recorded.status === 403 && recorded.body.includes('"reason":"Forbidden"');
        seen += 1;
        const { body } = statusReply(forbidden(info, user, decision.reason, name), {
          release: name,
          accept: '',
          userAgent: recorded.requestHeaders?.['User-Agent'] ?? '',
          pretty: url.searchParams.get('pretty'),
        });
        if (refused !== expected || (refused && body !== recorded.body)) {
          wrong.push(
            `${recorded.id} ${recorded.as} ${recorded.method} ${recorded.path} ${String(recorded.status)} ${recorded.body.slice(0, 300)} ${refused ? JSON.stringify(body) : decision.reason}`,
          );
        }
      }
      expect(wrong).toEqual([]);
      expect(seen).toBeGreaterThan(100);
    });
  });
}
