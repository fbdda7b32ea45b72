import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { RequestContext } from '../../registry/contract.js';
import type { ClusterState } from '../../state/world.js';
import type { ProcessLog } from '../../state/process-log.js';
import { containerSpec, containerStatus } from './find-container.js';
import { isRunnable } from './shell/runnable.js';
import { machineOf, type Streams } from './shell/machine.js';
import { runCommand } from './shell/run-script.js';
import { forTerminal, isInteractive, runTerminal } from './shell/terminal.js';

/** Images whose own command is a shell. */
const shellImages = /(?:^|\/)(?:busybox|alpine|ubuntu|debian|centos|bash)(?::|@|$)/;

/** The command line a container's own process is started with, where its shell can run it; `undefined` elsewhere. */
export function ownCommand(
  { world, cluster }: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
): readonly string[] | undefined {
  const spec = containerSpec(pod, container);
  const given = [...digArray(spec, 'command'), ...digArray(spec, 'args')].map(String);
  if (given.length === 0) return shellImages.test(digString(spec, 'image')) ? ['sh'] : undefined;
  const { name, namespace = '' } = pod.metadata;
  const place = { cluster: cluster.name, namespace, pod: name, container };
  const isConfigured = world.containers.commandFor(place, given.join(' ')) !== undefined;
  return isConfigured || isRunnable(given) ? given : undefined;
}

/** Names a container for good: its cluster, the uid of its pod, and it. */
export function containerKey(cluster: ClusterState, { metadata }: KubeObject, container: string): string {
  return [cluster.name, metadata.uid ?? metadata.name, container].join('/');
}

/** What the process of a run of a container has written; `undefined` where none is run. @param back How many runs ago */
export function processLog(
  { world, cluster }: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
  back = 0,
): ProcessLog | undefined {
  const count = dig(containerStatus(pod, container), 'restartCount');
  const run = (typeof count === 'number' ? count : 0) - back;
  return world.containers.logOf(containerKey(cluster, pod, container), run);
}

/**
 * Runs the process a container is there for, with its output in the container's log.
 *
 * @param argv What {@link ownCommand} gave
 * @returns its exit code
 */
export async function runOwnProcess(
  context: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
  argv: readonly string[],
  streams: Streams,
): Promise<number> {
  const { world, cluster } = context;
  const count = dig(containerStatus(pod, container), 'restartCount');
  const log = world.containers.startLog(
    containerKey(cluster, pod, container),
    typeof count === 'number' ? count : 0,
  );
  const logged = (write: Streams['stdout']) => async (data: Buffer | string) => {
    log.write(data, world.clock.now());
    await write(data);
  };
  const own = { ...streams, stdout: logged(streams.stdout), stderr: logged(streams.stderr) };
  const machine = machineOf(context, pod, container);
  try {
    if (dig(containerSpec(pod, container), 'tty') !== true) return await runCommand(machine, argv, own);
    if (isInteractive(argv)) return await runTerminal(machine, own);
    const stdout = forTerminal(own.stdout);
    return await runCommand(machine, argv, { ...own, stdout, stderr: stdout });
  } finally {
    log.end(world.clock.now());
  }
}
