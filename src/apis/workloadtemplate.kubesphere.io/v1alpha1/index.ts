import type { ApiGroup } from '../../../registry/contract.js';
import { applyTemplate, deleteTemplate, getTemplate, listTemplates } from '../templates.js';

const all = '/namespaces/{namespace}/workloadtemplates';
const one = `${all}/{workloadtemplate}`;

/** Templates of workloads. */
export const workloadTemplateV1alpha1: ApiGroup = {
  name: 'workloadtemplate.kubesphere.io',
  version: 'v1alpha1',
  since: 'v4.1',
  routes: [
    { method: 'GET', path: '/workloadtemplates', handle: listTemplates },
    { method: 'GET', path: '/workspaces/{workspace}/workloadtemplates', handle: listTemplates },
    { method: 'GET', path: all, handle: listTemplates },
    { method: 'POST', path: all, handle: applyTemplate },
    { method: 'PUT', path: one, handle: applyTemplate },
    { method: 'DELETE', path: one, handle: deleteTemplate },
    { method: 'GET', path: one, handle: getTemplate },
  ],
};
