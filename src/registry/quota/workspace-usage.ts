import { dig, digObject, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import type { Quantity } from '../../core/quantity.js';
import type { ObjectStore } from '../../state/object-store.js';
import { addAmounts, countOf, readAmounts, type Amounts } from './quantities.js';
import { namespaceUsage } from './usage.js';

const namespaces = { group: '', plural: 'namespaces' };

/** What a quota of a workspace limits, and what its namespaces take of it. */
export interface WorkspaceUsage {
  readonly hard: Amounts;
  readonly total: Amounts;
  /** By namespace, in the order of their names. */
  readonly namespaces: ReadonlyMap<string, Amounts>;
}

/** Whether a quota of a workspace counts what is in a namespace. */
export function countsNamespace(quota: KubeObject, namespace: KubeObject): boolean {
  const matchLabels = digObject(quota, 'spec', 'selector');
  return selects({ matchLabels }, namespace.metadata.labels);
}

/** A quota of a workspace in the form Kubernetes' own has. */
export function asNativeQuota({ metadata, ...rest }: KubeObject, namespace: string): KubeObject {
  const spec: JsonObject = digObject(rest, 'spec', 'quota');
  return { kind: 'ResourceQuota', apiVersion: 'v1', metadata: { name: metadata.name, namespace }, spec };
}

/** What the namespaces a quota of a workspace counts take of what it limits. */
export function workspaceUsage(store: ObjectStore, quota: KubeObject): WorkspaceUsage {
  const hard = readAmounts(dig(quota, 'spec', 'quota', 'hard'));
  const total = new Map<string, Quantity>([...hard.keys()].map((name) => [name, countOf(0)]));
  const byNamespace = new Map<string, Amounts>();
  for (const { object } of store.list(namespaces)) {
    if (!countsNamespace(quota, object)) continue;
    const { name } = object.metadata;
    const used = namespaceUsage(store, asNativeQuota(quota, name), hard);
    byNamespace.set(name, used);
    addAmounts(total, used);
  }
  return { hard, total, namespaces: byNamespace };
}
