import { posix } from 'node:path';
import { ApiError, internalError } from '../../../core/api-error.js';
import { textType } from '../../../registry/reply.js';
import type { Handler, RequestContext } from '../../../registry/contract.js';

/** Puts files of a form into a folder of a container; answers with what `tar` had to say. */
export const uploadFiles: Handler = async (context) => {
  const { headers, body = Buffer.alloc(0), query, world } = context;
  const { readMultipart } = await import('../../../registry/read-multipart.js');
  const { writeTar } = await import('../../../core/tar.js');
  const files = parsed(() => readMultipart(String(headers['content-type'] ?? ''), body));
  const mtime = Math.floor(world.clock.now() / 1000);
  const archive = writeTar(
    files
      .filter(({ filename }) => filename !== undefined)
      .map(({ filename = '', content }) => ({
        name: posix.basename(filename),
        kind: 'file',
        mode: 0o644,
        mtime,
        data: content,
        target: '',
      })),
  );
  const { stderr } = await runTar(context, ['-xmf', '-', '-C', query.get('path') ?? '/'], archive);
  return { status: 200, contentType: textType, body: stderr };
};

/** Sends a file or folder of a container as a tar archive. */
export const downloadFile: Handler = async (context) => {
  const path = context.query.get('path') ?? '';
  const { stdout } = await runTar(context, ['cf', '-', path]);
  return {
    status: 200,
    contentType: 'application/octet-stream',
    headers: {
      'Content-Disposition': `attachment; filename=${posix.basename(path).replace(/[\r\n"]/g, '')}.tar`,
    },
    body: stdout,
  };
};

/** Whatever goes wrong with a form is told as 500. */
function parsed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ApiError ? internalError(error.message) : error;
  }
}

async function runTar(
  context: RequestContext,
  args: readonly string[],
  input: Buffer = Buffer.alloc(0),
): Promise<{ readonly stdout: Buffer; readonly stderr: string }> {
  const { chooseContainer, checkRunning } = await import('../../../kube/kubelet/find-container.js');
  const { machineOf } = await import('../../../kube/kubelet/shell/machine.js');
  const { runCommand } = await import('../../../kube/kubelet/shell/run-script.js');
  const { byteInbox } = await import('../../../core/inbox.js');
  const { namespace = '', pod: name = '' } = context.params;
  const machine = parsed(() => {
    const pod = context.cluster.store.get(context.catalog.get('', 'pods'), namespace, name).object;
    const container = chooseContainer(pod, context.query.get('container') ?? '');
    checkRunning(pod, container);
    return machineOf(context, pod, container);
  });
  const stdin = byteInbox();
  stdin.push(input);
  stdin.end();
  const stdout: Buffer[] = [];
  let stderr = '';
  const code = await runCommand(machine, ['tar', ...args], {
    stdin,
    gone: context.world.ended,
    stdout: (data) => Promise.resolve(void stdout.push(Buffer.from(data))),
    stderr: (data) => Promise.resolve(void (stderr += data.toString())),
  });
  if (code !== 0) throw internalError(`command terminated with exit code ${String(code)}: ${stderr.trim()}`);
  return { stdout: Buffer.concat(stdout), stderr };
}
