import { ApiError } from '../../../core/api-error.js';
import { inRange } from '../../../core/release.js';
import type { ResourceScope } from '../../../core/request-info.js';
import type { Handler, Reply, RequestContext } from '../../../registry/contract.js';
import { createObject } from '../../../registry/verbs/create.js';
import { deleteObject } from '../../../registry/verbs/delete.js';

/** Where a shell is to be started. */
interface ShellPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  /** Called when the session is over. */
  readonly leave?: () => void;
}

/** Milliseconds between pings of kubectl and node shells. */
const pingEvery = 27_000;

/** A shell in a container of a pod. */
export const podShell: Handler = (context) => {
  const { namespace = '', pod = '' } = context.params;
  checkRight(context, 'pods', 'Namespace', namespace);
  const container = context.query.get('container') ?? '';
  return shellReply(context, () => ({ namespace, pod, container }));
};

/**
 * A shell on a node: in a pod there that is made for it and deleted when the last session ends.
 *
 * @see kubesphere/kubesphere pkg/models/terminal/terminal.go HandleShellAccessToNode
 */
export const nodeShell: Handler = (context) => {
  const { nodename = '' } = context.params;
  checkRight(context, 'nodes', 'Cluster', '');
  const since41 = inRange(context.release.name, { since: 'v4.1' });
  const namespace = since41 ? 'kubesphere-system' : 'kubesphere-controls-system';
  return shellReply(
    context,
    () => {
      const pods = context.catalog.get('', 'pods');
      const name = `${nodename}-shell-access`;
      context.cluster.store.get(context.catalog.get('', 'nodes'), undefined, nodename);
      ensurePod(context, namespace, name, 'nsenter', 'alpine:3.15', {
        nodeName: nodename,
        hostNetwork: true,
        hostPID: true,
        restartPolicy: 'Never',
      });
      const release = context.world.containers.hold(`${context.cluster.name}/${name}`);
      const leave = (): void => {
        const isThere = context.cluster.store.find(pods, namespace, name) !== undefined;
        if (release() && isThere) deleteObject(context, pods, { namespace, name }, { gracePeriodSeconds: 0 });
      };
      return { namespace, pod: name, container: 'nsenter', leave };
    },
    since41 ? pingEvery : undefined,
  );
};

/** A shell with kubectl in it: in a pod of the caller's own, made on demand. The user in the path is not looked at. */
export const kubectlShell: Handler = (context) =>
  shellReply(
    context,
    () => {
      const [namespace, pod] = ['kubesphere-system', `ks-managed-kubectl-${context.user.name}`];
      ensurePod(context, namespace, pod, 'kubectl', 'kubesphere/kubectl:v1.27.16', {});
      return { namespace, pod, container: 'kubectl' };
    },
    pingEvery,
  );

/** The right to create `exec` below pods or nodes; the refusal says nothing. */
function checkRight(
  context: RequestContext,
  resource: 'pods' | 'nodes',
  scope: ResourceScope,
  namespace: string,
): void {
  const { allowed, reason } = context.authorize({
    user: context.user,
    verb: 'create',
    apiGroup: '',
    resource,
    subresource: 'exec',
    scope,
    ...(namespace !== '' && { namespace }),
  });
  if (!allowed) throw new ApiError(403, 'Forbidden', reason);
}

function ensurePod(
  context: RequestContext,
  namespace: string,
  name: string,
  container: string,
  image: string,
  spec: Readonly<Record<string, string | boolean>>,
): void {
  const pods = context.catalog.get('', 'pods');
  if (context.cluster.store.find(pods, namespace, name) !== undefined) return;
  createObject(context, pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: { ...spec, containers: [{ name: container, image, stdin: true, tty: true }] },
  });
}

/** Goes over to a shell. Whatever keeps it from starting closes the socket without a word, as in the real server. */
function shellReply(context: RequestContext, find: () => ShellPlace, ping?: number): Reply {
  if (String(context.headers['upgrade'] ?? '').toLowerCase() !== 'websocket') {
    throw new ApiError(400, 'BadRequest', 'Bad Request', { headers: { 'Sec-Websocket-Version': '13' } });
  }
  return {
    status: 101,
    session: {
      kind: 'messages',
      ending: 'cut',
      ...(ping !== undefined && { pingEvery: ping }),
      run: async (peer) => {
        let place: ShellPlace | undefined;
        try {
          place = find();
          const { runShellSession } = await import('./shell-session.js');
          await runShellSession(context, place, peer);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          context.world.journal.note(context.entry, `the shell did not start: ${error.message}`);
        } finally {
          place?.leave?.();
        }
      },
    },
  };
}
