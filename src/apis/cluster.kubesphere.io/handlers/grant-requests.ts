import { badRequest, notFound } from '../../../core/api-error.js';
import { digArray, digObject, digString } from '../../../core/json.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { readBodyArray } from '../../../registry/read-json-body.js';
import { empty } from '../../../registry/reply.js';
import { updateObject } from '../../../registry/verbs/update.js';
import { refusedAsBad } from './labels.js';

const templates = { group: 'tenant.kubesphere.io', plural: 'workspacetemplates' };

/** `POST /clusters/{cluster}/grantrequests`: gives a cluster to workspaces or takes it away. */
export function grantCluster(context: RequestContext): Reply {
  const cluster = context.params['cluster'] ?? '';
  for (const request of readBodyArray(context, 'v1alpha1.UpdateVisibilityRequest')) {
    const op = digString(request, 'op');
    const workspace = digString(request, 'workspace');
    const template = context.cluster.store.find(templates, undefined, workspace)?.object;
    if (template === undefined) {
      throw badRequest(notFound({ group: templates.group, plural: 'WorkspaceTemplate' }, workspace).message);
    }
    if (op !== 'add' && op !== 'remove') throw badRequest('not support operation type');
    const spec = digObject(template, 'spec');
    const placement = digObject(spec, 'placement');
    const others = digArray(placement, 'clusters').filter((one) => digString(one, 'name') !== cluster);
    const clusters = op === 'add' ? [...others, { name: cluster }] : others;
    const resource = context.catalog.get(templates.group, templates.plural);
    refusedAsBad(() =>
      updateObject(context, resource, {
        ...template,
        spec: { ...spec, placement: { ...placement, clusters } },
      }),
    );
  }
  return empty();
}
