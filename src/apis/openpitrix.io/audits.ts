import { digArray, digString, type JsonObject } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { inRange } from '../../core/release.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { versionsOfApp } from '../../controllers/helm/app-status.js';
import { readConditions } from '../../registry/conditions.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { showAudits, showReview, stateOf } from './answers/show-version.js';
import { choicesOf, isChosen, pageReply, sorted } from './lists.js';
import { allOf, appIdOf, find } from './store.js';
import { byVersion } from './versions.js';

/** `GET /apps/{app}/audits` and `GET …/versions/{version}/audits`: what has been done to versions, the latest first. */
export function listAudits(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const { app = '', version } = context.params;
  const versions =
    version === undefined
      ? versionsOfApp(context, appIdOf(app))
      : [find(context, 'version', version)].filter((one) => one !== undefined);
  const found = versions.flatMap(showAudits).sort(byTime);
  return pageReply(found, query, (audit) => audit);
}

function byTime(a: JsonObject, b: JsonObject): number {
  const [one, other] = [digString(a, 'status_time'), digString(b, 'status_time')];
  if (one !== other) return one > other ? -1 : 1;
  const [name, otherName] = [digString(a, 'version_name'), digString(b, 'version_name')];
  return name === otherName ? 0 : name < otherName ? -1 : 1;
}

/** `GET /reviews`: versions by state, in the order something was done to them. */
export function listReviews(context: RequestContext): Reply {
  const query = readConditions(context.query);
  const keyword = query.exact.get('keyword') ?? '';
  const states = choicesOf(query, 'status');
  const found = allOf(context, 'version').filter(
    (version) => digString(version, 'spec', 'name').includes(keyword) && isChosen(states, stateOf(version)),
  );
  const order = (a: KubeObject, b: KubeObject): number => {
    const [one, other] = [lastTime(a), lastTime(b)];
    if (one !== other) return one < other ? -1 : 1;
    return byVersion(b, a);
  };
  const showsWorkspace = inRange(context.release.name, { since: 'v3.3' });
  return pageReply(sorted(found, order, query), query, (version) =>
    showReview(version, showsWorkspace ? (label(version, workspaceLabel) ?? '') : ''),
  );
}

function lastTime(version: KubeObject): string {
  return digString(digArray(version, 'status', 'audit')[0], 'time');
}
