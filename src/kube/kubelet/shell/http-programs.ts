import { posix } from 'node:path';
import { pathOf, type Program, type ProgramRun } from './program.js';
import { readUrl, reach } from './cluster-network.js';

/** Options that are followed by a value, and what is left. */
function readOptions(
  args: readonly string[],
  withValue: string,
): { readonly options: ReadonlyMap<string, string>; readonly rest: readonly string[] } {
  const options = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const each = args[at] ?? '';
    if (each.startsWith('--')) {
      const [name = '', value] = each.slice(2).split('=', 2);
      const takes = value === undefined && longWithValue.has(name);
      options.set(name, takes ? (args[(at += 1)] ?? '') : (value ?? ''));
    } else if (/^-[A-Za-z]/.test(each)) {
      for (let letter = 1; letter < each.length; letter += 1) {
        const name = each.charAt(letter);
        if (!withValue.includes(name)) options.set(name, '');
        else {
          options.set(name, each.slice(letter + 1) || (args[(at += 1)] ?? ''));
          break;
        }
      }
    } else rest.push(each);
  }
  return { options, rest };
}

const longWithValue: ReadonlySet<string> = new Set([
  'connect-timeout',
  'data',
  'header',
  'max-time',
  'output',
  'request',
  'retry',
  'timeout',
  'tries',
  'write-out',
]);

async function save(run: ProgramRun, target: string, body: string): Promise<void> {
  if (target === '-') await run.stdout(body);
  else if (target !== '/dev/null') run.machine.files.write(pathOf(run, target), Buffer.from(body));
}

const wget: Program = async (run) => {
  const { options, rest } = readOptions(run.args, 'OTtPU');
  const url = readUrl(rest[0] ?? '');
  const fail = async (why: string): Promise<number> => {
    await run.stderr(`wget: ${why}\n`);
    return 1;
  };
  if (rest[0] === undefined || url === undefined) return fail('missing URL');
  const reached = reach(run.machine, 'GET', url);
  if (reached.kind === 'unknown') return fail(`bad address '${url.host}'`);
  const isQuiet = options.has('q');
  const port = url.port === '' ? '80' : url.port;
  const address = `${reached.address}:${port}`;
  if (!isQuiet) await run.stderr(`Connecting to ${url.host} (${address})\n`);
  if (reached.kind === 'refused')
    return fail(`can't connect to remote host (${reached.address}): Connection refused`);
  const { status, body } = reached.answer;
  if (status >= 400) return fail(`server returned error: HTTP/1.1 ${String(status)}`);
  if (options.has('spider')) {
    if (!isQuiet) await run.stderr('remote file exists\n');
    return 0;
  }
  const target = options.get('O') ?? (posix.basename(url.pathname) || 'index.html');
  if (!isQuiet && target !== '-') await run.stderr(`saving to '${target}'\n'${target}' saved\n`);
  await save(run, target, body);
  return 0;
};

const curl: Program = async (run) => {
  const { options, rest } = readOptions(run.args, 'oXHdwmuAeb');
  const isSilent =
    (options.has('s') || options.has('silent')) && !options.has('S') && !options.has('show-error');
  const fail = async (code: number, why: string): Promise<number> => {
    if (!isSilent) await run.stderr(`curl: (${String(code)}) ${why}\n`);
    return code;
  };
  const url = readUrl(rest[0] ?? '');
  if (rest[0] === undefined || url === undefined) return fail(2, 'no URL specified');
  const isHead = options.has('I') || options.has('head');
  const hasData = options.has('d') || options.has('data');
  const given = options.get('X') ?? options.get('request');
  const reached = reach(run.machine, given ?? (isHead ? 'HEAD' : hasData ? 'POST' : 'GET'), url);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (reached.kind === 'unknown') return fail(6, `Could not resolve host: ${url.hostname}`);
  if (reached.kind === 'refused')
    return fail(7, `Failed to connect to ${url.hostname} port ${port}: Connection refused`);
  const { status, headers, body } = reached.answer;
  if (status >= 400 && (options.has('f') || options.has('fail')))
    return fail(22, `The requested URL returned error: ${String(status)}`);
  const head = [
    `HTTP/1.1 ${String(status)} ${status === 200 ? 'OK' : 'Status'}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${String(Buffer.byteLength(body))}`,
  ].join('\r\n');
  const shown = isHead ? `${head}\r\n\r\n` : options.has('i') ? `${head}\r\n\r\n${body}` : body;
  await save(run, options.get('o') ?? options.get('output') ?? '-', shown);
  const format = options.get('w') ?? options.get('write-out') ?? '';
  await run.stdout(format.replaceAll('%{http_code}', String(status)).replaceAll('\\n', '\n'));
  return 0;
};

/** Programs that ask servers of the cluster. */
export const httpPrograms: Readonly<Record<string, Program>> = { curl, wget };
