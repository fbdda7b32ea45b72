import { isDeepStrictEqual } from 'node:util';
import { ApiError, quote } from '../../core/api-error.js';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { shownQuantity } from '../validation/quantities.js';

const runtimeClasses = { group: 'node.k8s.io', plural: 'runtimeclasses' };

/**
 * Gives a new pod the overhead, node labels and tolerations of its RuntimeClass, and refuses what does not go with them.
 *
 * @see kubernetes/kubernetes plugin/pkg/admission/runtimeclass/admission.go
 */
export const podRuntime: ResourceHooks = {
  prepare: (pod, previous, context) => {
    if (previous !== undefined) return pod;
    const runtime = runtimeClassOf(pod, context);
    return runtime === undefined ? pod : withScheduling(withOverhead(pod, runtime), runtime);
  },
  validate: (pod, previous, context) => {
    if (previous !== undefined) return;
    const { overhead } = digObject(pod, 'spec');
    const fixed = overheadOf(runtimeClassOf(pod, context));
    if (fixed !== undefined && !isSameAmounts(fixed, overhead)) throw otherOverhead(pod);
    if (fixed === undefined && overhead !== undefined)
      throw rejected(
        pod,
        'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
      );
  },
};

function runtimeClassOf(pod: KubeObject, { cluster }: WriteContext): KubeObject | undefined {
  const name = digObject(pod, 'spec')['runtimeClassName'];
  if (typeof name !== 'string') return undefined;
  const found = cluster.store.find(runtimeClasses, undefined, name);
  if (found === undefined) throw rejected(pod, `pod rejected: RuntimeClass ${quote(name)} not found`);
  return found.object;
}

function overheadOf(runtime: KubeObject | undefined): JsonObject | undefined {
  const overhead = runtime?.['overhead'];
  return isJsonObject(overhead) ? digObject(overhead, 'podFixed') : undefined;
}

function withOverhead(pod: KubeObject, runtime: KubeObject): KubeObject {
  const fixed = overheadOf(runtime);
  if (fixed === undefined) return pod;
  const spec = digObject(pod, 'spec');
  if (spec['overhead'] !== undefined && !isSameAmounts(fixed, spec['overhead'])) throw otherOverhead(pod);
  return Object.keys(fixed).length === 0 ? pod : { ...pod, spec: { ...spec, overhead: fixed } };
}

/** Whether two lists of amounts say the same, however they write it. */
function isSameAmounts(one: Json | undefined, other: Json | undefined): boolean {
  const shown = (amounts: Json | undefined): JsonObject =>
    Object.fromEntries(
      Object.entries(digObject(amounts)).map(([name, value]) => [name, shownQuantity(value)]),
    );
  return isDeepStrictEqual(shown(one), shown(other));
}

function withScheduling(pod: KubeObject, runtime: KubeObject): KubeObject {
  const scheduling = runtime['scheduling'];
  if (!isJsonObject(scheduling)) return pod;
  const spec = digObject(pod, 'spec');
  const [own, wanted] = [digObject(spec, 'nodeSelector'), digObject(scheduling, 'nodeSelector')];
  for (const key of Object.keys(wanted).sort()) {
    const [theirs, given] = [digString(wanted, key), digString(own, key)];
    if (own[key] === undefined || given === theirs) continue;
    const of = `[${key}] =`;
    const why = `runtimeClass.scheduling.nodeSelector${of} ${theirs}; pod.spec.nodeSelector${of} ${given}`;
    throw rejected(pod, `conflict: ${why}`);
  }
  const nodeSelector = { ...own, ...wanted };
  const tolerations = merged([...digArray(spec, 'tolerations'), ...digArray(scheduling, 'tolerations')]);
  return {
    ...pod,
    spec: {
      ...spec,
      ...(Object.keys(nodeSelector).length > 0 && { nodeSelector }),
      ...(tolerations.length > 0 && { tolerations }),
    },
  };
}

/** Tolerations without those that others cover. @see pkg/util/tolerations MergeTolerations */
function merged(all: readonly Json[]): Json[] {
  const kept: Json[] = [];
  for (const [at, one] of all.entries()) {
    const isCovered = kept.some((other) => covers(other, one));
    const isSmaller = all.slice(at + 1).some((other) => !isDeepStrictEqual(other, one) && covers(other, one));
    if (!isCovered && !isSmaller) kept.push(one);
  }
  return kept;
}

function covers(wide: Json, narrow: Json): boolean {
  if (isDeepStrictEqual(wide, narrow)) return true;
  const [own, other] = [digObject(wide), digObject(narrow)];
  const text = (one: JsonObject, key: string): string => digString(one, key);
  const operator = text(own, 'operator');
  if (text(own, 'key') !== text(other, 'key') && (text(own, 'key') !== '' || operator !== 'Exists'))
    return false;
  const effect = text(own, 'effect');
  if (effect !== text(other, 'effect') && effect !== '') return false;
  const [most, asked] = [own['tolerationSeconds'], other['tolerationSeconds']];
  if (effect === 'NoExecute' && typeof most === 'number' && (typeof asked !== 'number' || asked > most))
    return false;
  if (operator === 'Exists') return true;
  return text(other, 'operator') === 'Equal' && text(other, 'value') === text(own, 'value');
}

function otherOverhead(pod: KubeObject): ApiError {
  return rejected(pod, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
}

function rejected({ metadata }: KubeObject, why: string): ApiError {
  const name = metadata.name === '' ? (metadata.generateName ?? '') : metadata.name;
  return new ApiError(403, 'Forbidden', `pods ${quote(name)} is forbidden: ${why}`, {
    details: { name, kind: 'pods' },
  });
}
