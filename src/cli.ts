#!/usr/bin/env node
import { runCommandLine } from './cli/run.js';

/** What a shell says of a program that wrote to a pipe nobody reads any more: 128 and the number of SIGPIPE. */
const nobodyReads = 141;

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(nobodyReads);
});
// A server goes on without somebody who reads its log.
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const signals = ['SIGINT', 'SIGTERM'] as const;
const asked = new AbortController();
const stop = (): void => {
  asked.abort();
};

process.exitCode = await runCommandLine({
  argv: process.argv.slice(2),
  environment: process.env,
  print: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  stopped: () =>
    new Promise((resolve) => {
      asked.signal.addEventListener('abort', () => {
        resolve();
      });
      for (const signal of signals) process.once(signal, stop);
    }),
});

// Whatever is still under way, a start that was given up say, is not waited for; without having been asked, signals count
// again.
if (asked.signal.aborted) process.exit();
for (const signal of signals) process.off(signal, stop);
