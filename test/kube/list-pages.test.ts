import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import type { InProcessFake } from '../../src/kit/fake-ks-apiserver.js';
import { as, namesOf, type Answer, type Asker } from '../support/ask.js';

const maps = '/api/v1/namespaces/pages/configmaps';
/** Nothing puts a ConfigMap back that is deleted. */
const quiet = { controllers: { 'namespace-lifecycle': false } };

/** A namespace with the ConfigMaps a to e, beside what controllers put there. */
async function filled(ks: InProcessFake): Promise<Asker> {
  const asker = await as(ks, 'admin');
  await asker.send('POST', '/api/v1/namespaces', { metadata: { name: 'pages' } });
  await asker.send('DELETE', `${maps}/kube-root-ca.crt`);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await asker.send('POST', maps, { metadata: { name } });
  for (const name of namesOf(await asker.get(maps)).filter((one) => one.length > 1))
    await asker.send('DELETE', `${maps}/${name}`);
  return asker;
}

function tokenOf({ json }: Answer): string {
  return (json.metadata as { continue?: string }).continue ?? '';
}

const versionOf = ({ json }: Answer): unknown => json.metadata['resourceVersion'];

test('every page shows what was there when the list began', async () => {
  await using ks = await startFakeKsApiserver(quiet);
  const asker = await filled(ks);
  const first = await asker.get(`${maps}?limit=2`);
  const [, ...others] = namesOf(await asker.get(maps)).slice(1);
  await asker.send('DELETE', `${maps}/c`);
  await asker.send('POST', maps, { metadata: { name: 'cc' } });
  await asker.send('PATCH', `${maps}/d`, { data: { x: '1' } }, 'application/merge-patch+json');
  const second = await asker.get(`${maps}?limit=2&continue=${tokenOf(first)}`);
  const third = await asker.get(`${maps}?limit=2&continue=${tokenOf(second)}`);
  expect([...namesOf(second), ...namesOf(third)]).toEqual(others);
  expect([versionOf(second), versionOf(third)]).toEqual([versionOf(first), versionOf(first)]);
  expect(second.json.items[1]?.['data']).toBeUndefined();
  const again = await asker.get(`${maps}?resourceVersion=${String(versionOf(first))}&limit=9`);
  expect(namesOf(again)).toEqual([...namesOf(first), ...others]);
});

test('a page too late is 410, with a token to go on with what is there by now', async () => {
  await using ks = await startFakeKsApiserver({ ...quiet, now: '2026-01-02T03:04:05Z' });
  const asker = await filled(ks);
  const first = await asker.get(`${maps}?limit=2`);
  await asker.send('DELETE', `${maps}/c`);
  await ks.clock.advance('1m');
  await asker.send('DELETE', `${maps}/d`);
  await ks.clock.advance('5m');
  const late = await asker.get(`${maps}?limit=2&continue=${tokenOf(first)}`);
  expect([late.status, late.json['reason'], late.json['message']]).toEqual([
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
  ]);
  expect(namesOf(await asker.get(`${maps}?limit=9&continue=${tokenOf(late)}`))).toEqual(['e']);
  const exact = await asker.get(
    `${maps}?resourceVersionMatch=Exact&resourceVersion=${String(versionOf(first))}`,
  );
  expect([exact.status, exact.json['message']]).toEqual([
    410,
    'The resourceVersion for the provided list is too old.',
  ]);
});

test('any version will do: everything at once, whatever the limit', async () => {
  await using ks = await startFakeKsApiserver(quiet);
  const all = await (await filled(ks)).get(`${maps}?limit=2&resourceVersion=0`);
  expect([namesOf(all).length, tokenOf(all)]).toEqual([5, '']);
});

const token = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test.for([
  [`?continue=x`, 400, 'continue key is not valid: unexpected end of JSON input'],
  [
    `?continue=${token({ v: 'v2', rv: 1, start: 'a' })}`,
    400,
    'continue key is not valid: server does not recognize this encoded version "v2"',
  ],
  [
    `?continue=${token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' })}`,
    400,
    'continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [
    `?resourceVersion=1&continue=${token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a' })}`,
    400,
    'specifying resource version is not allowed when using continue',
  ],
  [
    '/a?resourceVersion=x',
    400,
    'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
  ],
  ['/a?resourceVersion=999999999999', 504, undefined],
] as const)('%s is refused', async ([query, status, message]) => {
  await using ks = await startFakeKsApiserver(quiet);
  const answer = await (await as(ks, 'admin')).get(`/api/v1/namespaces/default/configmaps${query}`);
  expect(answer.status).toBe(status);
  if (message !== undefined) expect(answer.json['message']).toBe(message);
});
