import { digArray, digString } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { containerStatus } from '../kube/kubelet/find-container.js';
import { logSource } from '../kube/kubelet/serve-log.js';
import type { RequestContext } from '../registry/contract.js';

/** A line a container wrote. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly container: string;
  readonly text: string;
}

/**
 * What the running containers of a pod wrote between two moments (milliseconds since 1970, both included): the lines that
 * reading the pod's log shows.
 */
export function containerLogs(
  context: RequestContext,
  pod: KubeObject,
  from: number,
  to: number,
): readonly LogLine[] {
  return digArray(pod, 'spec', 'containers').flatMap((one) => {
    const container = digString(one, 'name');
    const start = Date.parse(digString(containerStatus(pod, container), 'state', 'running', 'startedAt'));
    if (Number.isNaN(start)) return [];
    const lines = logSource(context, pod, container, { start }).between(from - 1, to);
    return lines.map(({ at, text }) => ({ at, container, text }));
  });
}
