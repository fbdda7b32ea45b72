import { expect } from 'vitest';
import { digString, isJsonObject, type Json } from '../../src/core/json.js';
import type { InProcessFake } from '../../src/index.js';
import { as, type Answer, type Asker } from '../support/ask.js';
import type { Journey, Write } from './journey.js';

/** Lives through a journey, in a world as it was at start. */
export async function liveThrough(ks: InProcessFake, written: Journey): Promise<void> {
  await ks.reset();
  const admin = await as(ks, 'admin');
  let before = '';
  for (const write of written.before ?? []) before = nameIn(await done(admin, write)) ?? before;
  const journey = JSON.parse(JSON.stringify(written).replaceAll('BEFORE', before)) as Journey;
  const counted = await counts(admin, journey);
  const events = journey.watch === undefined ? undefined : await watchFrom(ks, journey.watch);

  const others = journey.seenBy ?? [];
  for (const [user, list, other] of others)
    if (other !== undefined) expect(await holds(await as(ks, user), list, other), list).toBe(false);
  const made = await done(admin, named(journey.create, journey.name ?? 'journey'));
  const name = journey.name ?? nameIn(made) ?? 'journey';
  const isIn = (list: string, asker: Asker = admin): Promise<boolean> =>
    holds(asker, list.replaceAll('NAME', name), name);
  const inAll = async (lists: readonly string[] = [], asker?: Asker): Promise<Record<string, boolean>> =>
    Object.fromEntries(
      await Promise.all(lists.map(async (list) => [list, await isIn(list, asker)] as const)),
    );
  const all = (lists: readonly string[] = [], isThere: boolean): Record<string, boolean> =>
    Object.fromEntries(lists.map((list) => [list, isThere]));
  const seen = async (): Promise<boolean[]> =>
    Promise.all(others.map(async ([user, list, other]) => holds(await as(ks, user), list, other ?? name)));
  const reads = async (): Promise<Answer[]> =>
    Promise.all(journey.reads.map((path) => admin.get(path.replaceAll('NAME', name))));

  expect(await inAll(journey.shows), 'lists once it is made').toEqual(all(journey.shows, true));
  expect(await inAll(journey.hides), 'lists of others').toEqual(all(journey.hides, false));
  expect(await inAll(journey.showsBefore), 'lists before the change').toEqual(all(journey.showsBefore, true));
  expect(await inAll(journey.showsAfter), 'lists before the change').toEqual(all(journey.showsAfter, false));
  expect(await seen(), 'what others see').toEqual(others.map(() => true));
  const found = await reads();
  expect(found.map(({ status }) => status)).toEqual(journey.reads.map(() => 200));
  expect(await counts(admin, journey), 'counted').toEqual(counted.map((count) => count + 1));

  if (journey.change !== undefined) {
    const [method, path, body, type] = named(journey.change, name);
    const whole = method === 'PUT' ? { ...found[0]?.json, ...laidOver(found[0]?.json, body) } : body;
    await done(admin, type === undefined ? [method, path, whole] : [method, path, whole, type]);
    for (const answer of await reads()) expect(answer.json).toMatchObject(named(journey.changed ?? {}, name));
    expect(await inAll(journey.shows), 'lists once changed').toEqual(all(journey.shows, true));
    expect(await inAll(journey.showsAfter), 'lists after the change').toEqual(all(journey.showsAfter, true));
    expect(await inAll(journey.showsBefore), 'lists after the change').toEqual(
      all(journey.showsBefore, false),
    );
  }

  await done(admin, named(journey.remove, name));
  const everywhere = [...journey.shows, ...(journey.showsAfter ?? [])];
  expect(await inAll(everywhere), 'lists once it is deleted').toEqual(all(everywhere, false));
  expect(await seen(), 'what others see').toEqual(others.map(() => false));
  expect((await reads()).map(({ status }) => status)).toEqual(journey.gone ?? journey.reads.map(() => 404));
  expect(await counts(admin, journey), 'counted').toEqual(counted);
  if (events !== undefined) {
    const told = await events(name);
    expect([told[0], told.at(-1)], 'told by a watch').toEqual(['ADDED', 'DELETED']);
    if (journey.change !== undefined) expect(told).toContain('MODIFIED');
  }
}

async function done(asker: Asker, [method, path, body, type]: Write): Promise<Answer> {
  const answer = await asker.send(
    method,
    path,
    body,
    type ?? (body === undefined ? null : 'application/json'),
  );
  expect([answer.status < 300, `${method} ${path}: ${answer.text}`]).toEqual([true, expect.anything()]);
  return answer;
}

function named<T>(value: T, name: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll('NAME', name)) as T;
}

/** The members of a change, laid over those of an object two levels deep. */
function laidOver(object: unknown, change: unknown): Record<string, unknown> {
  const [before, over] = [object, change].map((one) => (one ?? {}) as Record<string, object>);
  return Object.fromEntries(
    Object.entries(over ?? {}).map(([key, value]) => [
      key,
      isJsonObject(value as Json) ? { ...before?.[key], ...value } : value,
    ]),
  );
}

/** What objects without metadata are called by. */
const ids = ['project_id', 'category_id', 'app_id'];

function nameIn({ text }: Answer): string | undefined {
  if (text === '') return undefined;
  const body = JSON.parse(text) as Json;
  const one = Array.isArray(body) ? ((body as Json[])[0] ?? null) : body;
  const names = [digString(one, 'metadata', 'name'), ...ids.map((id) => digString(one, id))];
  return names.find((name) => name !== '');
}

/** Tells whether a list holds something of a name, in any of the forms lists have. */
async function holds(asker: Asker, list: string, name: string): Promise<boolean> {
  const { status, text } = await asker.get(list);
  expect([list, status]).toEqual([list, 200]);
  const body = JSON.parse(text) as Json;
  const items = Array.isArray(body) ? body : isJsonObject(body) ? (body['items'] ?? []) : [];
  return (items as Json[]).some((item) =>
    [
      digString(item, 'metadata', 'name'),
      ...['name', 'username', ...ids].map((member) => digString(item, member)),
    ].includes(name),
  );
}

async function counts(asker: Asker, { counts: metrics = [] }: Journey): Promise<number[]> {
  return Promise.all(
    metrics.map(async ([path, metric]) => {
      const { json } = await asker.get(path);
      const results = json['results'] as readonly {
        readonly metric_name: string;
        readonly data: { readonly result: readonly { readonly value: readonly unknown[] }[] };
      }[];
      return Number(results.find((one) => one.metric_name === metric)?.data.result[0]?.value[1]);
    }),
  );
}

/** Watches a list from now on; asked for a name, gives the events of it so far and ends. */
async function watchFrom(ks: InProcessFake, list: string): Promise<(name: string) => Promise<string[]>> {
  const headers = { Authorization: `Bearer ${await ks.token()}` };
  const start = (await (await fetch(ks.url + list, { headers })).json()) as {
    metadata: { resourceVersion: string };
  };
  const query = `watch=true&timeoutSeconds=600&resourceVersion=${start.metadata.resourceVersion}`;
  const stop = new AbortController();
  const answer = await fetch(`${ks.url}${list}?${query}`, { headers, signal: stop.signal });
  return async (name) => {
    const told: string[] = [];
    let text = '';
    for await (const piece of answer.body ?? []) {
      const lines = (text + Buffer.from(piece).toString('utf8')).split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const { type, object } = JSON.parse(line) as { type: string; object: { metadata: { name: string } } };
        if (object.metadata.name === name) told.push(type);
      }
      if (told.at(-1) === 'DELETED') break;
    }
    stop.abort();
    return told;
  };
}
