import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild, type Child } from './child.js';

/** The path Prism serves the list at. */
const listPath = '/kapis/resources.kubesphere.io/v1alpha3/nodes';

/**
 * Prism (a mock server driven by OpenAPI documents) serving a list that its swagger carries as the example;
 * `undefined` when the peers are not installed (`npm ci --prefix bench/peers`).
 */
export async function startPrism(root: string, folder: string, list: unknown): Promise<Child | undefined> {
  const program = join(root, 'bench/peers/node_modules/.bin/prism');
  if (!existsSync(program)) {
    process.stderr.write('Prism left out: npm ci --prefix bench/peers installs it\n');
    return undefined;
  }
  const document = join(folder, 'swagger.json');
  const answer = { description: 'nodes', schema: { type: 'object' }, examples: { 'application/json': list } };
  const operation = { produces: ['application/json'], responses: { 200: answer } };
  const paths = { [listPath]: { get: operation } };
  writeFileSync(document, JSON.stringify({ swagger: '2.0', info: { title: 'nodes', version: '1' }, paths }));
  return startChild(program, ['mock', '--port', '4010', document], { NO_COLOR: '1' });
}
