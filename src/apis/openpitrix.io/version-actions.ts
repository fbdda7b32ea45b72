import { storeSuffix } from '../../core/app-store-keys.js';
import { digArray, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { success } from '../../registry/reply.js';
import { stateOf } from './answers/show-version.js';
import { isService, orInternal, refused } from './failures.js';
import { readRequest } from './read-request.js';
import { appIdOf, appOf, find, listed, put, versionsOf } from './store.js';

/** What can be done to a version: what it becomes, and what OpenPitrix wants it to be before. */
const actions: ReadonlyMap<string, { readonly state: string; readonly from: readonly string[] }> = new Map([
  ['submit', { state: 'submitted', from: ['draft', 'rejected'] }],
  ['cancel', { state: 'draft', from: ['submitted', 'in-review'] }],
  ['pass', { state: 'passed', from: ['submitted', 'in-review'] }],
  ['reject', { state: 'rejected', from: ['submitted', 'in-review'] }],
  ['release', { state: 'active', from: ['passed'] }],
  ['suspend', { state: 'suspended', from: ['active'] }],
  ['recover', { state: 'active', from: ['suspended'] }],
]);
/** Entries kept of what has been done to a version. */
const keptAudits = 10;

/**
 * `POST …/versions/{version}/action`: KubeSphere itself takes any action in any state, OpenPitrix looks at the state.
 *
 * @see kubesphere/kubesphere pkg/models/openpitrix/applicationversions.go DoAppVersionAction
 */
export function actOnVersion(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ActionRequest');
  return orInternal(() => {
    const version = listed(context, 'version', context.params['version'] ?? '');
    act(context, version, digString(body, 'action'), digString(body, 'message'));
    return success();
  });
}

/** `POST /apps/{app}/action`: suspends all active versions of an app, or brings all suspended ones back. */
export function actOnApp(context: RequestContext): Promise<Reply> {
  const body = readRequest(context, 'ActionRequest');
  return orInternal(() => {
    const action = digString(body, 'action');
    const from = action === 'suspend' ? 'active' : action === 'recover' ? 'suspended' : undefined;
    const id = appIdOf(context.params['app'] ?? '');
    // OpenPitrix does to the versions what can be done, and does not look at the app.
    const isFit = isService(context) || stateOf(listed(context, 'app', id)) === from;
    if (from === undefined || !isFit) throw refused(context, 'InvalidArgument', 'action not support');
    for (const version of versionsOf(context, id)) {
      if (stateOf(version) === from) act(context, version, action, digString(body, 'message'));
    }
    return success();
  });
}

function act(context: RequestContext, version: KubeObject, action: string, message: string): void {
  const known = actions.get(action);
  if (known === undefined) throw refused(context, 'InvalidArgument', 'action not support');
  const { state, from } = known;
  const before = stateOf(version);
  if (isService(context) && !from.includes(before)) {
    const text = `app version [${version.metadata.name}] has incorrect status [${before}]`;
    throw refused(context, 'FailedPrecondition', text);
  }
  const time = context.world.clock.timestamp();
  const audit = { ...(message !== '' && { message }), state, time, operator: context.user.name };
  const audits = [audit, ...digArray(version, 'status', 'audit')].slice(0, keptAudits);
  put(context, 'version', { ...version, status: { ...digObject(version, 'status'), state, audit: audits } });
  if (action === 'release' || action === 'recover') bringStoreUpToDate(context, appOf(version));
}

/** What is in the store says what the app says now. */
function bringStoreUpToDate(context: RequestContext, appId: string): void {
  const app = listed(context, 'app', appId);
  const copy = find(context, 'app', appId + storeSuffix);
  if (copy !== undefined) put(context, 'app', { ...copy, spec: digObject(app, 'spec') });
}
