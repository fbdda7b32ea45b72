// Joins the sources into a handful of files: loading hundreds of modules one by one is most of what a start would cost.
// What is imported on first use stays in files of its own; packages from npm stay outside.
import { chmodSync } from 'node:fs';
import { build } from 'esbuild';

await build({
  entryPoints: ['src/cli.ts', 'src/index.ts', 'src/vitest.ts'],
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  packages: 'external',
  chunkNames: 'chunks/[name]-[hash]',
  logLevel: 'warning',
});
chmodSync('dist/cli.js', 0o755);
