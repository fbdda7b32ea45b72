import { ApiError, quote } from '../../core/api-error.js';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import {
  addQuantities,
  formatQuantity,
  parseQuantity,
  zeroQuantity,
  type Quantity,
} from '../../core/quantity.js';
import type { ResourceHooks, WriteContext } from '../../registry/contract.js';
import { qosOf } from '../defaults/pod.js';

const limitRanges = { group: '', plural: 'limitranges' };
const noteKey = 'kubernetes.io/limit-ranger';
/** Name of the switch, as in the option `controllers`. */
const switchName = 'limitrange';

function itemsOf(
  { world, cluster }: WriteContext,
  namespace: string | undefined,
  type: string,
): JsonObject[] {
  if (world.switchedOff.has(switchName)) return [];
  return cluster.store
    .list(limitRanges, namespace)
    .flatMap(({ object }) => digArray(object, 'spec', 'limits'))
    .filter(isJsonObject)
    .filter((item) => item['type'] === type);
}

/**
 * Gives the containers of a new pod the requests and limits its namespace's LimitRanges say, and refuses what is beyond
 * them.
 *
 * @see kubernetes/kubernetes plugin/pkg/admission/limitranger/admission.go
 */
export const podLimits: ResourceHooks = {
  prepare: (pod, previous, context) => {
    if (previous !== undefined) return pod;
    const items = itemsOf(context, pod.metadata.namespace, 'Container');
    if (items.length === 0) return pod;
    const notes: string[] = [];
    const inits = given(pod, 'initContainers', 'init container', items, notes);
    const spec = {
      ...digObject(pod, 'spec'),
      ...given(pod, 'containers', 'container', items, notes),
      ...inits,
    };
    if (notes.length === 0) return pod;
    const annotations = {
      ...pod.metadata.annotations,
      [noteKey]: `LimitRanger plugin set: ${notes.join('; ')}`,
    };
    const status = { ...digObject(pod, 'status'), qosClass: qosOf(spec) };
    return { ...pod, metadata: { ...pod.metadata, annotations }, spec, status };
  },
  validate: (pod, previous, context) => {
    if (previous !== undefined) return;
    const { namespace } = pod.metadata;
    const problems = [
      ...itemsOf(context, namespace, 'Container').flatMap((item) =>
        [...digArray(pod, 'spec', 'initContainers'), ...digArray(pod, 'spec', 'containers')].flatMap(
          (container) =>
            beyond(item, 'Container', (part, name) => amountOf(dig(container, 'resources', part, name))),
        ),
      ),
      ...itemsOf(context, namespace, 'Pod').flatMap((item) =>
        beyond(item, 'Pod', (part, name) => sumOf(pod, part, name)),
      ),
    ];
    refuse('pods', pod, problems);
  },
};

/** Refuses claims that ask for more or less storage than LimitRanges say. */
export const claimLimits: ResourceHooks = {
  validate: (claim, _previous, context) => {
    const problems = itemsOf(context, claim.metadata.namespace, 'PersistentVolumeClaim').flatMap((item) =>
      beyond(item, 'PersistentVolumeClaim', (part, name) =>
        part === 'requests' ? amountOf(dig(claim, 'spec', 'resources', part, name)) : undefined,
      ),
    );
    refuse('persistentvolumeclaims', claim, problems);
  },
};

function given(
  pod: KubeObject,
  key: 'containers' | 'initContainers',
  what: string,
  items: readonly JsonObject[],
  notes: string[],
): JsonObject {
  const containers = digArray(pod, 'spec', key);
  if (containers.length === 0) return {};
  const completed = containers.map((container): Json => {
    if (!isJsonObject(container)) return container;
    const resources: Record<string, Json> = {
      ...(digObject(container, 'resources') as Record<string, Json>),
    };
    for (const [part, from, word] of [
      ['requests', 'defaultRequest', 'request'],
      ['limits', 'default', 'limit'],
    ] as const) {
      const own = digObject(resources, part);
      const wanted: JsonObject = Object.assign(
        {},
        ...items.map((item) => digObject(item, from)),
      ) as JsonObject;
      const missing = Object.entries(wanted).filter(([name]) => own[name] === undefined);
      if (missing.length === 0) continue;
      resources[part] = { ...own, ...Object.fromEntries(missing) };
      const names = missing.map(([name]) => name).sort();
      notes.push(`${names.join(', ')} ${word} for ${what} ${digString(container, 'name')}`);
    }
    return { ...container, resources };
  });
  return { [key]: completed };
}

type Part = 'requests' | 'limits';

function beyond(
  item: JsonObject,
  type: string,
  amount: (part: Part, name: string) => Quantity | undefined,
): string[] {
  const problems: string[] = [];
  const isClaim = type === 'PersistentVolumeClaim';
  for (const [name, least] of quantities(item, 'min')) {
    const [asked, most] = [amount('requests', name), amount('limits', name)];
    const start = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`;
    if (asked === undefined) problems.push(`${start}.  No request is specified`);
    else if (asked.milli < least.milli) problems.push(`${start}, but request is ${formatQuantity(asked)}`);
    else if (most !== undefined && most.milli < least.milli)
      problems.push(`${start}, but limit is ${formatQuantity(most)}`);
  }
  for (const [name, top] of quantities(item, 'max')) {
    const [asked, most] = [amount('requests', name), amount('limits', name)];
    const start = `maximum ${name} usage per ${type} is ${formatQuantity(top)}`;
    if (most === undefined && !isClaim) problems.push(`${start}.  No limit is specified`);
    else if (most !== undefined && most.milli > top.milli)
      problems.push(`${start}, but limit is ${formatQuantity(most)}`);
    else if (asked !== undefined && asked.milli > top.milli)
      problems.push(`${start}, but request is ${formatQuantity(asked)}`);
  }
  for (const [name, ratio] of quantities(item, 'maxLimitRequestRatio')) {
    const [asked, most] = [amount('requests', name), amount('limits', name)];
    const start = `${name} max limit to request ratio per ${type} is ${formatQuantity(ratio)}`;
    if (asked === undefined || most === undefined || asked.milli === 0n) {
      problems.push(`${start}, but no request is specified or request is 0`);
      continue;
    }
    const real = Number(most.milli) / Number(asked.milli);
    if (real > Number(ratio.milli) / 1000)
      problems.push(`${start}, but provided ratio is ${real.toFixed(6)}`);
  }
  return problems;
}

function quantities(item: JsonObject, key: string): [string, Quantity][] {
  return Object.entries(digObject(item, key)).flatMap(([name, value]) => {
    const quantity = amountOf(value);
    return quantity === undefined ? [] : [[name, quantity] as [string, Quantity]];
  });
}

function amountOf(value: Json | undefined): Quantity | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined;
}

/** What a whole pod asks for; `undefined` when no container says anything. */
function sumOf(pod: KubeObject, part: Part, name: string): Quantity | undefined {
  const found = digArray(pod, 'spec', 'containers').flatMap(
    (container) => amountOf(dig(container, 'resources', part, name)) ?? [],
  );
  return found.length === 0 ? undefined : found.reduce(addQuantities, zeroQuantity);
}

function refuse(plural: string, { metadata }: KubeObject, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const why = problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
  throw new ApiError(403, 'Forbidden', `${plural} ${quote(metadata.name)} is forbidden: ${why}`, {
    details: { name: metadata.name, kind: plural },
  });
}
