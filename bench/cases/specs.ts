import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, once, type RawRequest } from '../load.js';
import { adminHeader, startOurs } from '../ours.js';
import { median, type Row } from '../report.js';

/** Of a document somebody gives: of those that are published, everything is served by now. */
const generatedPath = '/kapis/bench.io/v1/things';
const thing = {
  type: 'object',
  required: ['name', 'created', 'size', 'labels'],
  properties: {
    name: { type: 'string' },
    created: { type: 'string', format: 'date-time' },
    size: { type: 'integer' },
    labels: { type: 'object', additionalProperties: { type: 'string' } },
  },
};
const list = {
  type: 'object',
  required: ['items', 'totalItems'],
  properties: { items: { type: 'array', items: thing }, totalItems: { type: 'integer' } },
};
const document = {
  swagger: '2.0',
  info: { title: 'bench', version: '1' },
  paths: { [generatedPath]: { get: { responses: { 200: { description: 'ok', schema: list } } } } },
};
const unknownPath = '/kapis/no.such.group/v1/things';
const namespacesPath =
  '/kapis/resources.kubesphere.io/v1alpha3/namespaces?name=a&sortBy=createTime&limit=10&page=3';
const rounds = 21;

async function milliseconds(port: number, request: RawRequest): Promise<number> {
  const started = performance.now();
  await once(port, request);
  return performance.now() - started;
}

/** The documents of a release, what is made up from them, and a long list cut in pages. */
export async function specs(cli: string, folder: string): Promise<Row[]> {
  const file = join(folder, 'bench.json');
  writeFileSync(file, JSON.stringify(document));
  const ours = await startOurs(cli, '--release', 'v3.4', '--namespaces', '5000', '--spec', file);
  const headers = await adminHeader(ours.port);
  const ask = (path: string): RawRequest => ({ method: 'GET', path, headers });
  // The first path nobody serves is the first need for the documents.
  const documents = await milliseconds(ours.port, ask(unknownPath));
  const answer = (await once(ours.port, ask(generatedPath))).toString('latin1');
  if (!/x-fake-ks-generated: true/i.test(answer))
    throw new Error(`${generatedPath} is not generated any more`);
  // The rate of a server that runs: the first second is the compiler's.
  await load(ours.port, ask(generatedPath), 1);
  const generated = await load(ours.port, ask(generatedPath));
  await once(ours.port, ask(namespacesPath));
  const pages = [];
  for (let round = 0; round < rounds; round += 1)
    pages.push(await milliseconds(ours.port, ask(namespacesPath)));
  await ours.stop();
  const page = median(pages);
  return [
    {
      name: "first request that needs the documents of a release, v3.4's",
      ours: `${documents.toFixed(0)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'at most 150 ms',
      met: documents <= 150,
    },
    {
      name: 'answers made up from a schema',
      ours: `${generated.perSecond.toFixed(0)}/s`,
      floor: '',
      ratio: undefined,
      goal: 'at least 5,000/s',
      met: generated.perSecond >= 5000,
    },
    {
      name: 'page of 10 of 5,000 namespaces, filtered and sorted, median round trip',
      ours: `${page.toFixed(2)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'under 5 ms',
      met: page < 5,
    },
  ];
}
