import { allSteps } from '../../../pipelines/items.js';
import { chanceOf, type Run } from '../../../pipelines/run.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { Job } from './jobs.js';

/** A file a run keeps. */
export interface Artifact {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Largest file that is made up, in bytes. */
const largest = 256 * 1024;

/** The files a run has kept so far; of patterns one file each, named for its pipeline. */
export function artifactsOf({ world }: RequestContext, { name }: Job, run: Run): readonly Artifact[] {
  const now = world.clock.now();
  const paths = allSteps(run.plan)
    .filter(({ id }) => {
      const { end, result } = run.timeline.spans.get(id) ?? {};
      return end !== undefined && end <= now && result === 'SUCCESS';
    })
    .flatMap(({ artifacts }) => artifacts)
    .map((pattern) => pattern.replaceAll('**/', '').replace(/\*+/g, name));
  const sizeOf = (path: string): number =>
    1024 + Math.floor(chanceOf(`${run.object.metadata.uid ?? ''} ${path}`) * largest);
  return [...new Set(paths)].map((path) => ({ path, size: sizeOf(path) }));
}

/** Where Jenkins itself has the page of a run. */
export function pageOf({ project, name }: Job, { branch, id }: Run): string {
  const folders = [project, name, ...(branch === '' ? [] : [branch])];
  return `${folders.map((one) => `/job/${encodeURIComponent(one)}`).join('')}/${id}/`;
}
