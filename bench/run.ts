import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { coldStart } from './cases/cold-start.js';
import { inProcess } from './cases/in-process.js';
import { kubectlPods, manyPods, nativeWrites, watchFanOut } from './cases/kubernetes.js';
import { manyNodes } from './cases/many-nodes.js';
import { specs } from './cases/specs.js';
import { nodeList, tokens } from './cases/throughput.js';
import { machine, table, type Row } from './report.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/cli.js');
const expressJose = join(root, 'bench/servers/express-jose.mjs');
const staticBytes = join(root, 'bench/servers/static-bytes.mjs');
const fanOut = join(root, 'bench/servers/fan-out.mjs');
const folder = mkdtempSync(join(tmpdir(), 'fake-ks-bench-'));
const clients = execFileSync('bash', [join(root, 'test/clients/install.sh'), '--where'], {
  encoding: 'utf8',
}).trim();
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const cases: Record<string, () => Promise<Row[]> | Row[]> = {
  'cold-start': () => coldStart(cli, expressJose),
  'in-process': () => inProcess(join(root, 'dist/index.js')),
  'node-list': () => nodeList(cli, staticBytes, root, folder),
  tokens: () => tokens(cli, expressJose),
  'many-nodes': () => manyNodes(cli, staticBytes, folder),
  specs: () => specs(cli, folder),
  native: () => nativeWrites(cli, staticBytes, folder),
  'many-pods': () => manyPods(cli),
  'kubectl-pods': () => kubectlPods(cli, root, folder, join(clients, 'kubectl-new/kubectl')),
  'watch-fan-out': () => watchFanOut(cli, fanOut),
};

const rows: Row[] = [];
try {
  for (const [name, run] of Object.entries(cases)) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    rows.push(...(await run()));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const text = `${machine()}\n\n${table(rows)}\n`;
process.stdout.write(text);
if (process.argv.includes('--write')) {
  const file = join(root, 'docs/performance.md');
  const page = readFileSync(file, 'utf8');
  writeFileSync(file, page.replace(/(<!-- table -->\n)[\s\S]*?(<!-- end -->)/, `$1\n${text}\n$2`));
}
