// Joins the sources into a handful of files: finding and loading modules one by one is most of what a start would cost.
// What a plain `serve` needs is one file; what is imported on first use stays in files of its own; packages from npm
// stay outside.
import { chmodSync } from 'node:fs';
import { rolldown } from 'rolldown';

const bundle = await rolldown({
  input: { cli: 'src/cli.ts', index: 'src/index.ts', vitest: 'src/vitest.ts' },
  platform: 'node',
  external: /^[^./]/,
  resolve: { extensionAlias: { '.js': ['.ts'] } },
  checks: { ineffectiveDynamicImport: false },
});
const shape = { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' };
const { output } = await bundle.generate(shape);
// A container's health check runs every few seconds and must not load the server with it.
const command = new Set([...modulesOf('cli', output), ...modulesOf('healthcheck', output)]);
for (const { isEntry, facadeModuleId } of output) if (isEntry) command.delete(facadeModuleId);
const server = modulesOf('serve', output);
await bundle.write({
  ...shape,
  dir: 'dist',
  codeSplitting: {
    groups: [
      { name: 'command', test: (id) => command.has(id), priority: 2 },
      { name: 'server', test: (id) => server.has(id), priority: 1 },
    ],
  },
});
await bundle.close();
chmodSync('dist/cli.js', 0o755);

/** Every module that is loaded with the chunk of this name, before it runs. */
function modulesOf(name, chunks) {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const pending = chunks.filter((chunk) => chunk.name === name);
  const seen = new Set(pending);
  for (const chunk of pending) {
    for (const file of chunk.imports) {
      const next = byFile.get(file);
      if (next === undefined || seen.has(next)) continue;
      seen.add(next);
      pending.push(next);
    }
  }
  return new Set(pending.flatMap(({ moduleIds }) => moduleIds));
}
