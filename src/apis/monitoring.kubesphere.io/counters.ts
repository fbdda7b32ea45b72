import type { GroupResource } from '../../core/api-error.js';
import { digArray, digString, type JsonObject } from '../../core/json.js';
import { label } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { feesOf, resultsReply } from '../../metrics/answer.js';

type Kind = readonly [group: string, plural: string];
const [clusters, workspaces, users, apps]: readonly [Kind, Kind, Kind, Kind] = [
  ['cluster.kubesphere.io', 'clusters'],
  ['tenant.kubesphere.io', 'workspaces'],
  ['iam.kubesphere.io', 'users'],
  ['application.kubesphere.io', 'helmapplications'],
];

/** `GET /kubesphere`: how much there is on the platform. The name of the first one is spelled as the real server does. */
export function platformCounters(context: RequestContext): Reply {
  return counters(context, [
    ['kubesphere_cluser_count', all(context, clusters)],
    ['kubesphere_workspace_count', all(context, workspaces)],
    ['kubesphere_user_count', all(context, users)],
    ['kubesphere_app_template_count', all(context, apps)],
  ]);
}

/** `GET /workspaces/{workspace}?type=statistics`: how much there is in a workspace. */
export function workspaceCounters(context: RequestContext): Reply {
  return counters(context, countsOfWorkspace(context, context.params['workspace'] ?? ''));
}

/** The counters of a workspace, by their names. */
export function countsOfWorkspace(
  context: RequestContext,
  workspace: string,
): [name: string, count: number][] {
  const { store } = context.cluster;
  const of = (group: string, plural: string) =>
    store.list({ group, plural }).filter(({ object }) => label(object, workspaceLabel) === workspace);
  const members = of('iam.kubesphere.io', 'workspacerolebindings').flatMap(({ object }) =>
    digArray(object, 'subjects').flatMap((one) =>
      digString(one, 'kind') === 'User' ? [digString(one, 'name')] : [],
    ),
  );
  const projects = of('', 'namespaces').filter(
    ({ object }) => label(object, 'kubesphere.io/devopsproject') === undefined,
  );
  return [
    ['workspace_namespace_count', projects.length],
    ['workspace_devops_project_count', of('devops.kubesphere.io', 'devopsprojects').length],
    ['workspace_member_count', new Set(members).size],
    ['workspace_role_count', of('iam.kubesphere.io', 'workspaceroles').length],
  ];
}

function all({ cluster }: RequestContext, [group, plural]: Kind): number {
  const kind: GroupResource = { group, plural };
  return cluster.store.count(kind);
}

function counters(context: RequestContext, counts: readonly (readonly [string, number])[]): Reply {
  const now = context.world.clock.seconds();
  const fees = feesOf(context.release.name);
  return resultsReply(
    counts.map(([name, count]): JsonObject => ({
      metric_name: name,
      data: { resultType: 'vector', result: [{ value: [now, String(count)], ...fees }] },
    })),
  );
}
