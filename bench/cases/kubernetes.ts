import { execFile } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { Agent, get, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startChild, type Child } from '../child.js';
import { load, once, type RawRequest } from '../load.js';
import { adminHeader, bodyOf, startOurs } from '../ours.js';
import { median, type Row } from '../report.js';

const configMaps = '/api/v1/namespaces/default/configmaps';
const pods = '/api/v1/namespaces/default/pods';
const json = { 'Content-Type': 'application/json' };

type Headers = Readonly<Record<string, string>>;

/** Writes and reads of the native API, beside node:http answering the same bytes without doing anything. */
export async function nativeWrites(cli: string, staticServer: string, folder: string): Promise<Row[]> {
  const ours = await startOurs(cli);
  const headers = await adminHeader(ours.port);
  const rows: Row[] = [];
  for (const [kind, path, body] of [
    ['ConfigMaps', configMaps, { data: { a: 'b' } }],
    ['Pods', pods, { spec: { containers: [{ name: 'web', image: 'nginx:1.27' }] } }],
  ] as const) {
    const floor = await floorOf(staticServer, folder, kind, await sample(ours, headers, path, body));
    const post: Deed = (server, number, query) =>
      write(server.port, 'POST', path + query, headers, {
        metadata: { name: `bench-${String(number)}` },
        ...body,
      });
    const merge = { ...headers, 'Content-Type': 'application/merge-patch+json' };
    const patch: Deed = (server, number, query) =>
      write(server.port, 'PATCH', `${path}/bench-${String(number)}${query}`, merge, {
        metadata: { labels: { n: 'x' } },
      });
    for (const [verb, deed] of [
      ['create', post],
      ['patch', patch],
    ] as const) {
      const [mine, bare] = [await warmRate(ours, deed), await warmRate(floor, deed)];
      rows.push(row(`${verb} ${kind}`, mine, bare, 0.2));
    }
    const one: RawRequest = { method: 'GET', path: `${path}/bench-0`, headers };
    const mine = (await load(ours.port, one)).perSecond;
    const bare = (await load(floor.port, one)).perSecond;
    rows.push(row(`get one of the ${kind}`, mine, bare, 0.5));
    await floor.stop();
    const all: RawRequest = { method: 'GET', path, headers };
    const listFloor = await floorOf(staticServer, folder, `${kind}-list`, bodyOf(await once(ours.port, all)));
    const lists = (await load(ours.port, all)).perSecond;
    const bareLists = (await load(listFloor.port, all)).perSecond;
    rows.push(row(`list ${kind} (${String(writes)} of them)`, lists, bareLists, 0.5));
    await listFloor.stop();
  }
  await ours.stop();
  return rows;
}

const writes = 2000;

/** A write of a number; the query goes behind its path. */
type Deed = (server: Child, number: number, query: string) => Promise<void>;

/** The rate of a server that runs: dry runs come first, whose time is the compiler's. */
async function warmRate(server: Child, deed: Deed): Promise<number> {
  await rate(server, deed, '?dryRun=All');
  return rate(server, deed, '');
}

/** Writes a second, sixteen at a time. */
async function rate(server: Child, deed: Deed, query: string): Promise<number> {
  const begin = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      while (next < writes) await deed(server, next++, query);
    }),
  );
  return (writes / (performance.now() - begin)) * 1000;
}

function row(name: string, mine: number, bare: number, goal: number): Row {
  return {
    name,
    ours: `${mine.toFixed(0)}/s`,
    floor: `${bare.toFixed(0)}/s (node:http, same bytes)`,
    ratio: mine / bare,
    goal: `at least ${String(goal)}`,
    own: true,
    met: mine / bare >= goal,
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 16 });

