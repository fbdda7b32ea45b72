import { RegExpError } from '../../core/go-regexp.js';
import { digString, encodeCompact, type JsonObject } from '../../core/json.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json, jsonType } from '../../registry/reply.js';
import { encodeIndented } from '../../core/json.js';
import { cutToNamespace, pageCounts, resultsReply } from '../answer.js';
import { choiceOf, metricFilter } from '../choose.js';
import { printFloat } from '../figures/metric.js';
import { Moment } from '../figures/moment.js';
import { levels, ownerOf } from '../levels.js';
import { rank } from '../rank.js';
import { readRanking, readWhen, type When } from '../read-query.js';
import { measure, printSeries, type Measured, type Series } from '../series.js';
import { applicationOf, meteredLevels, type MeteredLevel } from './levels.js';
import { podMeters, type Meter } from './meters.js';
import { releaseOf, releasesIn } from './releases.js';

const hour = 3_600_000;

/** Meters of a level: what was used hour by hour, with least, most, average and sum. No prices are set. */
export function answerMeters(context: RequestContext, name: MeteredLevel): Reply {
  const { query, release, world } = context;
  const level = meteredLevels[name];
  const asked = new URLSearchParams(query);
  if (!asked.has('step')) asked.set('step', '1h');
  const when = readWhen(asked, world.clock.now(), release.name);
  const cut = cutToNamespace(context, when);
  const prefix = level.identifier === '' ? name : level.identifier;
  const meters = level.meters.map((meter) => ({ ...meter, name: `meter_${prefix}_${meter.name}` }));
  if (cut === undefined) return resultsReply(meters.map((meter) => ({ metric_name: meter.name, data: {} })));
  const ranking = readRanking(query);
  const takes = metricFilter(query.get('metrics_filter'));
  const chosen = meters.filter((meter) => takes(meter.name));
  const measured = measureMeters(context, name, chosen, cut);
  const print = (one: Omit<Measured, 'series'> & { readonly series: readonly (Series | undefined)[] }) =>
    printMeter(one, chosen, cut);
  if (query.get('operation') === 'export') return asFile(measured);
  if (ranking === undefined || level.identifier === '') return resultsReply(measured.map(print));
  const { results, total } = rank(measured, level.identifier, ranking);
  return resultsReply(results.map(print), total === 0 ? {} : pageCounts(ranking, total));
}

function measureMeters(
  context: RequestContext,
  name: MeteredLevel,
  meters: readonly Meter[],
  when: When,
): readonly Measured[] {
  const metrics = meters.map((meter) => ({
    name: meter.name,
    of: meter.of,
    unit: meter.resourceUnit === 'cores' ? ('cores' as const) : ('bytes' as const),
  }));
  try {
    return measure(context, metrics, meteredLevels[name].subjects(context, choiceOf(context)), when);
  } catch (error) {
    if (!(error instanceof RegExpError)) throw error;
    const text = `bad_data: invalid parameter "query": ${error.message}`;
    return metrics.map((metric) => ({ name: metric.name, type: 'vector', series: [], error: text }));
  }
}

function printMeter(
  {
    name,
    type,
    series,
    error,
  }: Omit<Measured, 'series'> & { readonly series: readonly (Series | undefined)[] },
  meters: readonly Meter[],
  when: When,
): JsonObject {
  if (error !== undefined) return { metric_name: name, data: {}, error };
  const meter = meters.find((one) => one.name === name);
  const result = series.map((one) =>
    one === undefined
      ? summary([], meter, 1)
      : printSeries(type, one, summary(one.points, meter, hoursPer(when))),
  );
  return { metric_name: name, data: { resultType: type, ...(result.length > 0 && { result }) } };
}

function hoursPer(when: When): number {
  return 'instant' in when ? 1 : when.step / hour;
}

/** Least, most, average and sum of points, each of which stands for some hours. */
function summary(points: Series['points'], meter: Meter | undefined, hours: number): JsonObject {
  const figures = points.map(([, figure]) => Number(figure));
  const show = (value: number): string =>
    figures.length === 0 ? '' : printFloat(Number(value.toFixed(meter?.decimals ?? 0)));
  const sum = figures.reduce((total, one) => total + one, 0);
  return {
    min_value: show(Math.min(...figures)),
    max_value: show(Math.max(...figures)),
    avg_value: show(sum / figures.length),
    sum_value: show(sum * hours),
    fee: figures.length === 0 ? '' : '0',
    resource_unit: figures.length === 0 ? '' : (meter?.resourceUnit ?? ''),
    currency_unit: '',
  };
}

