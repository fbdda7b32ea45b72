import type { Handler, Route } from '../../../registry/contract.js';
import type { LevelName } from '../../../metrics/levels.js';
import { levelRoutes, sharedLevels } from '../routes.js';

const counters: Handler = async (context) => (await import('../counters.js')).platformCounters(context);

/** Figures of a level, or counters where the query asks for statistics of one workspace. */
function level(name: LevelName): Handler {
  return async (context) => {
    if (context.query.get('type') === 'statistics' && context.params['workspace'] !== undefined) {
      if (name === 'workspace') return (await import('../counters.js')).workspaceCounters(context);
    }
    return (await import('../../../metrics/answer.js')).answerLevel(context, name);
  };
}

const target =
  (name: 'targetMetadata' | 'targetLabelSets' | 'targetQuery'): Handler =>
  async (context) =>
    (await import('../../../metrics/targets.js'))[name](context);

/** Metrics by their own names, of a namespace and, since 3.1, of the cluster. */
const targets = (
  [
    ['metadata', 'targetMetadata'],
    ['labelsets', 'targetLabelSets'],
    ['query', 'targetQuery'],
  ] as const
).flatMap(([path, name]): Route[] => [
  { method: 'GET', path: `/namespaces/{namespace}/targets/${path}`, handle: target(name) },
  { method: 'GET', path: `/targets/${path}`, handle: target(name), since: 'v3.1' },
]);

const importDashboard: Handler = async (context) =>
  (await import('../dashboards/import-dashboard.js')).importDashboard(context);

/** Dashboards of Grafana, made ones of KubeSphere. */
const dashboards = ['/clusterdashboards', '/namespaces/{namespace}/dashboards'].map((path): Route => ({
  method: 'POST',
  path: `${path}/{grafanaDashboardName}/template`,
  handle: importDashboard,
  since: 'v3.3',
}));

/** Named metrics of 3.x. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/kubesphere', handle: counters },
  ...targets,
  ...dashboards,
  ...levelRoutes(
    [
      ...sharedLevels,
      ['/pods', 'pod', { since: 'v3.1' }],
      ['/namespaces/{namespace}/ingresses', 'ingress', { since: 'v3.1' }],
      ['/namespaces/{namespace}/ingresses/{ingress}', 'ingress', { since: 'v3.1' }],
    ],
    level,
  ),
];
