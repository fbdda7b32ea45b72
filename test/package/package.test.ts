import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../src/core/version.js';
import { projectRoot } from '../support/project-copy.js';

const read = (name: string): string => readFileSync(join(projectRoot, name), 'utf8');
const described = JSON.parse(read('package.json')) as {
  version: string;
  files: readonly string[];
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

/** The pages users read, with what they link to. CONTRIBUTING.md is for those who have the repository. */
const links = ['README.md', 'CHANGELOG.md', ...pagesIn('docs')].flatMap((page) =>
  [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(([, link = '']) => [page, link] as const),
);

function pagesIn(folder: string): string[] {
  return readdirSync(join(projectRoot, folder)).map((name) => `${folder}/${name}`);
}

test('the pages are joined by links', () => {
  expect(links.length).toBeGreaterThan(10);
});

test.for(links)('the link of %s to %s leads to a page that is packed', ([page, link]) => {
  const target = relative(projectRoot, join(projectRoot, dirname(page), link));
  expect(existsSync(join(projectRoot, target))).toBe(true);
  const alwaysPacked = ['README.md', 'LICENSE', 'package.json'];
  expect([...alwaysPacked, ...described.files]).toContain(target.split('/')[0]);
});
