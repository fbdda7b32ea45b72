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
import { selects } from '../../core/object-selector.js';
import type { Resource, WriteContext } from '../../registry/contract.js';
import { patchObject } from '../../registry/verbs/patch.js';
import { isMeasured, podUsage } from '../../registry/usage/pod-usage.js';
import type { World } from '../../state/world.js';
import { isDeleting, type QueuedController, type WorkKey } from '../controller.js';
import { later } from '../later.js';
import { limited, steadied, type AutoscalerPast } from './autoscaler-behavior.js';
import { recordEvent } from './events.js';
import { podIndex } from './pod-index.js';
import { amount } from './pod-requests.js';
import { isFinished, isReady, ownKey } from './pods.js';
import { mergeConditions, writeStatus, type Condition } from './write-status.js';

const controllerName = 'horizontalpodautoscaler';
const component = 'horizontal-pod-autoscaler';
const autoscalers = { group: 'autoscaling', plural: 'horizontalpodautoscalers' };
/** Milliseconds between two looks. */
const period = 15_000;
/** Milliseconds for which what was found and done is remembered: the longest window and period there may be. */
const memory = 3_600_000;
/** Part of the target by which usage may miss it. */
const tolerance = 0.1;

/** By uid of the autoscaler. */
const pasts = new WeakMap<World, Map<string, AutoscalerPast>>();

/**
 * Keeps as many copies of something as what its pods use calls for, and says so. Usage is that of metrics.k8s.io.
 *
 * Autoscalers a world was loaded with are looked at once they have been written to.
 *
 * @see kubernetes/kubernetes pkg/controller/podautoscaler/horizontal.go
 */
export const horizontalPodAutoscalerController: QueuedController = {
  name: controllerName,
  watches: ['horizontalpodautoscalers.autoscaling'],
  keysOf: (context, change) => {
    const { object } = change.stored;
    const isNews = change.previous?.object['spec'] !== object['spec'];
    if (change.type === 'DELETED' || !isNews) return [];
    plan(context, ownKey(change), object);
    return [ownKey(change)];
  },
  settle: look,
};

/** Looks again and again, until the autoscaler is another. @param from Milliseconds since 1970. */
function plan(
  context: WriteContext,
  key: WorkKey,
  planned: KubeObject,
  from = context.world.clock.now(),
): void {
  const { world, cluster } = context;
  const due = from + period;
  later(world, controllerName, due, (now) => {
    const current = cluster.store.find(autoscalers, key.namespace, key.name)?.object;
    if (current?.metadata.uid !== planned.metadata.uid || current?.['spec'] !== planned['spec']) return;
    // What happened before that is forgotten by the end of the jump.
    const missed = Math.floor((now - due - memory) / period);
    if (missed > 0) plan(context, key, planned, due + (missed - 1) * period);
    else {
      look(context, key);
      plan(context, key, planned, due);
    }
  });
}

function look(context: WriteContext, { namespace, name }: WorkKey): void {
  const { cluster, catalog } = context;
  const autoscaler = cluster.store.find(autoscalers, namespace, name)?.object;
  const resource = catalog.byPlural(autoscalers.group, autoscalers.plural);
  if (autoscaler === undefined || resource === undefined || isDeleting(autoscaler)) return;
  const reference = digObject(autoscaler, 'spec', 'scaleTargetRef');
  const kind = catalog.byKind(digString(reference, 'apiVersion'), digString(reference, 'kind'));
  const target = kind && cluster.store.find(kind, namespace, digString(reference, 'name'))?.object;
  if (kind === undefined || target === undefined) {
    const group = digString(reference, 'apiVersion').split('/', 2)[0] ?? '';
    const what = kind === undefined ? digString(reference, 'kind') : `${kind.plural}.${group}`;
    const error = `${what} ${JSON.stringify(digString(reference, 'name'))} not found`;
    const message = `the HPA controller was unable to get the target's current scale: ${error}`;
    warn(context, autoscaler, 'FailedGetScale', error);
    report(context, resource, autoscaler, {
      conditions: [{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }],
      current: 0,
      desired: 0,
      metrics: [],
    });
    return;
  }
  const current = Number(dig(target, 'spec', 'replicas') ?? 1);
  if (current === 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    report(context, resource, autoscaler, {
      conditions: [able(), { type: 'ScalingActive', status: 'False', reason: 'ScalingDisabled', message }],
      current: 0,
      desired: 0,
      metrics: [],
    });
    return;
  }
  follow(context, { resource, autoscaler, kind, target, current });
}

interface Pair {
  readonly resource: Resource;
  readonly autoscaler: KubeObject;
  readonly kind: Resource;
  readonly target: KubeObject;
  readonly current: number;
}

function able(): Condition {
  return {
    type: 'AbleToScale',
    status: 'True',
    reason: 'ReadyForNewScale',
    message: 'recommended size matches current size',
  };
}

