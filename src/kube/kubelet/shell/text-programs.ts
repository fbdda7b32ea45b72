import { createHash } from 'node:crypto';
import { countAndPaths, joined, linesOf } from './line-programs.js';
import { readAll } from './machine.js';
import { forEachPath, inputBytes, inputText, pathOf, splitOptions, type Program } from './program.js';

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  a: '\x07',
  e: '\x1b',
};

function unescape(text: string): string {
  return text.replace(/\\([ntra\\e])/g, (_all, letter: string) => escapes[letter] ?? letter);
}

const tail: Program = async (run) => {
  const { count, paths } = countAndPaths(run.args);
  if (run.args.some((each) => /^-c/.test(each))) {
    const bytes = Buffer.from(await inputText(run, paths), 'utf8');
    await run.stdout(
      count.startsWith('+') ? bytes.subarray(Number(count) - 1) : bytes.subarray(-Number(count)),
    );
    return 0;
  }
  const lines = linesOf(await inputText(run, paths));
  const kept = count.startsWith('+')
    ? lines.slice(Number(count) - 1)
    : Number(count) === 0
      ? []
      : lines.slice(-Number(count));
  await run.stdout(joined(kept));
  if (run.args.some((each) => /^-[fF]$/.test(each)) && !run.gone.aborted)
    await new Promise((resolve) => {
      run.gone.addEventListener('abort', resolve);
    });
  return 0;
};

const wc: Program = async (run) => {
  const { options, rest } = splitOptions(run.args);
  const data = await inputBytes(run, rest);
  const text = data.toString('latin1');
  const counts: readonly (readonly [string, number])[] = [
    ['l', text.split('\n').length - 1],
    ['w', text.split(/\s+/).filter((word) => word !== '').length],
    ['c', data.length],
  ];
  const wanted = counts.filter(([letter]) => options.size === 0 || options.has(letter));
  const numbers = wanted.map(([, count]) => String(count));
  await run.stdout(
    `${[...(numbers.length > 1 ? numbers.map((each) => each.padStart(9)) : numbers), ...rest].join(' ')}\n`,
  );
  return 0;
};

function checksum(algorithm: string): Program {
  return async (run) => {
    const { rest } = splitOptions(run.args);
    for (const path of rest.length === 0 ? ['-'] : rest) {
      const data = await inputBytes(run, path === '-' ? [] : [path]);
      await run.stdout(`${createHash(algorithm).update(data).digest('hex')}  ${path}\n`);
    }
    return 0;
  };
}

/** Programs that read and write text. */
export const textPrograms: Readonly<Record<string, Program>> = {
  echo: async ({ args, stdout }) => {
    let rest = [...args];
    const options = new Set<string>();
    while (/^-[neE]+$/.test(rest[0] ?? ''))
      for (const letter of (rest.shift() ?? '').slice(1)) options.add(letter);
    rest = options.has('e') ? rest.map(unescape) : rest;
    await stdout(rest.join(' ') + (options.has('n') ? '' : '\n'));
    return 0;
  },
  printf: async ({ args, stdout }) => {
    const [format = '', ...values] = args;
    let at = 0;
    await stdout(
      unescape(format).replace(/%([sd%])/g, (_all, kind: string) =>
        kind === '%' ? '%' : (values[at++] ?? ''),
      ),
    );
    return 0;
  },
  cat: async (run) => {
    const { rest } = splitOptions(run.args);
    if (rest.length > 0)
      return forEachPath(run, 'cat', rest, async (path, shown) => {
        if (shown === '-') await run.stdout(await readAll(run.stdin));
        else await run.stdout(run.machine.files.read(path));
      });
    for await (const piece of run.stdin) await run.stdout(piece);
    return 0;
  },
  tee: async (run) => {
    const pieces: Buffer[] = [];
    for await (const piece of run.stdin) {
      pieces.push(piece);
      await run.stdout(piece);
    }
    const data = Buffer.concat(pieces);
    return forEachPath(run, 'tee', splitOptions(run.args).rest, (path) => {
      run.machine.files.write(path, data);
    });
  },
  md5sum: checksum('md5'),
  sha1sum: checksum('sha1'),
  sha256sum: checksum('sha256'),
  tail,
  wc,
  sort: async (run) => {
    const { options, rest } = splitOptions(run.args);
    const lines = linesOf(await inputText(run, rest));
    lines.sort((a, b) =>
      options.has('n') ? Number.parseFloat(a) - Number.parseFloat(b) : a < b ? -1 : a > b ? 1 : 0,
    );
    if (options.has('r')) lines.reverse();
    await run.stdout(joined(options.has('u') ? [...new Set(lines)] : lines));
    return 0;
  },
  uniq: async (run) => {
    const lines = linesOf(await inputText(run, splitOptions(run.args).rest));
    await run.stdout(joined(lines.filter((line, at) => line !== lines[at - 1])));
    return 0;
  },
  base64: async (run) => {
    const { options, rest } = splitOptions(run.args);
    const [path] = rest;
    const data = path === undefined ? await readAll(run.stdin) : run.machine.files.read(pathOf(run, path));
    if (options.has('d')) await run.stdout(Buffer.from(data.toString('latin1'), 'base64'));
    else await run.stdout(`${(data.toString('base64').match(/.{1,76}/g) ?? []).join('\n')}\n`);
    return 0;
  },
};
