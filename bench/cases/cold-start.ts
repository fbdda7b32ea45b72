import { once } from '../load.js';
import { startChild, type Child } from '../child.js';
import { median, type Row } from '../report.js';

const rounds = 11;

/** Spawn to first 200 and memory after it, ours beside the smallest express + jose server, in turns. */
export async function coldStart(cli: string, floor: string): Promise<Row[]> {
  const ours: Sample[] = [];
  const theirs: Sample[] = [];
  for (let round = 0; round < rounds; round += 1) {
    theirs.push(await sample(() => startChild('node', [floor])));
    ours.push(await sample(() => startChild('node', [cli, 'serve', '--port', '0', '--json'])));
  }
  const time = (samples: Sample[]): number => median(samples.map(({ milliseconds }) => milliseconds));
  const memory = (samples: Sample[]): number => median(samples.map(({ megabytes }) => megabytes));
  return [
    {
      name: 'cold `serve` to first 200',
      ours: `${time(ours).toFixed(0)} ms`,
      floor: `${time(theirs).toFixed(0)} ms (bare express + jose)`,
      ratio: time(ours) / time(theirs),
      goal: 'at most 1.4',
      met: time(ours) / time(theirs) <= 1.4,
    },
    {
      name: 'idle memory after it',
      ours: `${memory(ours).toFixed(0)} MB`,
      floor: `${memory(theirs).toFixed(0)} MB (bare express + jose)`,
      ratio: memory(ours) / memory(theirs),
      goal: 'at most 1.5',
      met: memory(ours) / memory(theirs) <= 1.5,
    },
  ];
}

interface Sample {
  readonly milliseconds: number;
  readonly megabytes: number;
}

async function sample(start: () => Promise<Child>): Promise<Sample> {
  const begin = performance.now();
  const child = await start();
  const answer = await once(child.port, { method: 'GET', path: '/version' });
  const milliseconds = performance.now() - begin;
  if (!answer.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200'))) throw new Error(answer.toString());
  const megabytes = child.memory();
  await child.stop();
  return { milliseconds, megabytes };
}
