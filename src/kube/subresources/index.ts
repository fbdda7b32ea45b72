import type { Reply, Resource, Subresource } from '../../registry/contract.js';
import type { KindRequest } from '../kind-request.js';
import { logOverWebSocket } from '../kubelet/log-over-web-socket.js';
import { serveLog } from '../kubelet/serve-log.js';
import { servePortForward } from '../kubelet/serve-port-forward.js';
import { serveAttach, serveExec } from '../kubelet/serve-process.js';
import { serveProxy } from '../kubelet/serve-proxy.js';
import { reviewAccess, reviewLocalAccess, reviewOwnAccess, reviewOwnRules } from '../reviews/access.js';
import { reviewSelf, reviewToken } from '../reviews/identity.js';
import { asksForWebSocket } from '../web-socket-watch.js';
import { serveApproval } from './approval.js';
import { createBinding, serveBinding } from './binding.js';
import { serveEviction } from './eviction.js';
import { servePodPart } from './pod-parts.js';
import { serveScale } from './scale.js';
import { serveToken } from './token.js';

/** Answers a request to a part of an object. */
type SubresourceHandler = (request: KindRequest, part: Subresource) => Reply | Promise<Reply>;

/** Parts with an endpoint of their own that are more than a piece of the object, as `plural.group/part`. */
const parts: Readonly<Record<string, SubresourceHandler>> = {
  'deployments.apps/scale': serveScale,
  'replicasets.apps/scale': serveScale,
  'statefulsets.apps/scale': serveScale,
  'replicationcontrollers./scale': serveScale,
  'nodes./proxy': serveProxy,
  'pods./attach': serveAttach,
  'pods./binding': serveBinding,
  'pods./eviction': serveEviction,
  'pods./ephemeralcontainers': servePodPart,
  'pods./exec': serveExec,
  'pods./log': (request) =>
    asksForWebSocket(request.context) ? logOverWebSocket(serveLog(request)) : serveLog(request),
  'pods./portforward': servePortForward,
  'pods./proxy': serveProxy,
  'pods./resize': servePodPart,
  'services./proxy': serveProxy,
  'serviceaccounts./token': serveToken,
  'certificatesigningrequests.certificates.k8s.io/approval': serveApproval,
};

/** Kinds that are asked for an answer and never stored, as `plural.group`. */
const questions: Readonly<Record<string, (request: KindRequest) => Reply | Promise<Reply>>> = {
  'bindings.': createBinding,
  'selfsubjectaccessreviews.authorization.k8s.io': reviewOwnAccess,
  'subjectaccessreviews.authorization.k8s.io': reviewAccess,
  'localsubjectaccessreviews.authorization.k8s.io': reviewLocalAccess,
  'selfsubjectrulesreviews.authorization.k8s.io': reviewOwnRules,
  'selfsubjectreviews.authentication.k8s.io': reviewSelf,
  'tokenreviews.authentication.k8s.io': reviewToken,
};

/** The handler of a part of an object; `undefined` when there is none here. */
export function subresourceHandler(
  { plural, group, defined }: Resource,
  { name }: Subresource,
): SubresourceHandler | undefined {
  if (name === 'scale' && defined?.scale !== undefined) return serveScale;
  const key = `${plural}.${group}/${name}`;
  return Object.hasOwn(parts, key) ? parts[key] : undefined;
}

/** The handler of a kind that is never stored; `undefined` when there is none here. */
export function questionHandler({
  plural,
  group,
}: Resource): ((request: KindRequest) => Reply | Promise<Reply>) | undefined {
  const key = `${plural}.${group}`;
  return Object.hasOwn(questions, key) ? questions[key] : undefined;
}
