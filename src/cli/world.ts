import { worldFlags } from '../config/flags.js';
import { configFlag, describeFlags, loadConfig } from '../config/load-config.js';
import type { Flag } from '../config/setting.js';
import type { Command, CommandContext } from './command.js';
import { urlFlag, withFake } from './with-fake.js';

const own: readonly Flag[] = [
  {
    name: 'cluster',
    path: ['cluster'],
    value: 'NAME',
    help: 'the objects of this cluster (default: the host)',
  },
  { name: 'json', path: ['json'], help: 'print JSON instead of YAML' },
  urlFlag,
];

/** Prints a world the way kubectl prints lists; the output can be given to `--world`. */
export const worldCommand: Command = {
  help: () =>
    [
      'Usage: fake-ks-apiserver world [flags]',
      '',
      describeFlags(own),
      '',
      'Without --url the world of a server started with these:',
      '',
      describeFlags([...worldFlags, configFlag]),
      '',
    ].join('\n'),
  run: printWorld,
};

async function printWorld({ argv, environment, print }: CommandContext): Promise<number> {
  const config = await loadConfig({ argv, environment, options: worldFlags, own });
  const cluster = config.own.get('cluster');
  const world = await withFake(config, environment, (ks) =>
    ks.exportWorld(typeof cluster === 'string' ? cluster : undefined),
  );
  if (config.own.get('json') !== undefined) {
    print(`${JSON.stringify(world, null, 2)}\n`);
  } else {
    const { stringify } = await import('yaml');
    print(stringify(world, { aliasDuplicateObjects: false, lineWidth: 0, schema: 'yaml-1.1' }));
  }
  return 0;
}
