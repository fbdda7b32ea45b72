// Prints to stderr which files of installed packages a process loads.
import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
import { writeSync } from 'node:fs';
export async function load(url, context, next) {
  if (url.includes('/node_modules/') || url.endsWith('/src/cli.ts')) writeSync(2, 'loaded ' + url + '\\n');
  return next(url, context);
}`)}`,
);
