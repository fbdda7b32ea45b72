import { ApiError } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import type { Reply, RequestContext } from '../registry/contract.js';
import { Random } from '../state/random.js';
import { flowOf } from './request-flow.js';

/** Parts whose connections last, which are in no queue. */
const lasting = new Set(['attach', 'exec', 'log', 'portforward', 'proxy']);

/**
 * A handler whose answers and refusals have the headers kube-apiserver gives all of its own.
 *
 * - `Cache-Control`: nobody keeps an answer. kubectl would take what it has for new as long as the world's clock is ahead.
 * - `Audit-Id`: that of the client, else a new one; the same in every run.
 * - `X-Kubernetes-PF-…-UID`: which FlowSchema and PriorityLevelConfiguration the request belongs to, from Kubernetes 1.20 on.
 *
 * @see kubernetes/apiserver pkg/endpoints/filters/cachecontrol.go, audit_init.go; pkg/server/filters/priority-and-fairness.go
 */
export function withServerHeaders(
  handle: (context: RequestContext) => Reply | Promise<Reply>,
): (context: RequestContext) => Reply | Promise<Reply> {
  return (context) => {
    const headers = serverHeaders(context);
    const refuse = (error: unknown): never => {
      throw error instanceof ApiError ? error.with({ ...headers, ...error.headers }) : error;
    };
    try {
      const reply = handle(context);
      return reply instanceof Promise ? reply.then((one) => add(one, headers), refuse) : add(reply, headers);
    } catch (error) {
      return refuse(error);
    }
  };
}

function add(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  if (reply.status === 101) return reply;
  return { ...reply, headers: { ...headers, ...reply.headers } };
}

function serverHeaders(context: RequestContext): Readonly<Record<string, string>> {
  const { headers, world, entry, release, info } = context;
  const given = headers['audit-id'];
  const isQueued = inRange(release.name, { since: 'v3.1' }) && !lasting.has(info.subresource);
  const flow = isQueued ? flowOf(context) : undefined;
  return {
    // Not drawn from the world's sequence: reading changes nothing about what is made after it.
    'Audit-Id':
      typeof given === 'string' && given !== ''
        ? given
        : new Random(`${world.random.seed} audit ${String(entry.id)}`).uuid(),
    'Cache-Control': 'no-cache, private',
    ...(flow && {
      'X-Kubernetes-Pf-Flowschema-Uid': flow.schema,
      'X-Kubernetes-Pf-Prioritylevel-Uid': flow.level,
    }),
  };
}
