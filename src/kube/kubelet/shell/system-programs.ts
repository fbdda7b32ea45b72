import { digArray, digString } from '../../../core/json.js';
import { waitUntil } from '../../../state/wait.js';
import { containerSpec } from '../find-container.js';
import { splitOptions, type Program, type ProgramRun } from './program.js';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const seconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Letters of `date +FORMAT`. */
function formatDate(format: string, at: number): string {
  const iso = new Date(at).toISOString();
  const fields: Readonly<Record<string, string>> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    s: String(Math.floor(at / 1000)),
    N: `${iso.slice(20, 23)}000000`,
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    Z: 'UTC',
    z: '+0000',
    A: days[new Date(at).getUTCDay()] ?? '',
    n: '\n',
    '%': '%',
  };
  return format.replace(/%([YmdHMSsNFTZzAn%])/g, (_all, letter: string) => fields[letter] ?? '');
}

async function say({ stdout }: ProgramRun, text: string): Promise<number> {
  await stdout(`${text}\n`);
  return 0;
}

function untilGone(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const over = AbortSignal.any([...signals]);
    if (over.aborted) resolve();
    else
      over.addEventListener('abort', () => {
        resolve();
      });
  });
}

const sleep: Program = async (run) => {
  const { args, machine, gone } = run;
  let total = 0;
  if (args.includes('infinity')) {
    await untilGone(gone, machine.context.world.ended);
    return 130;
  }
  for (const each of args) {
    const [, amount, unit] = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(each) ?? [];
    if (amount === undefined) {
      await run.stderr(`sleep: invalid number '${each}'\n`);
      return 1;
    }
    total += Number(amount) * (seconds[unit ?? ''] ?? 1) * 1000;
  }
  const { clock, ended } = machine.context.world;
  await waitUntil(clock, clock.now() + total, gone, ended);
  return gone.aborted ? 130 : 0;
};

const env: Program = (run) =>
  say(run, [...run.machine.environment].map(([name, value]) => `${name}=${value}`).join('\n'));

/** Programs that tell of the container, or wait. */
export const systemPrograms: Readonly<Record<string, Program>> = {
  env,
  sleep,
  printenv: async (run) => {
    const [name] = run.args;
    if (name === undefined) return env(run);
    const value = run.machine.environment.get(name);
    return value === undefined ? 1 : say(run, value);
  },
  hostname: (run) =>
    say(run, run.args[0] === '-i' ? digString(run.machine.pod, 'status', 'podIP') : run.machine.hostname),
  pwd: (run) => say(run, run.machine.cwd),
  whoami: (run) => say(run, 'root'),
  id: (run) =>
    say(run, run.args[0] === '-u' || run.args[0] === '-g' ? '0' : 'uid=0(root) gid=0(root) groups=0(root)'),
  uname: (run) => {
    const { options } = splitOptions(run.args);
    if (options.has('a'))
      return say(run, `Linux ${run.machine.hostname} 5.15.0-91-generic #101-Ubuntu SMP x86_64 Linux`);
    if (options.has('m')) return say(run, 'x86_64');
    if (options.has('n')) return say(run, run.machine.hostname);
    return say(run, options.has('r') ? '5.15.0-91-generic' : 'Linux');
  },
  date: (run) => {
    const now = run.machine.context.world.clock.now();
    const format = run.args.find((each) => each.startsWith('+'));
    if (format !== undefined) return say(run, formatDate(format.slice(1), now));
    const [, day = '', month = '', year = '', time = ''] =
      /^(\d\d) (\w+) (\d+) (\S+)/.exec(new Date(now).toUTCString().slice(5)) ?? [];
    return say(
      run,
      `${new Date(now).toUTCString().slice(0, 3)} ${month} ${day.replace(/^0/, ' ')} ${time} UTC ${year}`,
    );
  },
  ps: (run) => {
    const spec = containerSpec(run.machine.pod, run.machine.container);
    const words = [...digArray(spec, 'command'), ...digArray(spec, 'args')].filter(
      (each) => typeof each === 'string',
    );
    const command = words.length > 0 ? words.join(' ') : run.machine.container;
    return say(run, `PID   USER     TIME  COMMAND\n    1 root      0:00 ${command}\n    7 root      0:00 ps`);
  },
  which: async (run) => {
    const found = splitOptions(run.args).rest.filter((each) => run.isCommand(each));
    for (const each of found) await run.stdout(`/bin/${each}\n`);
    return found.length === run.args.length ? 0 : 1;
  },
  command: async (run) => {
    const [name] = splitOptions(run.args).rest;
    return name !== undefined && run.isCommand(name) ? say(run, `/bin/${name}`) : 127;
  },
  seq: (run) => {
    const [first = 1, last = first] =
      run.args.length > 1 ? run.args.map(Number) : [1, Number(run.args[0] ?? 1)];
    const count = Math.min(Math.max(0, last - first + 1), 100_000) || 0;
    return say(run, Array.from({ length: count }, (_each, at) => String(first + at)).join('\n'));
  },
  true: () => Promise.resolve(0),
  ':': () => Promise.resolve(0),
  false: () => Promise.resolve(1),
  clear: () => Promise.resolve(0),
  sync: () => Promise.resolve(0),
};
