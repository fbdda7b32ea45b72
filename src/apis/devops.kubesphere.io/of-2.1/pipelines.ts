import { digObject, digString, type JsonObject } from '../../../core/json.js';
import { creatorAnnotation, jenkinsJobAnnotation } from '../../../core/well-known-keys.js';
import { projectId } from '../../../kube/devops-projects-2.1.js';
import { nameIn } from '../../../pipelines/run.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyObject } from '../../../registry/read-json-body.js';
import { json } from '../../../registry/reply.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { findJob, jenkinsNamespace, jobOf, nameOfJob, type Job } from '../jenkins/jobs.js';
import { blueReply } from '../jenkins/replies.js';
import { pipelineShape } from '../jenkins/shapes.js';
import { showJob } from '../jenkins/show-job.js';
import { maintainers, projectFor, serviceError, withServiceErrors } from './service-error.js';

const types = ['pipeline', 'multi-branch-pipeline'];

/** `GET …/pipelines/{pipeline}` of 2.1. @throws ApiError 404 */
export function getPipeline(context: RequestContext): Reply {
  return blueReply(context, showJob(context, jobOf(context)), pipelineShape);
}

/** `POST /devops/{devops}/pipelines` of 2.1. @throws ApiError 400, 403, 404, 409 */
export function createPipeline(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const spec = readSpec(context);
    const project = projectId(projectFor(context, maintainers));
    const name = nameIn(spec);
    if (findJob(context, project, name) !== undefined)
      throw serviceError(409, `job name [${name}] has been used`);
    createObject(
      context,
      context.catalog.get('devops.kubesphere.io', 'pipelines'),
      {
        apiVersion: 'devops.kubesphere.io/v1alpha3',
        kind: 'Pipeline',
        metadata: {
          name: nameOfJob(project, name),
          annotations: {
            [creatorAnnotation]: context.user.name,
            [jenkinsJobAnnotation]: `${project}/${name}`,
          },
        },
        spec,
      },
      { namespace: jenkinsNamespace },
    );
    return json({ name });
  });
}

/** `PUT …/pipelines/{pipeline}` of 2.1: the name stays. @throws ApiError 400, 403, 404 */
export function updatePipeline(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const spec = readSpec(context);
    const job = existingOf21(context);
    const member = digString(spec, 'type') === 'pipeline' ? 'pipeline' : 'multi_branch_pipeline';
    const renamed = { ...spec, [member]: { ...digObject(spec, member), name: job.name } };
    const kind = context.catalog.get('devops.kubesphere.io', 'pipelines');
    updateObject(context, kind, { ...job.object, spec: renamed }, { unconditional: true });
    return json({ name: nameIn(spec) });
  });
}

/** `DELETE …/pipelines/{pipeline}` of 2.1: its runs go with it. @throws ApiError 403, 404 */
export function deletePipeline(context: RequestContext): Reply {
  return withServiceErrors(() => {
    const { name, namespace, object } = existingOf21(context);
    const kind = context.catalog.get('devops.kubesphere.io', 'pipelines');
    deleteObject(context, kind, { namespace, name: object.metadata.name });
    return json({ name });
  });
}

/** `GET …/pipelines/{pipeline}/config` of 2.1: as it was defined. @throws ApiError 403, 404 */
export function pipelineConfig(context: RequestContext): Reply {
  return withServiceErrors(() => json(digObject(existingOf21(context).object, 'spec')));
}

/** The pipeline a URL of 2.1 names. @throws ApiError 403, 404 */
export function existingOf21(context: RequestContext): Job {
  const { pipeline = '' } = context.params;
  const found = findJob(context, projectId(projectFor(context, maintainers)), pipeline);
  // Of what Jenkins refuses, its client keeps the status.
  if (found === undefined) throw serviceError(404, '404');
  return found;
}

function readSpec(context: RequestContext): JsonObject {
  const { type, ...rest } = readBodyObject(context, 'devops.ProjectPipeline');
  if (typeof type !== 'string' || !types.includes(type)) throw serviceError(400, 'error unsupport job type');
  const [kept, other] =
    type === 'pipeline' ? ['pipeline', 'multi_branch_pipeline'] : ['multi_branch_pipeline', 'pipeline'];
  const { [other]: _, ...members } = rest;
  if (digString(members, kept, 'name') === '') throw serviceError(500, `${kept} name is empty`);
  return { type, ...members };
}
