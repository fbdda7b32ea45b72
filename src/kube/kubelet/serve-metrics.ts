import { notFound } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply } from '../../registry/contract.js';
import { nodeUsage } from '../../registry/usage/node-usage.js';
import { containerUsage, isMeasured, type Usage } from '../../registry/usage/pod-usage.js';
import { formatTimestamp } from '../../state/clock.js';
import { answer } from '../encoding.js';
import {
  noPartialListOfOne,
  noPartialOfList,
  partialMetadata,
  partialMetadataList,
} from '../partial-metadata.js';
import { readIncludeObject, transformOf } from '../transform.js';
import type { KindRequest } from '../kind-request.js';
import { readListOptions } from '../list-options.js';
import { column, type Printer } from '../table/column.js';
import { buildTable } from '../table/table.js';

const pods = { group: '', plural: 'pods' };
const nodes = { group: '', plural: 'nodes' };
/** Milliseconds between two scrapes of the kubelets. */
const resolution = 15_000;

/**
 * Answers with what nodes and pods use, as metrics-server does: figures of the latest scrape, for what runs.
 *
 * @throws ApiError 404 for what is not there or has no figures
 * @see kubernetes-sigs/metrics-server pkg/api
 */
export function serveMetrics({ context, path, kind, form }: KindRequest): Reply {
  const { resource, version } = kind;
  const isNodes = resource.plural === 'nodes';
  const apiVersion = `${resource.group}/${version}`;
  const { matches } = readListOptions(context.query, resource, context.cluster.store.version);
  const found = (isNodes ? nodeMetrics : podMetrics)({ context, path, kind, form }).filter(
    (object) => path.name === '' || object.metadata.name === path.name,
  );
  const shown = path.name === '' ? found.filter((object) => matches?.(object) !== false) : found;
  const [only] = shown;
  if (path.name !== '' && only === undefined)
    throw notFound({ group: resource.group, plural: isNodes ? 'nodemetrics' : 'podmetrics' }, path.name);
  const transform = transformOf(form.accepted.parameters);
  if (transform?.as === 'PartialObjectMetadata') {
    if (only === undefined || path.name === '') throw noPartialOfList(resource);
    return answer(partialMetadata(only, transform.version), form);
  }
  if (transform?.as === 'PartialObjectMetadataList') {
    if (path.name !== '') throw noPartialListOfOne(resource);
    return answer(partialMetadataList(shown, {}, transform.version), form);
  }
  if (transform !== undefined) {
    const { include, now } = form;
    const objects = shown.map((object) => ({ ...object, kind: resource.kind, apiVersion }));
    return answer(
      buildTable(printer, objects, {
        includeObject: readIncludeObject(include),
        now,
        metadata: {},
        version: transform.version,
      }),
      form,
    );
  }
  if (path.name !== '') {
    const { kind: _kind, apiVersion: _apiVersion, ...members } = only as KubeObject;
    return answer({ kind: resource.kind, apiVersion, ...members }, form);
  }
  const items = shown.map(({ kind: _kind, apiVersion: _apiVersion, ...members }): JsonObject => members);
  return answer({ kind: `${resource.kind}List`, apiVersion, metadata: {}, items }, form);
}

function nodeMetrics({ context }: KindRequest): KubeObject[] {
  const { store } = context.cluster;
  const at = scrapedAt(context.world.clock.now());
  const byNode = new Map<string, KubeObject[]>();
  for (const { object } of store.list(pods)) {
    const name = digString(object, 'spec', 'nodeName');
    const known = byNode.get(name);
    if (known === undefined) byNode.set(name, [object]);
    else known.push(object);
  }
  return store
    .list(nodes)
    .map(({ object }) => object)
    .filter(isReady)
    .map((node) => ({
      ...figure(node, at),
      usage: quantities(nodeUsage(context.world.random.seed, node, byNode.get(node.metadata.name) ?? [], at)),
    }));
}

function podMetrics({ context, path }: KindRequest): KubeObject[] {
  const at = scrapedAt(context.world.clock.now());
  return context.cluster.store
    .list(pods, path.namespace || undefined)
    .map(({ object }) => object)
    .filter((pod) => isMeasured(pod, at))
    .map((pod) => ({
      ...figure(pod, at),
      containers: containerUsage(context.world.random.seed, pod, at).map(({ name, ...usage }) => ({
        name,
        usage: quantities(usage),
      })),
    }));
}

function scrapedAt(now: number): number {
  return Math.floor(now / resolution) * resolution;
}

function isReady(node: KubeObject): boolean {
  return digArray(node, 'status', 'conditions').some(
    (condition) => digString(condition, 'type') === 'Ready' && digString(condition, 'status') === 'True',
  );
}

/** What figures say besides the figures. */
function figure({ metadata: { name, namespace, labels } }: KubeObject, at: number): KubeObject {
  const timestamp = formatTimestamp(at);
  return {
    kind: '',
    apiVersion: '',
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      creationTimestamp: timestamp,
      ...(labels && { labels }),
    },
    timestamp,
    window: '15s',
  };
}

/** Billionths of cores and kibibytes, as metrics-server writes them. */
function quantities({ cpu, memory }: Usage): JsonObject {
  return { cpu: `${String(Math.round(cpu * 1e9))}n`, memory: `${String(Math.round(memory / 1024))}Ki` };
}

function usageCell(of: 'cpu' | 'memory') {
  return (object: KubeObject): string => {
    const containers = digArray(object, 'containers');
    const parts = containers.length > 0 ? containers : [object as unknown as JsonObject];
    const total = parts.reduce<number>(
      (sum, part) => sum + (Number.parseInt(digString(part, 'usage', of), 10) || 0),
      0,
    );
    return `${String(total)}${of === 'cpu' ? 'n' : 'Ki'}`;
  };
}

const printer: Printer = {
  columns: [
    column('Name', ({ metadata }) => metadata.name),
    column('cpu', usageCell('cpu')),
    column('memory', usageCell('memory')),
    column('Window', () => '15s'),
  ],
};
