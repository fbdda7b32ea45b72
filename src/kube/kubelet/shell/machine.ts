import { dig, digArray, digString } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { RequestContext } from '../../../registry/contract.js';
import { ContainerFiles, hostnameOf } from '../container-files.js';
import { containerSpec } from '../find-container.js';

/** What commands run in: one container, and where a shell in it stands. */
export interface Machine {
  readonly context: Pick<RequestContext, 'world' | 'cluster'>;
  readonly pod: KubeObject;
  readonly container: string;
  readonly files: ContainerFiles;
  readonly hostname: string;
  readonly environment: Map<string, string>;
  cwd: string;
  /** Exit code of the command before. */
  last: number;
}

/** Where a running command reads and writes. */
export interface Streams {
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: (data: Buffer | string) => Promise<void>;
  readonly stderr: (data: Buffer | string) => Promise<void>;
  /** Aborted when nobody waits for the command any more. */
  readonly gone: AbortSignal;
}

/** A container as a command sees it that has just been started in it. */
export function machineOf(
  context: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
): Machine {
  const { world, cluster } = context;
  const spec = containerSpec(pod, container);
  const environment = new Map([
    ['PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOSTNAME', hostnameOf(pod)],
    ['KUBERNETES_SERVICE_HOST', '10.233.0.1'],
    ['KUBERNETES_SERVICE_PORT', '443'],
    ['HOME', '/root'],
  ]);
  for (const each of digArray(spec, 'env')) {
    const from = digString(each, 'valueFrom', 'fieldRef', 'fieldPath').split('.').filter(Boolean);
    const value = from.length > 0 ? dig(pod, ...from) : dig(each, 'value');
    environment.set(digString(each, 'name'), typeof value === 'string' ? value : '');
  }
  return {
    context,
    pod,
    container,
    files: new ContainerFiles(world, cluster, pod, container),
    hostname: hostnameOf(pod),
    environment,
    cwd: digString(spec, 'workingDir') || '/',
    last: 0,
  };
}

/** Everything that comes in, in one piece. @throws Error above the limit of a container's memory */
export async function readAll(stdin: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stdin) {
    size += piece.length;
    if (size > inputLimit) throw new Error('Killed: out of memory');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const inputLimit = 256 * 1024 * 1024;
