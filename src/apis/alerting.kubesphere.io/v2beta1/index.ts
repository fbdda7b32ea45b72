import type { ApiGroup, Handler, Route } from '../../../registry/contract.js';
import type * as handlers from '../rule-groups/handlers.js';
import type { Level } from '../rule-groups/levels.js';

const read =
  (name: keyof typeof handlers, level: Level): Handler =>
  async (context) =>
    (await import('../rule-groups/handlers.js'))[name](context, level);

const places: readonly (readonly [level: Level, groups: string, alerts: string])[] = [
  ['namespace', '/namespaces/{namespace}/rulegroups', '/namespaces/{namespace}/alerts'],
  ['cluster', '/clusterrulegroups', '/clusteralerts'],
  ['global', '/globalrulegroups', '/globalalerts'],
];

/** Groups of rules that watch metrics, and their alerts, to be read; they are written as objects, below `/apis`. */
export const alertingV2beta1: ApiGroup = {
  name: 'alerting.kubesphere.io',
  version: 'v2beta1',
  since: 'v3.4',
  until: 'v3.4',
  routes: places.flatMap(([level, groups, alerts]): Route[] => [
    { method: 'GET', path: groups, handle: read('listGroups', level) },
    { method: 'GET', path: `${groups}/{name}`, handle: read('getGroup', level) },
    { method: 'GET', path: alerts, handle: read('listAlerts', level) },
  ]),
};