function follow(context: WriteContext, { resource, autoscaler, kind, target, current }: Pair): void {
  const least = Number(dig(autoscaler, 'spec', 'minReplicas') ?? 1);
  const most = Number(dig(autoscaler, 'spec', 'maxReplicas') ?? 1);
  if (current > most || current < least) {
    const [desired, which] =
      current > most ? [most, 'above Spec.MaxReplicas'] : [least, 'below Spec.MinReplicas'];
    report(context, resource, autoscaler, {
      conditions: [rescaled(desired), ...conditionsOf(autoscaler, 'ScalingActive', 'ScalingLimited')],
      current,
      desired,
      metrics: digArray(autoscaler, 'status', 'currentMetrics').filter(isJsonObject),
      scaled: true,
    });
    rescale(context, autoscaler, kind, target, desired, `Current number of replicas ${which}`);
    return;
  }
  const targets = targetsOf(autoscaler);
  const measures = targets.map((wanted) => measure(context, target, wanted, current));
  const failed = measures.find((one) => typeof one === 'string');
  const known = measures.filter((one) => typeof one !== 'string');
  if (typeof failed === 'string' && known.length === 0) {
    const message = `the HPA was unable to compute the replica count: ${failed}`;
    const count = String(measures.length);
    const of = targets[measures.indexOf(failed)]?.name ?? '';
    warn(context, autoscaler, 'FailedGetResourceMetric', failed);
    warn(
      context,
      autoscaler,
      'FailedComputeMetricsReplicas',
      `invalid metrics (${count} invalid out of ${count}), first error is: failed to get ${of} resource metric value: ${failed}`,
    );
    report(context, resource, autoscaler, {
      conditions: [
        {
          ...able(),
          reason: 'SucceededGetScale',
          message: "the HPA controller was able to get the target's current scale",
        },
        { type: 'ScalingActive', status: 'False', reason: 'FailedGetResourceMetric', message },
      ],
      current,
      desired: current,
      metrics: [],
    });
    return;
  }
  const top = [...known].sort((a, b) => b.replicas - a.replicas)[0];
  const wanted = top?.replicas ?? current;
  const now = context.world.clock.now();
  const past = pastOf(context.world, autoscaler, current);
  const spec = digObject(autoscaler, 'spec');
  const behavior = isJsonObject(spec['behavior']) ? spec['behavior'] : undefined;
  const situation = { current, least, most, wanted, behavior, past, now };
  const steady = steadied(situation);
  const { replicas: desired, reason, message } = limited({ ...situation, wanted: steady.replicas });
  const changes = desired === current ? past.changes : [...past.changes, { at: now, by: desired - current }];
  remember(context.world, autoscaler, { found: [...past.found, { at: now, replicas: wanted }], changes });
  const subject = `${top?.name ?? 'cpu'} resource utilization (percentage of request)`;
  const found = `the HPA was able to successfully calculate a replica count from ${top?.isUtilization === false ? `${top.name} resource` : subject}`;
  report(context, resource, autoscaler, {
    conditions: [
      desired === current ? { ...able(), reason: steady.reason, message: steady.message } : rescaled(desired),
      { type: 'ScalingActive', status: 'True', reason: 'ValidMetricFound', message: found },
      {
        type: 'ScalingLimited',
        status: reason === 'DesiredWithinRange' ? 'False' : 'True',
        reason,
        message,
      },
    ],
    current,
    desired,
    metrics: known.map(({ status }) => status),
    ...(desired !== current && { scaled: true }),
  });
  if (desired === current) return;
  const why = desired > current ? `${subject} above target` : 'All metrics below target';
  rescale(context, autoscaler, kind, target, desired, why);
}

function warn(context: WriteContext, autoscaler: KubeObject, reason: string, message: string): void {
  recordEvent(context, autoscaler, { type: 'Warning', reason, message, component });
}

function rescale(
  context: WriteContext,
  autoscaler: KubeObject,
  kind: Resource,
  target: KubeObject,
  replicas: number,
  why: string,
): void {
  const { name, namespace = '' } = target.metadata;
  patchObject(context, kind, { namespace, name }, (object) => ({
    ...object,
    spec: { ...digObject(object, 'spec'), replicas },
  }));
  const message = `New size: ${String(replicas)}; reason: ${why}`;
  recordEvent(context, autoscaler, { reason: 'SuccessfulRescale', message, component });
}

function rescaled(replicas: number): Condition {
  const message = `the HPA controller was able to update the target scale to ${String(replicas)}`;
  return { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message };
}

/** Conditions as they were. */
function conditionsOf(autoscaler: KubeObject, ...types: readonly string[]): Condition[] {
  return digArray(autoscaler, 'status', 'conditions').filter((one) =>
    types.includes(digString(one, 'type')),
  ) as unknown as Condition[];
}

/** What an autoscaler remembers; a new one takes the number it finds for enough. */
function pastOf(world: World, { metadata }: KubeObject, current: number): AutoscalerPast {
  const known = pasts.get(world)?.get(metadata.uid ?? '');
  return known ?? { found: [{ at: world.clock.now(), replicas: current }], changes: [] };
}

