import type { Reply, RequestContext } from '../../registry/contract.js';

const type = 'text/plain; version=0.0.4; charset=utf-8';

/** Counters of requests by method and status, in the text form Prometheus reads. */
export function getMetrics({ world }: RequestContext): Reply {
  const counts = new Map<string, number>();
  for (const { method, status } of world.journal.entries) {
    // Not answered yet, as this request itself, or cut off.
    if (status === 0) continue;
    const labels = `code="${String(status)}",verb="${method.replace(/["\\\n]/g, '')}"`;
    counts.set(labels, (counts.get(labels) ?? 0) + 1);
  }
  const lines = [...counts]
    .sort()
    .map(([labels, count]) => `ks_server_request_total{${labels}} ${String(count)}`);
  const head = [
    '# HELP ks_server_request_total Requests answered.',
    '# TYPE ks_server_request_total counter',
  ];
  return { status: 200, contentType: type, body: `${[...head, ...lines].join('\n')}\n` };
}
