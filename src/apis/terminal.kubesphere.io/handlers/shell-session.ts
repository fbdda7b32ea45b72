import { byteInbox, type Inbox } from '../../../core/inbox.js';
import { encodeCompact, isJsonObject, type Json } from '../../../core/json.js';
import { chooseContainer, checkRunning } from '../../../kube/kubelet/find-container.js';
import { machineOf } from '../../../kube/kubelet/shell/machine.js';
import { runTerminal } from '../../../kube/kubelet/shell/terminal.js';
import type { RequestContext } from '../../../registry/contract.js';
import type { MessagePeer } from '../../../registry/session.js';

/** What a client types at once at most, in bytes: one read of the terminal. More of a message is cut off. */
const readBuffer = 32 * 1024;

/**
 * Runs a shell whose terminal is spoken to in JSON messages.
 *
 * @throws ApiError when the pod or container is not there
 * @see kubesphere/kubesphere pkg/models/terminal/terminal.go
 */
export async function runShellSession(
  context: RequestContext,
  place: { readonly namespace: string; readonly pod: string; readonly container: string },
  { messages, send, gone }: MessagePeer,
): Promise<void> {
  const pods = context.catalog.get('', 'pods');
  const pod = context.cluster.store.get(pods, place.namespace, place.pod).object;
  const container = chooseContainer(pod, place.container);
  checkRunning(pod, container);
  const stdin = byteInbox();
  const write = (data: Buffer | string): Promise<void> =>
    send(encodeCompact({ Op: 'stdout', Data: Buffer.from(data).toString('utf8'), Rows: 0, Cols: 0 }));
  void readMessages(messages, stdin);
  await runTerminal(machineOf(context, pod, container), { stdin, stdout: write, stderr: write, gone });
  stdin.drop();
}

/** What is typed, until the client leaves or says something that is not understood. */
async function readMessages(messages: AsyncIterable<string>, stdin: Inbox<Buffer>): Promise<void> {
  for await (const text of messages) {
    const message = readMessage(text);
    if (message?.op === 'stdin') stdin.push(Buffer.from(message.data).subarray(0, readBuffer));
    else if (message?.op !== 'resize') break;
    await stdin.room();
  }
  stdin.end();
}

/** A message; its keys are matched as Go matches them, in any case. `undefined` when it is none. */
function readMessage(text: string): { readonly op: string; readonly data: string } | undefined {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const members = new Map(Object.entries(value).map(([key, member]) => [key.toLowerCase(), member]));
  const [op, data = ''] = [members.get('op'), members.get('data')];
  return typeof op === 'string' && typeof data === 'string' ? { op, data } : undefined;
}