/** A line for every point: what, of whom, when, how much. */
function asFile(measured: readonly Measured[]): Reply {
  const lines = measured.flatMap(({ name, series }) =>
    series.flatMap(({ labels, points }) =>
      points.map(([at, figure]) =>
        [name, cell(encodeCompact(labels)), new Date(at * 1000).toISOString(), figure].join(','),
      ),
    ),
  );
  return {
    status: 200,
    contentType: 'text/plain',
    headers: { 'Content-Disposition': 'attachment' },
    body: ['metric,labels,time,value', ...lines].map((line) => `${line}\n`).join(''),
  };
}

function cell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** `GET /metering/price`: none are set. */
export function answerPrices(): Reply {
  return json({ retention_day: '7d', currency: '' });
}

const kinds = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

/**
 * `GET /namespaces/{namespace}/metering/hierarchy`: what each workload and pod of a namespace uses. A workload of an
 * release of the app store or of an application is below that, and nowhere else. Meters not asked for are zero.
 *
 * @see kubesphere/kubesphere pkg/models/tenant/metering.go
 */
export function answerHierarchy(context: RequestContext): Reply {
  const { cluster, world, release, query, params } = context;
  const when = readWhen(
    new URLSearchParams({ time: query.get('time') ?? '' }),
    world.clock.now(),
    release.name,
  );
  const cut = cutToNamespace(context, when);
  const apps: Record<string, JsonObject & Branches> = Object.create(null) as typeof apps;
  const openpitrixs: typeof apps = Object.create(null) as typeof apps;
  const tree = { apps, openpitrixs, ...noBranches() };
  const takes = metricFilter(query.get('metrics_filter'));
  const releases = releasesIn(context, params['namespace'] ?? '', query.get('cluster') ?? '');
  if (cut === undefined || !('instant' in cut)) return indented(tree);
  const moment = new Moment(cluster.store, world.random.seed, cut.instant);
  const choice = { query, param: (key: string) => params[key] ?? '', takes: () => true };
  const statistic = (subject: Parameters<Meter['of']>[0]): JsonObject =>
    Object.fromEntries(
      podMeters.map((meter) => [
        meter.name,
        takes(`meter_pod_${meter.name}`) ? rounded(meter.of(subject, moment) ?? 0) : 0,
      ]),
    );
  const pods = levels.pod.subjects(context, choice).filter(({ since }) => since <= cut.instant);
  for (const workload of levels.workload.subjects(context, choice)) {
    const { object } = workload;
    if (object === undefined || workload.since > cut.instant) continue;
    const plural = kinds[object.kind as keyof typeof kinds];
    const own = pods.filter((pod) => {
      const owner = pod.object === undefined ? undefined : ownerOf(pod.object);
      return owner?.kind === object.kind && owner.name === object.metadata.name;
    });
    const parts = Object.fromEntries(own.map((pod) => [digString(pod.labels, 'pod'), statistic(pod)]));
    const used = statistic(workload);
    const release = releaseOf(object, releases)?.name;
    const whole = release ?? applicationOf(object);
    const wholes = release === undefined ? apps : openpitrixs;
    if (whole !== undefined) wholes[whole] = added(wholes[whole] ?? noBranches(), used);
    const branches = whole === undefined ? tree : wholes[whole];
    if (branches !== undefined) branches[plural][object.metadata.name] = { ...used, pods: parts };
  }
  return indented(tree);
}

type Branches = Record<(typeof kinds)[keyof typeof kinds], Record<string, JsonObject>>;

function noBranches(): Branches {
  return { deployments: {}, statefulsets: {}, daemonsets: {} };
}

/** An application with one more workload's figures. */
function added(app: JsonObject & Branches, more: JsonObject): JsonObject & Branches {
  const sum = Object.entries(more).map(([key, value]) => [
    key,
    rounded(Number(app[key] ?? 0) + Number(value)),
  ]);
  return { ...app, ...(Object.fromEntries(sum) as JsonObject) };
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function indented(body: JsonObject): Reply {
  return { status: 200, contentType: jsonType, body: encodeIndented(body, 1) };
}
