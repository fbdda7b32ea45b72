import { badRequest } from '../../../core/api-error.js';
import type { Handler, RequestContext } from '../../../registry/contract.js';
import type { MeteredLevel } from '../../../metrics/metering/levels.js';

const levels: Readonly<Record<string, MeteredLevel>> = {
  LevelCluster: 'cluster',
  LevelNode: 'node',
  LevelWorkspace: 'workspace',
  LevelNamespace: 'namespace',
  LevelApplication: 'application',
  LevelWorkload: 'workload',
  LevelService: 'service',
  LevelPod: 'pod',
};

/** `GET /metering`: meters of the level that the query names; where is told by the query too. @throws ApiError 400 */
export const metering: Handler = async (context) => {
  const text = context.query.get('level') ?? '';
  const level = text === '' ? 'cluster' : Object.hasOwn(levels, text) ? levels[text] : undefined;
  if (level === undefined) throw badRequest('level is invalid');
  return (await import('../../../metrics/metering/answer.js')).answerMeters(placed(context), level);
};

/** The same request with the places its query names as variables of its path. */
function placed(context: RequestContext): RequestContext {
  const params: Record<string, string> = {};
  for (const key of ['node', 'workspace', 'namespace', 'kind', 'workload', 'pod', 'storageclass']) {
    const value = context.query.get(key) ?? '';
    if (value !== '') params[key] = value;
  }
  return { ...context, params };
}

/** `GET /metering/price` */
export const meteringPrices: Handler = async () =>
  (await import('../../../metrics/metering/answer.js')).answerPrices();

/** `GET /namespaces/{namespace}/metering/hierarchy` */
export const meteringHierarchy: Handler = async (context) =>
  (await import('../../../metrics/metering/answer.js')).answerHierarchy(context);
