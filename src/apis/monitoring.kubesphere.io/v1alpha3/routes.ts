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

/** Named metrics of 3.x. */
export const routes: readonly Route[] = [
  { method: 'GET', path: '/kubesphere', handle: counters },
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
