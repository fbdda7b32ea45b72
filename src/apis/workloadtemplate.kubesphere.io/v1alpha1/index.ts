import { notImplemented } from '../../../core/api-error.js';
import { json } from '../../../registry/reply.js';
import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';

const one = '/namespaces/{namespace}/workloadtemplates/{workloadtemplate}';

const listNone: Handler = () => json({ items: [], totalItems: 0 });

const unsupported: Handler = ({ method, info }) => {
  throw notImplemented(`${method} ${info.path}`);
};

/** Templates of workloads; no world of this fake holds any, and they cannot be written yet. */
export const workloadTemplateV1alpha1: ApiGroup = {
  name: 'workloadtemplate.kubesphere.io',
  version: 'v1alpha1',
  since: 'v4.1',
  routes: [
    { method: 'GET', path: '/workloadtemplates', handle: listNone },
    { method: 'GET', path: '/workspaces/{workspace}/workloadtemplates', handle: listNone },
    { method: 'GET', path: '/namespaces/{namespace}/workloadtemplates', handle: listNone },
    { method: 'POST', path: '/namespaces/{namespace}/workloadtemplates', handle: unsupported },
    ...(['GET', 'PUT', 'DELETE'] as const).map((method): Route => ({
      method,
      path: one,
      handle: unsupported,
    })),
  ],
};
