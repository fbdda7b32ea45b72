import { digArray, digString, isJsonObject, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { controllerOf } from '../dependents.js';
import type { WriteContext } from '../../registry/contract.js';
import { fateOf } from './container-ends.js';

/**
 * Has the containers of a pod that is there for one piece of work do it, where the shell of containers knows how: a pod
 * that is not restarted ends with the exit code of its command, and what the command writes is its log. Pods of a Job
 * are done already; they only get their log.
 *
 * Containers with a stdin wait for somebody to attach.
 */
export function startOwnProcesses(context: WriteContext, pod: KubeObject): void {
  const isJob = controllerOf(pod)?.kind === 'Job';
  if (!isJob && digString(pod, 'spec', 'restartPolicy') !== 'Never') return;
  const containers = digArray(pod, 'spec', 'containers').filter((container) =>
    isGiven(context, pod, container),
  );
  if (containers.length === 0) return;
  void runAll(
    context,
    pod,
    containers.map((container) => digString(container, 'name')),
    isJob,
  );
}

function isGiven(context: WriteContext, pod: KubeObject, container: Json): boolean {
  if (!isJsonObject(container) || container['stdin'] === true) return false;
  if (digArray(container, 'command').length + digArray(container, 'args').length === 0) return false;
  return fateOf(context, pod, container) === undefined;
}

async function runAll(
  context: WriteContext,
  pod: KubeObject,
  containers: readonly string[],
  isJob: boolean,
): Promise<void> {
  const { ownCommand, runOwnProcess } = await import('../../kube/kubelet/own-process.js');
  const { endContainer } = await import('../../kube/kubelet/container-end.js');
  const { world } = context;
  const isOver = (): boolean => world.ended.aborted;
  await Promise.all(
    containers.map(async (container) => {
      const command = ownCommand(context, pod, container);
      if (command === undefined || isOver()) return;
      const drop = (): Promise<void> => Promise.resolve();
      const streams = { stdin: noInput(), stdout: drop, stderr: drop, gone: world.ended };
      const code = await runOwnProcess(context, pod, container, command, streams).catch(() => 137);
      if (!isJob && !isOver()) endContainer(context, pod, container, code);
    }),
  );
}

// eslint-disable-next-line @typescript-eslint/require-await -- what commands read is asynchronous
async function* noInput(): AsyncGenerator<Buffer> {
  yield* [];
}
