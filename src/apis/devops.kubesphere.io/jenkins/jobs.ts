import { fnv64a } from '../../../core/fnv.js';
import { parseGoJson } from '../../../core/go-json.js';
import { digObject, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';
import { jenkinsJobAnnotation } from '../../../core/well-known-keys.js';
import { annotation, type KubeObject } from '../../../core/kube-object.js';
import { inRange } from '../../../core/release.js';
import { projectId, readProjects } from '../../../kube/devops-projects-2.1.js';
import { branchesKey } from '../../../pipelines/keys.js';
import type { RequestContext, WriteContext } from '../../../registry/contract.js';
import { blueError } from './failures.js';

const pipelines = { group: 'devops.kubesphere.io', plural: 'pipelines' };
const projects = { group: 'devops.kubesphere.io', plural: 'devopsprojects' };
/** Where the pipelines of 2.1 are kept, which are no objects there. */
export const jenkinsNamespace = 'kubesphere-devops-system';

/** A pipeline, as Jenkins knows it. */
export interface Job {
  readonly project: string;
  readonly name: string;
  /** Its Pipeline. */
  readonly object: KubeObject;
  readonly namespace: string;
  readonly isMultiBranch: boolean;
}

/** A branch of a pipeline. */
export interface Branch {
  readonly name: string;
  /** What its head points to. */
  readonly commit: string;
}

/** Whether Jenkins alone keeps pipelines. */
export function isJenkinsAlone({ release }: Pick<RequestContext, 'release'>): boolean {
  return inRange(release.name, { until: 'v2.1' });
}

/** Name of the object that stands for a pipeline of 2.1. */
export function nameOfJob(project: string, name: string): string {
  return `pipeline-${fnv64a(`${project}/${name}`)}`;
}

/** The pipeline a URL names. @throws ApiError 404 */
export function jobOf(context: RequestContext): Job {
  const { devops = '', pipeline = '' } = context.params;
  if (!hasProject(context, devops)) throw blueError(404, `Pipeline ${devops} not found`);
  const found = findJob(context, devops, pipeline);
  if (found === undefined) throw blueError(404, `Pipeline ${pipeline} not found`);
  return found;
}

/** A pipeline of a project; `undefined` when there is none. */
export function findJob(context: RequestContext, project: string, name: string): Job | undefined {
  const [namespace, id] = isJenkinsAlone(context)
    ? [jenkinsNamespace, nameOfJob(project, name)]
    : [namespaceOf(context, project), name];
  const object = context.cluster.store.find(pipelines, namespace, id)?.object;
  return object === undefined ? undefined : asJob(object, project, name);
}

/** The pipelines of a project, by name. */
export function jobsOf(context: RequestContext, project: string): readonly Job[] {
  const isAlone = isJenkinsAlone(context);
  const namespace = isAlone ? jenkinsNamespace : namespaceOf(context, project);
  const found = context.cluster.store.list(pipelines, namespace).flatMap(({ object }): Job[] => {
    if (!isAlone) return [asJob(object, project, object.metadata.name)];
    const [owner = '', name = ''] = (annotation(object, jenkinsJobAnnotation) ?? '').split('/');
    return owner === project ? [asJob(object, project, name)] : [];
  });
  return [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Ids of all projects. */
export function projectsOf(context: RequestContext): readonly string[] {
  if (isJenkinsAlone(context)) return readProjects(context).map(projectId);
  return context.cluster.store.list(projects).map(({ object }) => object.metadata.name);
}

/** Whether there is such a project. */
export function hasProject(context: RequestContext, id: string): boolean {
  return projectsOf(context).includes(id);
}

/** Branches of a pipeline as they were found last. */
export function branchesOf({ object }: Pick<Job, 'object'>): readonly Branch[] {
  const kept = parsed(annotation(object, branchesKey) ?? '');
  if (!Array.isArray(kept)) return [];
  return (kept as readonly Json[]).flatMap((one): Branch[] => {
    const name = digString(one, 'rawName') || digString(one, 'name');
    return name === '' ? [] : [{ name, commit: digString(one, 'commit') }];
  });
}

/** What a pipeline is defined as. */
export function specOf({ object }: Pick<Job, 'object'>): JsonObject {
  const spec = digObject(object, 'spec');
  return digObject(
    spec,
    digString(spec, 'type') === 'multi-branch-pipeline' ? 'multi_branch_pipeline' : 'pipeline',
  );
}

function asJob(object: KubeObject, project: string, name: string): Job {
  const isMultiBranch = digString(object, 'spec', 'type') === 'multi-branch-pipeline';
  return { project, name, object, namespace: object.metadata.namespace ?? '', isMultiBranch };
}

function namespaceOf({ cluster }: WriteContext, project: string): string {
  const found = cluster.store.find(projects, undefined, project)?.object;
  return digString(found, 'status', 'adminNamespace') || project;
}

function parsed(text: string): Json {
  try {
    const value = parseGoJson(text);
    return isJsonObject(value) || Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
