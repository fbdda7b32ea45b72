import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { startChild, type Child } from '../child.js';
import { once, type RawRequest } from '../load.js';
import { adminHeader, bodyOf, startOurs } from '../ours.js';
import { median, type Row } from '../report.js';

const nodesPath = '/kapis/resources.kubesphere.io/v1alpha3/nodes';
const rounds = 5;

/** Ten thousand nodes: start, the whole list, what others feel meanwhile, and one page of it. */
export async function manyNodes(cli: string, staticServer: string, folder: string): Promise<Row[]> {
  const ours = await startOurs(cli, '--nodes', '10000');
  const headers = await adminHeader(ours.port);
  const request: RawRequest = { method: 'GET', path: nodesPath, headers };
  const body = bodyOf(await once(ours.port, request));
  const file = join(folder, 'many-nodes.json');
  writeFileSync(file, body);
  const floor = await startChild('node', [staticServer, file]);
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    times[0].push(await download(ours.port, nodesPath, headers));
    times[1].push(await download(floor.port, '/', {}));
  }
  const [mine, bare] = [median(times[0]), median(times[1])];
  const held = await longestWait(ours, headers);
  const page = await pageTime(ours, headers);
  await ours.stop();
  await floor.stop();
  return [
    {
      name: 'start with 10,000 generated nodes to ready',
      ours: `${(ours.readyAfter / 1000).toFixed(2)} s`,
      floor: '',
      ratio: undefined,
      goal: 'seconds',
      met: ours.readyAfter < 10_000,
    },
    {
      name: `list of all of them (${(body.length / 1e6).toFixed(0)} MB)`,
      ours: `${mine.toFixed(0)} ms`,
      floor: `${bare.toFixed(0)} ms (node:http, same bytes)`,
      ratio: bare / mine,
      goal: 'at least 0.5',
      met: bare / mine >= 0.5,
    },
    {
      name: 'longest wait of another request meanwhile',
      ours: `${held.toFixed(1)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'at most 50 ms',
      met: held <= 50,
    },
    {
      name: 'page of 10 of 10,000, filtered and sorted, median round trip',
      ours: `${page.toFixed(2)} ms`,
      floor: '',
      ratio: undefined,
      goal: 'under 2 ms',
      met: page < 2,
    },
  ];
}

function download(port: number, path: string, headers: Record<string, string>): Promise<number> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    get({ port, path, headers, agent: false }, (response) => {
      response.on('data', () => undefined);
      response.once('end', () => {
        resolve(performance.now() - begin);
      });
    }).once('error', reject);
  });
}

/** Downloads the list three times in another process while small requests are sent one after the other. */
async function longestWait(ours: Child, headers: Record<string, string>): Promise<number> {
  const script = `const{get}=require('node:http');let n=0;(function go(){if(n++>2)process.exit();
    get({port:${String(ours.port)},path:'${nodesPath}',headers:${JSON.stringify(headers)},agent:false},r=>{r.on('data',()=>{});r.on('end',go)})})();
    console.log('http://127.0.0.1:${String(ours.port)}')`;
  const reader = await startChild('node', ['-e', script]);
  let longest = 0;
  let running = true;
  reader.process.once('exit', () => {
    running = false;
  });
  const isRunning = (): boolean => running;
  while (isRunning()) longest = Math.max(longest, await download(ours.port, '/version', {}));
  return longest;
}

async function pageTime(ours: Child, headers: Record<string, string>): Promise<number> {
  const times: number[] = [];
  for (let page = 1; page <= 200; page += 1) {
    const query = `?name=node&status=running&sortBy=name&ascending=true&limit=10&page=${String(page)}`;
    times.push(await download(ours.port, nodesPath + query, headers));
  }
  return median(times);
}
