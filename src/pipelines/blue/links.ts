import type { JsonObject } from '../../core/json.js';

/** Where Blue Ocean has pipelines. */
const root = '/blue/rest/organizations/jenkins/pipelines';
const linkClass = 'io.jenkins.blueocean.rest.hal.Link';

/** A link of an answer; all end in a slash. */
export function link(href: string): JsonObject {
  return { _class: linkClass, href };
}

/** Links below a place, by their names: the place itself, and what is below it. */
export function linksBelow(place: string, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, link(name === 'self' ? place : `${place}${name}/`)]));
}

/** Where a pipeline is. */
export function pipelinePlace(project: string, pipeline: string): string {
  return `${root}/${encodeURIComponent(project)}/pipelines/${encodeURIComponent(pipeline)}/`;
}

/** Where a pipeline with branches has one of them; without one, where the pipeline is. */
export function branchPlace(project: string, pipeline: string, branch: string): string {
  const place = pipelinePlace(project, pipeline);
  // Jenkins encodes names of branches twice: they are names of folders that were encoded already.
  return branch === '' ? place : `${place}branches/${encodeURIComponent(encodeURIComponent(branch))}/`;
}

/** A moment as Blue Ocean writes it. */
export function moment(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '+0000');
}
