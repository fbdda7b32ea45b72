import { describe, expect, test } from 'vitest';
import type { User } from '../../src/core/kube-object.js';
import { releaseNames, type ReleaseName } from '../../src/core/release.js';
import { startFakeKsApiserver } from '../../src/index.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { specsOf } from '../../src/specs/published-specs.js';
import { requestTarget } from './arguments.js';
import { expectedRefusal } from './expected-refusal.js';
import { inParallel } from './in-parallel.js';

interface Asker {
  readonly user: User | undefined;
  readonly token: string;
}

const askers: readonly (readonly [
  who: string,
  releases: readonly ReleaseName[],
  open: (ks: InProcessFake) => Promise<Asker>,
])[] = [
  ['nobody', releaseNames, () => Promise.resolve({ user: undefined, token: '' })],
  [
    'a user without roles',
    releaseNames,
    async (ks) => ({
      user: { name: 'outsider', uid: '', groups: ['system:authenticated'], extra: {} },
      token: (await ks.login('outsider')).access_token,
    }),
  ],
  [
    'a ServiceAccount without bindings',
    ['v4.1'],
    async (ks) => {
      const answer = await fetch(
        `${ks.url}/kapis/kubesphere.io/v1alpha1/namespaces/default/serviceaccounts`,
        {
          method: 'POST',
          headers: { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({
            apiVersion: 'kubesphere.io/v1alpha1',
            kind: 'ServiceAccount',
            metadata: { name: 'powerless', namespace: 'default' },
          }),
        },
      );
      expect(answer.ok, await answer.text()).toBe(true);
      const name = 'kubesphere:serviceaccount:default:powerless';
      return {
        user: { name, uid: '', groups: [], extra: {} },
        token: await ks.serviceAccountToken('default', 'powerless'),
      };
    },
  ],
];

describe.each(askers)('%s', (_, releases, open) => {
  test.for(releases)('is refused as %s refuses, in every operation that is not open', async (release) => {
    await using ks = await startFakeKsApiserver({ release });
    const { user, token } = await open(ks);
    const requests = specsOf(release).operations.flatMap(({ method, path, ...operation }) => {
      const target = requestTarget({ method, path, ...operation }, ks.world.host);
      const expected = expectedRefusal(method, target, user, ks.world);
      return expected === undefined ? [] : [{ method, target, expected }];
    });
    expect(requests.length).toBeGreaterThan(100);
    const problems: string[] = [];
    await inParallel(requests, async ({ method, target, expected }) => {
      const answer = await fetch(ks.url + target, {
        method,
        redirect: 'manual',
        headers: token === '' ? {} : { Authorization: `Bearer ${token}` },
      });
      const text = answer.status < 300 ? '' : (await answer.text()).trim();
      if (answer.status < 300) await answer.body?.cancel();
      const wanted = typeof expected.body === 'string' ? expected.body : JSON.stringify(expected.body);
      if (answer.status !== expected.status || text !== wanted)
        problems.push(
          `${method} ${target}: ${String(answer.status)} ${text.slice(0, 300)} instead of ${wanted}`,
        );
    });
    expect(problems.slice(0, 20).join('\n')).toBe('');
  });
});

const keyed = 'Unauthorized: key is of invalid type';
/** Their audience is a list, which is looked at before the signature is. */
const listed = 'Unauthorized: json: cannot unmarshal array into Go struct field Claims.aud of type string';

/** Tokens of Kubernetes' own ServiceAccounts are signed with another key, in another way; nobody gets to who they are. */
test.for([
  ['v2.1', undefined],
  ['v3.0', listed],
  ['v3.1', listed],
  ['v3.3', keyed],
  ['v3.4', keyed],
  ['v4.1', 'key is of invalid type'],
] as const)('%s knows no ServiceAccount of Kubernetes, whatever is asked', async ([release, message]) => {
  await using ks = await startFakeKsApiserver({ release });
  const account = `${ks.url}/api/v1/namespaces/default/serviceaccounts/default/token`;
  const headers = { Authorization: `Bearer ${await ks.token()}`, 'Content-Type': 'application/json' };
  const issued = await fetch(account, { method: 'POST', headers, body: '{"spec":{}}' });
  const { status } = (await issued.json()) as { status: { token: string } };
  const refusal = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message };
  const wanted =
    message === undefined
      ? '401 Unauthorized'
      : JSON.stringify({ ...refusal, reason: 'Unauthorized', code: 401 });
  const problems: string[] = [];
  let refused = 0;
  await inParallel(specsOf(release).operations, async (operation) => {
    const { method } = operation;
    const target = requestTarget(operation, ks.world.host);
    // The gateway of 2.1 looks at no token where none is needed.
    if (release === 'v2.1' && expectedRefusal(method, target, undefined, ks.world) === undefined) return;
    refused += 1;
    const answer = await fetch(ks.url + target, {
      method,
      redirect: 'manual',
      headers: { Authorization: `Bearer ${status.token}` },
    });
    const text = (await answer.text()).trim();
    if (answer.status !== 401 || text !== wanted)
      problems.push(`${method} ${target}: ${String(answer.status)} ${text.slice(0, 200)}`);
  });
  expect(problems.slice(0, 20).join('\n')).toBe('');
  expect(refused).toBeGreaterThan(200);
});
