import { expect, test } from 'vitest';
import { releaseNames } from '../../../src/core/release.js';
import { specsOf } from '../../../src/specs/published-specs.js';
import { exceptions } from './exceptions.js';

test('what is held against the documents are all operations of KubeSphere and of its kinds', () => {
  const sources = releaseNames.flatMap((release) => specsOf(release).sources);
  const count = (wanted: string): number =>
    sources.reduce((sum, { name, operations }) => (name === wanted ? sum + operations : sum), 0);
  expect({ kubesphere: count('kubesphere'), kinds: count('kubesphere-crd') }).toEqual({
    kubesphere: 1578,
    kinds: 616,
  });
  const held = releaseNames.reduce((sum, release) => sum + specsOf(release).operations.length, 0);
  expect(held).toBe(1578 + 616);
});

test.for(exceptions)(
  '$operation is excepted where there is one',
  ({ operation, releases = releaseNames }) => {
    const without = releases.filter(
      (release) => !specsOf(release).operations.some(({ key }) => operation.test(key)),
    );
    expect(without.length).toBeLessThan(releaseNames.length);
    expect(releases.length === releaseNames.length ? [] : without).toEqual([]);
  },
);
