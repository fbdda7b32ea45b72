import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../src/core/version.js';
import { projectRoot } from '../support/project-copy.js';

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
const described = JSON.parse(read('package.json')) as {
  version: string;
  dependencies: Record<string, string>;
};

test('the version in the sources is that of the package', () => {
  expect(version).toBe(described.version);
});

test('the lock file names no registry', () => {
  expect(read('package-lock.json')).not.toContain('"resolved"');
});

test('the change log knows the version, or what comes next', () => {
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## \\[(Unreleased|${described.version})\\]`, 'm'));
});
