import { badRequest } from '../../core/api-error.js';
import { byteInbox, type Inbox } from '../../core/inbox.js';
import { dig, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import type { ProcessLog, WrittenLine } from '../../state/process-log.js';
import { waitUntil } from '../../state/wait.js';
import type { World } from '../../state/world.js';
import type { ServedKind } from '../served-kind.js';
import type { NativePath } from '../native-path.js';
import { chooseContainer, containerStatus } from './find-container.js';
import { readLogOptions, type LogOptions } from './log-options.js';
import { processLog } from './own-process.js';
import { imageSource, scriptSource, type LogLine, type LogSource } from './log-source.js';

/** A request for the log of a pod. */
export interface LogRequest {
  readonly context: RequestContext;
  readonly path: Pick<NativePath, 'namespace' | 'name'>;
  readonly kind: Pick<ServedKind, 'resource'>;
}

/** When a run of a container began and ended. */
interface Run {
  readonly start: number;
  /** Absent while it goes on. */
  readonly end?: number;
}

/**
 * Answers with what a container has logged, and with what it logs from now on when that is asked for.
 *
 * @throws ApiError 400 in the words of apiserver and kubelet
 * @see kubernetes/kubernetes pkg/registry/core/pod/rest/log.go, pkg/kubelet/kubelet_pods.go validateContainerLogStatus
 */
export function serveLog({ context, path, kind }: LogRequest): Reply {
  const { query, world, cluster } = context;
  const options = readLogOptions(query, path.name, world.clock.now());
  const pod = cluster.store.get(kind.resource, path.namespace, path.name).object;
  const container = chooseContainer(pod, options.container);
  // A pod without a node has an empty log, not none.
  if (digString(pod, 'spec', 'nodeName') === '') return text('');
  const run = runOf(pod, container, options.previous);
  const written = writtenLog(context, pod, container, options.previous);
  if (written !== undefined) return processLogReply(world, written, options);
  const source = logSource(context, pod, container, run);
  const write = writer(options);
  const last = Math.min(run.end ?? Number.POSITIVE_INFINITY, world.clock.now());
  const logged = source.between((options.since ?? 0) - 1, last);
  const { tailLines } = options;
  const shown = tailLines === undefined ? logged : tailLines === 0 ? [] : logged.slice(-tailLines);
  const first = write(shown);
  if (!options.follow || run.end !== undefined) return text(first);
  return {
    ...text(''),
    body: followed(context, source, { pod, from: last, first, write }),
  };
}

/** What the process of a container wrote, unless a test wants another log. */
function writtenLog(
  context: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
  previous: boolean,
): ProcessLog | undefined {
  const { world, cluster } = context;
  const { name, namespace = '' } = pod.metadata;
  if (world.containers.logFor({ cluster: cluster.name, namespace, pod: name, container }) !== undefined)
    return undefined;
  return processLog(context, pod, container, previous ? 1 : 0);
}

function processLogReply(world: World, log: ProcessLog, options: LogOptions): Reply {
  const { since = 0, tailLines } = options;
  const write = writer(options);
  const logged = log.from(0).filter(({ at }) => at >= since);
  const shown = tailLines === undefined ? logged : tailLines === 0 ? [] : logged.slice(-tailLines);
  const first = write(shown.map((line) => ({ ...line, nanos: 0 })));
  if (!options.follow || log.ended) return text(first);
  const { length } = log;
  return {
    ...text(''),
    body: readUntilLeft(async (inbox, left) => {
      if (first.length > 0) inbox.push(first);
      for await (const line of writtenLines(log, length, left, world.ended)) {
        inbox.push(write([{ ...line, nanos: 0 }]));
        await inbox.room();
      }
    }),
  };
}

/** Lines of a process from a number on, as it writes them; ends with it, or when a signal says so. */
export async function* writtenLines(
  log: ProcessLog,
  from: number,
  ...signals: readonly AbortSignal[]
): AsyncGenerator<WrittenLine> {
  for (let next = from; !signals.some(({ aborted }) => aborted);) {
    const lines = log.from(next);
    next = log.length;
    yield* lines;
    if (log.length > next) continue;
    if (log.ended) return;
    await log.change(...signals);
  }
}

function text(body: string | Buffer): Reply {
  return { status: 200, contentType: 'text/plain', body };
}

/** What a run of a container logs: what a test wants, or what its image would. */
export function logSource(
  { world, cluster }: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
  { start }: Run,
): LogSource {
  const { name, namespace = '' } = pod.metadata;
  const script = world.containers.logFor({ cluster: cluster.name, namespace, pod: name, container });
  return script === undefined ? imageSource(pod, container, start) : scriptSource(script, start);
}

/** The run of a container whose log is wanted. @throws ApiError 400 when there is none */
export function runOf(pod: KubeObject, container: string, previous: boolean): Run {
  const status = containerStatus(pod, container);
  const place = `container ${JSON.stringify(container)} in pod ${JSON.stringify(pod.metadata.name)}`;
  if (status === undefined) throw badRequest(`${place} is not available`);
  const last = dig(status, 'lastState', 'terminated');
  const ended = dig(status, 'state', 'terminated');
  const running = dig(status, 'state', 'running');
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated ${place} not found`);
    return span(last as JsonObject);
  }
  if (running !== undefined) return span(running as JsonObject);
  if (ended !== undefined) return span(ended as JsonObject);
  if (last !== undefined) return span(last as JsonObject);
  const reason = digString(status, 'state', 'waiting', 'reason');
  if (reason === '') throw badRequest(`${place} is waiting to start - no logs yet`);
  throw badRequest(`${place} is waiting to start: ${waitingWords[reason] ?? reason}`);
}

const waitingWords: Readonly<Record<string, string>> = {
  ErrImagePull: "image can't be pulled",
  ImagePullBackOff: 'trying and failing to pull image',
};

function span(state: JsonObject): Run {
  const end = Date.parse(digString(state, 'finishedAt'));
  return {
    start: Date.parse(digString(state, 'startedAt')) || 0,
    ...(!Number.isNaN(end) && { end }),
  };
}

/** Makes bytes of lines, up to the limit in bytes of the whole answer. */
function writer({ timestamps, limitBytes }: LogOptions): (lines: readonly LogLine[]) => Buffer {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  return (lines) => {
    const whole = Buffer.from(
      lines.map((line) => `${timestamps ? `${stamp(line)} ` : ''}${line.text}\n`).join(''),
    );
    const taken = whole.length > left ? whole.subarray(0, left) : whole;
    left -= taken.length;
    return taken;
  };
}

/** RFC 3339 with nanoseconds, as container runtimes stamp lines. */
function stamp({ at, nanos }: LogLine): string {
  return new Date(at).toISOString().replace('Z', `${String(nanos % 1_000_000).padStart(6, '0')}Z`);
}

/** A log that goes on: until the client leaves, the pod goes, or its container stops. */
function followed(
  context: Pick<RequestContext, 'world' | 'cluster'>,
  source: LogSource,
  start: {
    readonly pod: KubeObject;
    readonly from: number;
    readonly first: Buffer;
    readonly write: (lines: readonly LogLine[]) => Buffer;
  },
): AsyncIterable<Buffer> {
  return readUntilLeft(async (inbox, left) => {
    if (start.first.length > 0) inbox.push(start.first);
    await followLines(context, source, start.pod, start.from, left, async (lines) => {
      inbox.push(start.write(lines));
      await inbox.room();
    });
  });
}

/** A body that is filled while somebody reads it. @param fill Told by the signal that nobody does any more */
function readUntilLeft(
  fill: (inbox: Inbox<Buffer>, left: AbortSignal) => Promise<void>,
): AsyncIterable<Buffer> {
  return {
    [Symbol.asyncIterator]: () => {
      const inbox = byteInbox();
      const left = new AbortController();
      void fill(inbox, left.signal).then(() => {
        inbox.end();
      });
      const reader = inbox[Symbol.asyncIterator]();
      return {
        next: () => reader.next(),
        return: () => {
          left.abort();
          inbox.drop();
          return Promise.resolve({ done: true, value: undefined });
        },
      };
    },
  };
}

/** Tells the lines of a log as the clock reaches them. Resolves when there will be no more, or nobody listens. */
export async function followLines(
  { world, cluster }: Pick<RequestContext, 'world' | 'cluster'>,
  source: LogSource,
  pod: KubeObject,
  from: number,
  gone: AbortSignal,
  tell: (lines: readonly LogLine[]) => Promise<void>,
): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  const over = new AbortController();
  const stop = (): void => {
    over.abort();
  };
  const unsubscribe = cluster.store.subscribe(({ resource, stored, type }) => {
    const { metadata } = stored.object;
    if (resource.plural !== 'pods' || resource.group !== '') return;
    if (metadata.namespace !== namespace || metadata.name !== name) return;
    const phase = digString(stored.object, 'status', 'phase');
    if (type === 'DELETED' || metadata.uid !== uid || phase === 'Succeeded' || phase === 'Failed') stop();
  }, stop);
  let told = from;
  while (!gone.aborted && !over.signal.aborted && !world.ended.aborted) {
    const next = source.nextAfter(told);
    await waitUntil(world.clock, next ?? Number.MAX_SAFE_INTEGER, gone, over.signal, world.ended);
    const now = world.clock.now();
    const lines = source.between(told, now);
    told = Math.max(told, now);
    if (lines.length > 0) await tell(lines);
  }
  unsubscribe();
}
