import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';

type Name =
  | 'listRules'
  | 'createRule'
  | 'deleteRules'
  | 'getRule'
  | 'updateRule'
  | 'deleteRule'
  | 'listAlerts'
  | 'listAlertsOfRule'
  | 'writeRules';
type BuiltinName = 'listBuiltin' | 'refuseBuiltin';

const rules =
  (name: Name): Handler =>
  async (context) =>
    (await import('../rules.js'))[name](context);
const builtin =
  (name: BuiltinName): Handler =>
  async (context) =>
    (await import('../builtin-rules.js'))[name](context);

const custom = ['', '/namespaces/{namespace}'].flatMap((prefix): Route[] => [
  { method: 'GET', path: `${prefix}/rules`, handle: rules('listRules') },
  { method: 'POST', path: `${prefix}/rules`, handle: rules('createRule') },
  { method: 'DELETE', path: `${prefix}/rules`, handle: rules('deleteRules'), since: 'v3.3' },
  { method: 'GET', path: `${prefix}/rules/{rule_name}`, handle: rules('getRule') },
  { method: 'PUT', path: `${prefix}/rules/{rule_name}`, handle: rules('updateRule') },
  { method: 'DELETE', path: `${prefix}/rules/{rule_name}`, handle: rules('deleteRule') },
  { method: 'GET', path: `${prefix}/rules/{rule_name}/alerts`, handle: rules('listAlertsOfRule') },
  { method: 'GET', path: `${prefix}/alerts`, handle: rules('listAlerts') },
  { method: 'POST', path: `${prefix}/bulkrules`, handle: rules('writeRules'), since: 'v3.3' },
]);

/** Rules that watch metrics, of the platform and of projects. */
export const alertingV2alpha1: ApiGroup = {
  name: 'alerting.kubesphere.io',
  version: 'v2alpha1',
  since: 'v3.1',
  until: 'v3.4',
  routes: [
    ...custom,
    { method: 'GET', path: '/builtin/rules', handle: builtin('listBuiltin') },
    { method: 'GET', path: '/builtin/alerts', handle: builtin('listBuiltin') },
    { method: 'GET', path: '/builtin/rules/{rule_id}', handle: builtin('refuseBuiltin') },
    { method: 'GET', path: '/builtin/rules/{rule_id}/alerts', handle: builtin('refuseBuiltin') },
  ],
};