function write(port: number, method: string, path: string, headers: Headers, body: unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent, port, method, path, headers: { ...json, ...headers } }, (response) => {
      if ((response.statusCode ?? 0) >= 300)
        reject(new Error(`${method} ${path}: ${String(response.statusCode)}`));
      response.on('data', () => undefined);
      response.once('end', resolve);
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function sample(ours: Child, headers: Headers, path: string, body: object): Promise<Buffer> {
  await write(ours.port, 'POST', path, headers, { metadata: { name: 'sample' }, ...body });
  return bodyOf(await once(ours.port, { method: 'GET', path: `${path}/sample`, headers }));
}

function floorOf(staticServer: string, folder: string, name: string, body: Buffer): Promise<Child> {
  const file = join(folder, `${name}.json`);
  writeFileSync(file, body);
  return startChild('node', [staticServer, file]);
}

/** A hundred thousand pods from start to ready, and what they weigh. */
export async function manyPods(cli: string): Promise<Row[]> {
  const ours = await startOurs(cli, '--nodes', '1000', '--pods', '100000');
  const memory = ours.memory();
  await ours.stop();
  return [
    {
      name: 'start with 100,000 generated pods to ready',
      ours: `${(ours.readyAfter / 1000).toFixed(2)} s`,
      floor: '',
      ratio: undefined,
      goal: 'under 10 s',
      met: ours.readyAfter < 10_000,
    },
    {
      name: 'memory with them',
      ours: `${memory.toFixed(0)} MB`,
      floor: '',
      ratio: undefined,
      goal: 'under 1,000 MB',
      met: memory < 1000,
    },
  ];
}

/** What a server answered, for one that only repeats it. */
interface Recorded {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

const table = [
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  'application/json;as=Table;v=v1beta1;g=meta.k8s.io',
  'application/json',
].join();
const discovery =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** `kubectl get pods -A` with 10,000 pods, beside a server that only repeats the same bytes over the same TLS. */
export async function kubectlPods(
  cli: string,
  root: string,
  folder: string,
  kubectl: string,
): Promise<Row[]> {
  if (!existsSync(kubectl)) return [];
  const ours = await startOurs(cli, '--tls-port', '0', '--nodes', '100', '--pods', '10000');
  const headers = await adminHeader(ours.port);
  const recorded = [
    await record(ours.port, headers, '/api', discovery),
    await record(ours.port, headers, '/apis', discovery),
  ];
  for (let more: string | undefined = ''; more !== undefined;) {
    const path: string = `/api/v1/pods?${more === '' ? '' : `continue=${more}&`}limit=500`;
    const page = await record(ours.port, headers, path, table);
    recorded.push(page);
    more = (JSON.parse(page.body) as { metadata: { continue?: string } }).metadata.continue;
  }
  const file = join(folder, 'kubectl-answers.json');
  writeFileSync(file, JSON.stringify(recorded));
  const floor = await startChild('node', [join(root, 'bench/servers/static-tls.mjs'), file]);
  const config = join(folder, 'kubeconfig');
  const { stdout } = await promisify(execFile)('node', [
    cli,
    'kubeconfig',
    '--url',
    `http://127.0.0.1:${String(ours.port)}`,
  ]);
  writeFileSync(config, stdout, { mode: 0o600 });
  const server = /server: "(https:[^"]+)"/.exec(stdout)?.[1] ?? '';
  const times: [number[], number[]] = [[], []];
  // The first round fills kubectl's cache of what is served.
  for (let round = 0; round <= 5; round += 1) {
    const mine = await time(kubectl, folder, config, server);
    const bare = await time(kubectl, folder, config, `https://127.0.0.1:${String(floor.port)}`);
    if (round === 0) continue;
    times[0].push(mine);
    times[1].push(bare);
  }
  await ours.stop();
  await floor.stop();
  const [mine, bare] = [median(times[0]), median(times[1])];
  return [
    {
      name: 'kubectl get pods -A with 10,000 pods',
      ours: `${mine.toFixed(0)} ms`,
      floor: `${bare.toFixed(0)} ms (node:https, same bytes)`,
      ratio: mine / bare,
      goal: 'at most 1.3',
      met: mine / bare <= 1.3,
    },
  ];
}

