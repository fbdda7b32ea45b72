import type { Json, JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** Members of an Event that go by another name in `events.k8s.io`: that of the core group first. */
const renamed: readonly (readonly [core: string, own: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['reportingComponent', 'reportingController'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];
const toOwn = new Map(renamed);
const toCore = new Map(renamed.map(([core, own]) => [own, core] as const));

/** An Event of the core group as `events.k8s.io/v1` has it. @see kubernetes/kubernetes pkg/apis/events/v1/conversion.go */
export function asEventsEvent(event: KubeObject): KubeObject {
  return { ...withNames(event, toOwn), apiVersion: 'events.k8s.io/v1' } as KubeObject;
}

/** An Event of `events.k8s.io/v1` as the core group has it. */
export function asCoreEvent(event: KubeObject): KubeObject {
  return { ...withNames(event, toCore), apiVersion: 'v1' } as KubeObject;
}

function withNames(event: KubeObject, names: ReadonlyMap<string, string>): JsonObject {
  const members = Object.entries(event).map(([key, value]): [string, Json | undefined] => [
    names.get(key) ?? key,
    value,
  ]);
  return Object.fromEntries<Json | undefined>(members);
}
