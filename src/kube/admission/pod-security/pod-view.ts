import { quote } from '../../../core/api-error.js';
import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../../core/json.js';

/** A pod, or the template of one. */
export interface PodLike {
  readonly annotations: JsonObject;
  readonly spec: JsonObject;
}

/** What a check has against a pod. */
export interface Violation {
  readonly reason: string;
  readonly detail: string;
}

/** Containers of a pod in the order checks look at them: init, plain, ephemeral. */
export function containersOf({ spec }: PodLike): JsonObject[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((key) =>
    digArray(spec, key).filter(isJsonObject),
  );
}

/** A member of a security context. */
export function security(of: JsonObject, ...path: string[]): Json | undefined {
  return dig(of, 'securityContext', ...path);
}

/** Names of the containers something is true of. */
export function namesWhere(pod: PodLike, holds: (container: JsonObject) => boolean): string[] {
  return containersOf(pod)
    .filter(holds)
    .map((container) => digString(container, 'name'));
}

/** Texts in quotes, with commas. */
export function quoted(texts: readonly string[]): string {
  return texts.map(quote).join(', ');
}

/** Sorted, each once. */
export function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** `container "a"`, `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', names)} ${quoted(names)}`;
}

/** A noun, with an `s` when there is not one of it. */
export function plural(noun: string, of: readonly unknown[]): string {
  return of.length === 1 ? noun : `${noun}s`;
}

/** Who does something: the pod itself, some of its containers, or both. */
export function setters(pod: PodLike, holds: (of: JsonObject) => boolean): string[] {
  const names = namesWhere(pod, holds);
  return [...(holds(pod.spec) ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])];
}

/** Whether a pod says that it runs on Windows. */
export function isWindows({ spec }: PodLike): boolean {
  return digString(spec, 'os', 'name') === 'windows';
}

/** A text; empty when it is none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