function record(port: number, headers: Headers, path: string, accept: string): Promise<Recorded> {
  return new Promise((resolve, reject) => {
    get({ port, path, headers: { ...headers, Accept: accept } }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.once('end', () => {
        resolve({ path, type: response.headers['content-type'] ?? '', body });
      });
    }).once('error', reject);
  });
}

async function time(kubectl: string, folder: string, config: string, server: string): Promise<number> {
  const env = { HOME: folder, KUBECONFIG: config, KUBECACHEDIR: join(folder, 'kube-cache') };
  const begin = performance.now();
  const { stdout } = await promisify(execFile)(
    kubectl,
    ['--server', server, 'get', 'pods', '-A', '--no-headers'],
    { env, maxBuffer: 1e9 },
  );
  const took = performance.now() - begin;
  if (stdout.split('\n').length < 10_000) throw new Error('kubectl did not print 10,000 pods');
  return took;
}

/**
 * A thousand watches of one resource and a thousand changes: how fast they get around, beside a server that only writes
 * the same bytes to a thousand answers it holds open; and what a watch weighs.
 */
export async function watchFanOut(cli: string, floorServer: string): Promise<Row[]> {
  const ours = await startOurs(cli);
  const headers = await adminHeader(ours.port);
  const before = ours.memory();
  const watching = await follow(
    ours.port,
    headers,
    `${configMaps}?watch=true&resourceVersion=${await versionOf(ours.port, headers)}`,
  );
  const memory = ours.memory() - before;
  const mine = await deliver(ours, headers, watching);
  await ours.stop();
  const floor = await startChild('node', [floorServer]);
  const bare = await deliver(floor, headers, await follow(floor.port, headers, configMaps));
  await floor.stop();
  return [
    {
      name: '1,000 watches, 1,000 changes: events delivered',
      ours: `${mine.toFixed(0)}/s`,
      floor: `${bare.toFixed(0)}/s (node:http, same bytes)`,
      ratio: mine / bare,
      goal: 'at least 0.5',
      own: true,
      met: mine / bare >= 0.5,
    },
    {
      name: 'memory of each watch',
      ours: `${((memory * 1024) / watches).toFixed(0)} KB`,
      floor: '',
      ratio: undefined,
      goal: 'under 100 KB',
      own: true,
      met: (memory * 1024) / watches < 100,
    },
  ];
}

const watches = 1000;
const changes = 1000;

/** Readers of one path, and the promise that all of them have seen every change. */
interface Watching {
  readonly sockets: readonly Socket[];
  readonly all: Promise<void>;
}

async function follow(port: number, headers: Headers, path: string): Promise<Watching> {
  const lines = Object.entries({ Host: 'bench', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  const asked = `GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
  const mark = Buffer.from('{"type":"');
  let answered = 0;
  let seen = 0;
  return new Promise((begun) => {
    let complete: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (complete = resolve));
    const sockets = Array.from({ length: watches }, () => {
      let open = false;
      const socket = connect(port, '127.0.0.1', () => socket.write(asked));
      socket.on('data', (chunk: Buffer) => {
        if (!open) {
          open = true;
          answered += 1;
          if (answered === watches) begun({ sockets, all });
        }
        for (let at = chunk.indexOf(mark); at !== -1; at = chunk.indexOf(mark, at + 1)) seen += 1;
        if (seen >= watches * changes) complete();
      });
      return socket;
    });
  });
}

/** Events delivered a second, all readers taken together. */
async function deliver(server: Child, headers: Headers, { sockets, all }: Watching): Promise<number> {
  const begin = performance.now();
  for (let number = 0; number < changes; number += 1) {
    await write(server.port, 'POST', configMaps, headers, { metadata: { name: `event-${String(number)}` } });
  }
  await all;
  const perSecond = (watches * changes * 1000) / (performance.now() - begin);
  for (const socket of sockets) socket.destroy();
  return perSecond;
}

async function versionOf(port: number, headers: Headers): Promise<string> {
  const list = bodyOf(await once(port, { method: 'GET', path: `${configMaps}?limit=1`, headers })).toString();
  return (JSON.parse(list) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
}
