import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.js';
import { load, once, type LoadResult, type RawRequest } from '../load.js';
import { adminHeader, bodyOf, login, startOurs } from '../ours.js';
import { startPrism } from '../prism.js';
import { median, type Row } from '../report.js';

const rounds = 5;
const nodesPath = '/kapis/resources.kubesphere.io/v1alpha3/nodes';

/** Runs two loads in turns and gives the median rate of each. */
async function inTurns(
  first: () => Promise<LoadResult>,
  second: () => Promise<LoadResult>,
): Promise<[number, number]> {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    rates[0].push((await first()).perSecond);
    rates[1].push((await second()).perSecond);
  }
  return [median(rates[0]), median(rates[1])];
}

/** Ten realistic nodes with token check and RBAC, beside node:http sending the same bytes and beside a peer. */
export async function nodeList(
  cli: string,
  staticServer: string,
  root: string,
  folder: string,
): Promise<Row[]> {
  const ours = await startOurs(cli, '--nodes', '5');
  const headers = await adminHeader(ours.port);
  const request: RawRequest = { method: 'GET', path: nodesPath, headers };
  const body = bodyOf(await once(ours.port, request));
  const list = JSON.parse(body.toString()) as { items: unknown[] };
  const peer = await startPrism(root, folder, list);
  const file = join(folder, 'nodes.json');
  writeFileSync(file, body);
  const floor = await startChild('node', [staticServer, file]);
  const [mine, bare] = await inTurns(
    () => load(ours.port, request),
    () => load(floor.port, { method: 'GET', path: '/' }),
  );
  const size = `${String(list.items.length)} nodes, ${(body.length / 1000).toFixed(0)} KB`;
  const rows: Row[] = [
    {
      name: `GET nodes (${size}), token and RBAC checked`,
      ours: `${mine.toFixed(0)}/s`,
      floor: `${bare.toFixed(0)}/s (node:http, same bytes)`,
      ratio: mine / bare,
      goal: 'at least 0.5',
      met: mine / bare >= 0.5,
    },
  ];
  if (peer !== undefined) {
    const theirs = await load(peer.port, { method: 'GET', path: nodesPath, headers }, 4);
    rows.push({
      name: `the same list beside Prism`,
      ours: `${mine.toFixed(0)}/s`,
      floor: `${theirs.perSecond.toFixed(0)}/s (Prism, same list from the swagger)`,
      ratio: mine / theirs.perSecond,
      goal: 'at least 10',
      met: mine / theirs.perSecond >= 10,
    });
  }
  await Promise.all([ours.stop(), floor.stop(), peer?.stop()]);
  return rows;
}

/** Logins per second, beside bare express + jose. */
export async function tokens(cli: string, floorServer: string): Promise<Row[]> {
  const ours = await startOurs(cli);
  const floor = await startChild('node', [floorServer]);
  const [mine, bare] = await inTurns(
    () => load(ours.port, login),
    () => load(floor.port, login),
  );
  await ours.stop();
  await floor.stop();
  return [
    {
      name: 'POST /oauth/token, password grant',
      ours: `${mine.toFixed(0)}/s`,
      floor: `${bare.toFixed(0)}/s (bare express + jose HS256)`,
      ratio: mine / bare,
      goal: 'at least 1.0',
      met: mine / bare >= 1,
    },
  ];
}
