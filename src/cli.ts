#!/usr/bin/env node
import { runCommandLine } from './cli/run.js';

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  environment: process.env,
  print: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
});
