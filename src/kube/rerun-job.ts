import { ApiError, badRequest } from '../core/api-error.js';
import { digObject, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { success } from '../registry/reply.js';
import { createObject } from '../registry/verbs/create.js';
import { deleteObject } from '../registry/verbs/delete.js';

const jobs = { group: 'batch', plural: 'jobs' };
const controllerKeys = new Set([
  'controller-uid',
  'batch.kubernetes.io/controller-uid',
  'batch.kubernetes.io/job-name',
  'job-name',
]);

/**
 * `POST …/jobs/{job}?action=rerun&resourceVersion=V`: deletes the job and creates it anew.
 *
 * @see kubesphere/kubesphere pkg/kapis/operations/v1alpha2/handler.go, pkg/models/jobs/rerun.go
 */
export function rerunJob(context: RequestContext): Reply {
  const { query, params, cluster, catalog } = context;
  const action = query.get('action') ?? '';
  if (action !== 'rerun') throw badRequest(`invalid operation ${action}`);
  const name = params['job'] ?? '';
  const namespace = params['namespace'] ?? '';
  const resource = catalog.get(jobs.group, jobs.plural);
  const job = cluster.store.find(jobs, namespace, name)?.object;
  if (job === undefined) {
    const kind = inRange(context.release.name, { since: 'v4.1' }) ? 'Job' : 'job';
    throw new ApiError(500, 'InternalError', `${kind}.batch "${name}" not found`);
  }
  if (job.metadata.resourceVersion !== query.get('resourceVersion')) {
    throw new ApiError(
      409,
      'Conflict',
      `Operation cannot be fulfilled on job.batch "${name}": please apply your changes to the latest version and try again`,
    );
  }
  deleteObject(context, resource, { namespace, name }, { propagation: 'Background' });
  createObject(context, resource, freshJob(job), { namespace });
  return success();
}

/** The job without what was given to its first run. */
function freshJob(job: KubeObject): JsonObject {
  const { name, namespace, labels, annotations } = job.metadata;
  const spec = digObject(job, 'spec');
  const { selector: _selector, template: _template, manualSelector: _manual, ...settings } = spec;
  const template = digObject(spec, 'template');
  const metadata = digObject(template, 'metadata');
  return {
    apiVersion: job.apiVersion,
    kind: job.kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels && { labels: withoutController(labels) }),
      annotations: { revisions: '', ...annotations },
    },
    spec: {
      ...settings,
      template: {
        ...template,
        metadata: { ...metadata, labels: withoutController(digObject(metadata, 'labels')) },
      },
    },
  };
}

function withoutController(labels: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !controllerKeys.has(key)));
}
