import { ApiError, badRequest } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import type { Channels, ChannelSession } from '../../registry/session.js';
import type { KindRequest } from '../kind-request.js';
import { chooseContainer, checkRunning, containerSpec } from './find-container.js';
import { endContainer } from './container-end.js';
import { ownCommand, processLog, runOwnProcess } from './own-process.js';
import { readFlag } from '../query-values.js';
import { followLines, logSource, runOf, writtenLines } from './serve-log.js';
import { machineOf } from './shell/machine.js';
import { isExecutable, runCommand, runConfigured } from './shell/run-script.js';
import { forTerminal, isInteractive, runTerminal } from './shell/terminal.js';
import { exitStatus, startFailure } from './status.js';

/**
 * Runs a command in a container: `exec`.
 *
 * @throws ApiError in the words of apiserver and kubelet
 * @see kubernetes/kubernetes pkg/registry/core/pod/rest/subresources.go, kubernetes/kubelet pkg/cri/streaming/remotecommand
 */
export function serveExec(request: KindRequest): Reply {
  const { context } = request;
  const { pod, container } = placeOf(request);
  const command = context.query.getAll('command');
  return processReply(context, (channels, tty) => execute(context, pod, container, command, channels, tty));
}

/** Shows what a container's own process writes from now on, or talks to it when it is a shell: `attach`. */
export function serveAttach(request: KindRequest): Reply {
  const { context } = request;
  const { pod, container } = placeOf(request);
  return processReply(context, (channels, tty) =>
    attach(context, pod, container, channels, { stdin: readFlag(context.query, 'stdin'), tty }),
  );
}

function placeOf({ context, path, kind }: KindRequest): { pod: KubeObject; container: string } {
  const pod = context.cluster.store.get(kind.resource, path.namespace, path.name).object;
  const container = chooseContainer(pod, context.query.get('container') ?? '');
  checkRunning(pod, container);
  return { pod, container };
}

/** What asks for no upgrade cannot be answered with streams. @throws ApiError 400 */
export function requireUpgrade({ headers }: RequestContext): void {
  if (headers['upgrade'] === undefined) throw badRequest('Upgrade request required');
}

function processReply(
  context: RequestContext,
  run: (channels: Channels, tty: boolean) => Promise<JsonObject>,
): Reply {
  requireUpgrade(context);
  const [stdin, stdout, stderr, tty] = ['stdin', 'stdout', 'stderr', 'tty'].map((name) =>
    readFlag(context.query, name),
  ) as [boolean, boolean, boolean, boolean];
  if (!stdin && !stdout && !stderr) {
    const message = 'you must specify at least 1 of stdin, stdout, stderr';
    throw new ApiError(400, 'BadRequest', message, { dialect: 'router' });
  }
  const session: ChannelSession = {
    kind: 'channels',
    stdin,
    stdout,
    stderr: stderr && !tty,
    tty,
    run: (channels) => run(channels, tty),
  };
  return { status: 101, session };
}

/** Runs a command and tells how it ended. */
export async function execute(
  context: Pick<RequestContext, 'world' | 'cluster'>,
  pod: KubeObject,
  container: string,
  command: readonly string[],
  channels: Channels,
  tty: boolean,
): Promise<JsonObject> {
  const machine = machineOf(context, pod, container);
  const [first = ''] = command;
  const streams = tty
    ? { ...channels, stdout: forTerminal(channels.stdout), stderr: forTerminal(channels.stdout) }
    : channels;
  const configured = await runConfigured(machine, command.join(' '), streams);
  if (configured !== undefined) return exitStatus(configured, command);
  if (!isExecutable(first)) {
    const why = `exec: ${JSON.stringify(first)}: executable file not found in $PATH`;
    return startFailure(
      `failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: ${why}: unknown`,
    );
  }
  if (tty && isInteractive(command)) {
    machine.environment.set('TERM', 'xterm');
    return exitStatus(await runTerminal(machine, channels), command);
  }
  return exitStatus(await runCommand(machine, command, streams), command);
}

/**
 * Attaches to a container: whoever may type into one whose process the shell here can run, runs it, and with it the
 * container ends. Of all others the log is shown.
 */
async function attach(
  context: RequestContext,
  pod: KubeObject,
  container: string,
  channels: Channels,
  { stdin, tty }: { readonly stdin: boolean; readonly tty: boolean },
): Promise<JsonObject> {
  const spec = containerSpec(pod, container);
  const isOpen = stdin && spec['stdin'] === true && processLog(context, pod, container)?.ended !== false;
  const command = isOpen ? ownCommand(context, pod, container) : undefined;
  if (command !== undefined) {
    const code = await runOwnProcess(context, pod, container, command, channels);
    // Who leaves a process that others may attach to leaves it running.
    const isLeft = channels.gone.aborted && spec['stdinOnce'] !== true;
    if (!isLeft && !context.world.ended.aborted) endContainer(context, pod, container, code);
    // Whoever attaches is not told how the process ended; that is in the pod.
    return exitStatus(0, []);
  }
  const stdout = tty ? forTerminal(channels.stdout) : channels.stdout;
  const log = processLog(context, pod, container);
  if (log !== undefined) {
    for await (const line of writtenLines(log, log.length, channels.gone, context.world.ended))
      await stdout(`${line.text}\n`);
  } else {
    const source = logSource(context, pod, container, runOf(pod, container, false));
    await followLines(context, source, pod, context.world.clock.now(), channels.gone, async (lines) => {
      await stdout(lines.map((line) => `${line.text}\n`).join(''));
    });
  }
  return exitStatus(0, []);
}
