import { InputError } from '../core/input-error.js';
import { digString, isJsonObject } from '../core/json.js';
import { inRange, type ReleaseName } from '../core/release.js';
import type { FakeKsApiserver } from './fake-ks-apiserver.js';

/** Where kinds of things a kubeconfig names are found; 2.1 has no users there, and is not asked. */
const places = [
  ['cluster', () => '/apis/cluster.kubesphere.io/v1alpha1/clusters'],
  [
    'user',
    (release: ReleaseName) =>
      `/apis/iam.kubesphere.io/${inRange(release, { since: 'v4.1' }) ? 'v1beta1' : 'v1alpha2'}/users`,
  ],
] as const;

/**
 * Refuses to go on with users and clusters a running server says it does not know.
 *
 * @param given Names, by `user` and `cluster`.
 * @throws InputError that names them
 */
export async function refuseUnknown(ks: FakeKsApiserver, given: ReadonlyMap<string, string>): Promise<void> {
  const problems: string[] = [];
  for (const [flag, placeIn] of places) {
    const name = given.get(flag);
    if (name === undefined || (flag === 'cluster' && name === 'host')) continue;
    const response = await fetch(`${ks.url}${placeIn(ks.release)}/${encodeURIComponent(name)}`, {
      headers: { Authorization: `Bearer ${await ks.token()}` },
    });
    const answer: unknown =
      response.status === 404 ? await response.json().catch(() => undefined) : undefined;
    if (isJsonObject(answer) && digString(answer, 'details', 'name') === name)
      problems.push(`--${flag}: the server knows no ${flag} "${name}"`);
  }
  if (problems.length > 0) throw new InputError(problems);
}