function remember(world: World, { metadata }: KubeObject, { found, changes }: AutoscalerPast): void {
  let ofWorld = pasts.get(world);
  if (ofWorld === undefined) pasts.set(world, (ofWorld = new Map<string, AutoscalerPast>()));
  const isRecent = ({ at }: { readonly at: number }): boolean => at > world.clock.now() - memory;
  ofWorld.set(metadata.uid ?? '', { found: found.filter(isRecent), changes: changes.filter(isRecent) });
}

/** What one metric is to be: cpu or memory, as a share of what is asked for or as an amount per pod. */
interface Target {
  readonly name: string;
  /** Percent. */
  readonly utilization?: number;
  /** Thousandths. */
  readonly average?: number;
}

function targetsOf(autoscaler: KubeObject): Target[] {
  const old = dig(autoscaler, 'spec', 'targetCPUUtilizationPercentage');
  const metrics = digArray(autoscaler, 'spec', 'metrics');
  if (metrics.length === 0) return [{ name: 'cpu', utilization: typeof old === 'number' ? old : 80 }];
  return metrics.flatMap((metric): Target[] => {
    if (digString(metric, 'type') !== 'Resource') return [];
    const name = digString(metric, 'resource', 'name');
    const utilization = dig(metric, 'resource', 'target', 'averageUtilization');
    const average = dig(metric, 'resource', 'target', 'averageValue');
    return typeof utilization === 'number' ? [{ name, utilization }] : [{ name, average: amount(average) }];
  });
}

interface Measure {
  readonly name: string;
  readonly isUtilization: boolean;
  readonly replicas: number;
  readonly status: JsonObject;
}

/** How many pods a metric calls for; a text says why that cannot be told. */
function measure(
  { cluster, world }: WriteContext,
  target: KubeObject,
  { name, utilization, average }: Target,
  current: number,
): Measure | string {
  const { namespace = '' } = target.metadata;
  const now = world.clock.now();
  const selector = dig(target, 'spec', 'selector');
  const pods = [...(podIndex(cluster.store).byNamespace.get(namespace)?.values() ?? [])].filter(
    (pod) => selects(selector, pod.metadata.labels) && !isFinished(pod) && !isDeleting(pod) && isReady(pod),
  );
  const measured = pods.filter((pod) => isMeasured(pod, now));
  if (measured.length === 0)
    return `failed to get ${name} utilization: unable to get metrics for resource ${name}: no metrics returned from resource metrics API`;
  let [used, asked] = [0, 0];
  for (const pod of measured) {
    const { cpu, memory } = podUsage(world.random.seed, pod, now);
    used += name === 'cpu' ? cpu * 1000 : memory * 1000;
    for (const container of digArray(pod, 'spec', 'containers')) {
      const request = digObject(container, 'resources', 'requests')[name];
      if (request === undefined && utilization !== undefined)
        return `failed to get ${name} utilization: missing request for ${name} in container ${digString(container, 'name')} of Pod ${pod.metadata.name}`;
      asked += amount(request);
    }
  }
  const averageValue =
    name === 'cpu'
      ? `${String(Math.round(used / measured.length))}m`
      : String(Math.round(used / 1000 / measured.length));
  const averageUtilization = Math.trunc((used * 100) / asked);
  const ratio =
    utilization === undefined
      ? used / measured.length / Math.max(1, average ?? 1)
      : averageUtilization / utilization;
  const replicas = Math.abs(ratio - 1) <= tolerance ? current : Math.ceil(ratio * measured.length);
  const values = utilization === undefined ? { averageValue } : { averageValue, averageUtilization };
  return {
    name,
    isUtilization: utilization !== undefined,
    replicas,
    status: { type: 'Resource', resource: { name, current: values } },
  };
}

interface Outcome {
  readonly conditions: readonly Condition[];
  readonly current: number;
  readonly desired: number;
  readonly metrics: readonly JsonObject[];
  readonly scaled?: boolean;
}

function report(
  context: WriteContext,
  resource: Resource,
  autoscaler: KubeObject,
  { conditions, current, desired, metrics, scaled }: Outcome,
): void {
  const now = context.world.clock.timestamp();
  const before = digArray(autoscaler, 'status', 'conditions').filter(isJsonObject);
  const { lastScaleTime } = digObject(autoscaler, 'status');
  const time: Json | undefined = scaled === true ? now : lastScaleTime;
  const [first] = metrics;
  const utilization = dig(first, 'resource', 'current', 'averageUtilization');
  writeStatus(context, resource, autoscaler, {
    ...(time !== undefined && { lastScaleTime: time }),
    currentReplicas: current,
    desiredReplicas: desired,
    // The first is how autoscaling/v1 says it; each version shows what it knows.
    ...(typeof utilization === 'number' && { currentCPUUtilizationPercentage: utilization }),
    ...(metrics.length > 0 && { currentMetrics: metrics }),
    conditions: mergeConditions(before, conditions, now),
  });
}
