import type { ReleaseRange } from '../../core/release.js';
import type { Handler, Route } from '../../registry/contract.js';
import type { LevelName } from '../../metrics/levels.js';

type LevelRow = readonly [path: string, level: LevelName, range?: ReleaseRange];

/** Paths of named metrics that every release has, and what they measure. */
export const sharedLevels: readonly LevelRow[] = [
  ['/cluster', 'cluster'],
  ['/nodes', 'node'],
  ['/nodes/{node}', 'node'],
  ['/nodes/{node}/pods', 'pod'],
  ['/nodes/{node}/pods/{pod}', 'pod'],
  ['/workspaces', 'workspace'],
  ['/workspaces/{workspace}', 'workspace'],
  ['/workspaces/{workspace}/namespaces', 'namespace'],
  ['/namespaces', 'namespace'],
  ['/namespaces/{namespace}', 'namespace'],
  ['/namespaces/{namespace}/workloads', 'workload'],
  ['/namespaces/{namespace}/workloads/{kind}', 'workload'],
  ['/namespaces/{namespace}/workloads/{kind}/{workload}/pods', 'pod'],
  ['/namespaces/{namespace}/pods', 'pod'],
  ['/namespaces/{namespace}/pods/{pod}', 'pod'],
  ['/namespaces/{namespace}/pods/{pod}/containers', 'container'],
  ['/namespaces/{namespace}/pods/{pod}/containers/{container}', 'container'],
  ['/namespaces/{namespace}/persistentvolumeclaims', 'pvc'],
  ['/namespaces/{namespace}/persistentvolumeclaims/{pvc}', 'pvc'],
  ['/storageclasses/{storageclass}/persistentvolumeclaims', 'pvc'],
  ['/components/{component}', 'component'],
];

/** Routes that answer named metrics; what measures is read when the first of them is asked. */
export function levelRoutes(rows: readonly LevelRow[], handlerOf: (level: LevelName) => Handler): Route[] {
  return rows.map(([path, level, range]) => ({ method: 'GET', path, handle: handlerOf(level), ...range }));
}
