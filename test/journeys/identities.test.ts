import { expectJourneys } from './expect-journeys.js';
import type { Journey } from './journey.js';

const iam3 = '/kapis/iam.kubesphere.io/v1alpha2';
const iam4 = '/kapis/iam.kubesphere.io/v1beta1';
const native3 = '/apis/iam.kubesphere.io/v1alpha2';
const native4 = '/apis/iam.kubesphere.io/v1beta1';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const resources = '/kapis/resources.kubesphere.io/v1alpha3';
const tenant3 = '/kapis/tenant.kubesphere.io/v1alpha2';
const tenant4 = '/kapis/tenant.kubesphere.io/v1beta1';

/** What is in every cluster since 4.1 stays until each of them can be reached. */
const withinReach = [['DELETE', '/apis/cluster.kubesphere.io/v1alpha1/clusters/member-2']] as const;

const user = {
  metadata: { name: 'NAME', labels: { team: 'red' } },
  spec: { email: 'NAME@example.com', password: 'P@88w0rd' },
};
const filters = (list: string): string[] => [list, `${list}?name=ourne`, `${list}?labelSelector=team%3Dred`];
const otherFilters = (list: string): string[] => [
  `${list}?name=other`,
  `${list}?labelSelector=team%3Dblue`,
  `${list}?labelSelector=%21team`,
];
const lang = { spec: { lang: 'en' } };
const touched = { metadata: { annotations: { touched: 'yes' } } };
const red = { metadata: { name: 'NAME', labels: { team: 'red' } } };

/** The same for every kind of role, below a path. */
function role(
  noun: string,
  path: string,
  nativePath: string,
  more: Partial<Journey> = {},
  body: object = {},
): Journey {
  return {
    noun,
    until: 'v3.4',
    create: ['POST', path, { ...red, rules: [], ...body }],
    shows: [path, `${path}?name=ourne`, nativePath],
    hides: [`${path}?name=other`],
    reads: [`${path}/NAME`, `${nativePath}/NAME`],
    change: ['PUT', `${path}/NAME`, touched],
    changed: touched,
    watch: nativePath,
    remove: ['DELETE', `${path}/NAME`],
    ...more,
  };
}

/** A member of a place, who was nobody there before. */
function member(
  noun: string,
  path: string,
  roles: readonly [before: string, after: string],
  more: Partial<Journey> = {},
): Journey {
  return {
    noun,
    name: 'outsider',
    create: ['POST', path, [{ username: 'NAME', roleRef: roles[0] }]],
    shows: [path, `${path}?name=NAME`],
    hides: [`${path}?name=somebody`],
    reads: [`${path}/NAME`],
    change: ['PUT', `${path}/NAME`, { username: 'NAME', roleRef: roles[1] }],
    remove: ['DELETE', `${path}/NAME`],
    ...more,
  };
}

const groups = `${iam3}/workspaces/demo/groups`;

expectJourneys([
  {
    noun: 'user',
    since: 'v3.0',
    until: 'v3.4',
    create: ['POST', `${iam3}/users`, user],
    shows: [...filters(`${iam3}/users`), ...filters(`${resources}/users`), `${native3}/users`],
    hides: [...otherFilters(`${iam3}/users`), ...otherFilters(`${resources}/users`)],
    reads: [`${iam3}/users/NAME`, `${native3}/users/NAME`],
    gone: [500, 404],
    change: ['PUT', `${iam3}/users/NAME`, lang],
    changed: lang,
    counts: [['/kapis/monitoring.kubesphere.io/v1alpha3/kubesphere', 'kubesphere_user_count']],
    watch: `${native3}/users`,
    remove: ['DELETE', `${iam3}/users/NAME`],
  },
  {
    noun: 'user',
    since: 'v4.1',
    before: withinReach,
    create: ['POST', `${iam4}/users`, user],
    shows: [...filters(`${iam4}/users`), ...filters(`${resources}/users`), `${native4}/users`],
    hides: [...otherFilters(`${iam4}/users`), ...otherFilters(`${resources}/users`)],
    reads: [`${iam4}/users/NAME`, `${native4}/users/NAME`],
    change: ['PUT', `${iam4}/users/NAME`, lang],
    changed: lang,
    counts: [[`${tenant4}/metrics`, 'platform_user_count']],
    watch: `${native4}/users`,
    remove: ['DELETE', `${iam4}/users/NAME`],
  },
  role('global role', `${iam3}/globalroles`, `${native3}/globalroles`, { since: 'v3.0' }),
  role('role of a cluster', `${iam3}/clusterroles`, `${rbac}/clusterroles`, { since: 'v3.0' }),
  role('role of a workspace', `${iam3}/workspaces/demo/workspaceroles`, `${native3}/workspaceroles`, {
    since: 'v3.0',
    hides: [`${iam3}/workspaces/research/workspaceroles`],
    counts: [
      ['/kapis/monitoring.kubesphere.io/v1alpha3/workspaces/demo?type=statistics', 'workspace_role_count'],
    ],
  }),
  role('role of a project', `${iam3}/namespaces/shop/roles`, `${rbac}/namespaces/shop/roles`, {
    since: 'v3.0',
    hides: [`${iam3}/namespaces/default/roles`],
  }),
  ...(['globalroles', 'workspaceroles', 'clusterroles'] as const).map((plural): Journey => {
    const kind = { globalroles: 'GlobalRole', workspaceroles: 'WorkspaceRole', clusterroles: 'ClusterRole' }[
      plural
    ];
    const place = plural === 'workspaceroles' ? `${iam4}/workspaces/demo/${plural}` : `${iam4}/${plural}`;
    return {
      noun: `${kind} of the generic API`,
      since: 'v4.1',
      before: withinReach,
      create: ['POST', place, { apiVersion: 'iam.kubesphere.io/v1beta1', kind, ...red, rules: [] }],
      shows: [...filters(place), `${iam4}/${plural}`, `${native4}/${plural}`],
      hides: [...otherFilters(place), `${iam4}/workspaces/research/${plural}`].slice(
        0,
        plural === 'workspaceroles' ? 4 : 3,
      ),
      reads: [`${place}/NAME`, `${native4}/${plural}/NAME`],
      change: [
        'PATCH',
        `${place}/NAME`,
        {
          apiVersion: 'iam.kubesphere.io/v1beta1',
          kind,
          metadata: { name: 'NAME', ...touched.metadata },
          rules: [],
        },
        'application/merge-patch+json',
      ],
      changed: touched,
      watch: `${native4}/${plural}`,
      remove: ['DELETE', `${place}/NAME`],
    };
  }),
  member('member of a cluster', `${iam3}/clustermembers`, ['cluster-viewer', 'cluster-admin'], {
    since: 'v3.0',
    until: 'v3.4',
  }),
  member(
    'member of a workspace',
    `${iam3}/workspaces/demo/workspacemembers`,
    ['demo-viewer', 'demo-regular'],
    {
      since: 'v3.0',
      until: 'v3.4',
      seenBy: [['outsider', `${tenant3}/workspaces`, 'demo']],
      hides: [`${iam3}/workspaces/research/workspacemembers`],
      counts: [
        [
          '/kapis/monitoring.kubesphere.io/v1alpha3/workspaces/demo?type=statistics',
          'workspace_member_count',
        ],
      ],
    },
  ),
  member('member of a project', `${iam3}/namespaces/shop/members`, ['viewer', 'operator'], {
    seenBy: [['outsider', `${tenant3}/namespaces`, 'shop']],
    since: 'v3.0',
    until: 'v3.4',
  }),
  member('member of a cluster', `${iam4}/clustermembers`, ['cluster-viewer', 'cluster-admin'], {
    since: 'v4.1',
    reads: [],
  }),
  member(
    'member of a workspace',
    `${iam4}/workspaces/demo/workspacemembers`,
    ['demo-viewer', 'demo-regular'],
    {
      since: 'v4.1',
      before: withinReach,
      gone: [400],
      seenBy: [['outsider', `${tenant4}/workspaces`, 'demo']],
      hides: [`${iam4}/workspaces/research/workspacemembers`],
    },
  ),
  member('member of a project', `${iam4}/namespaces/shop/namespacemembers`, ['viewer', 'operator'], {
    since: 'v4.1',
    seenBy: [['outsider', `${tenant4}/namespaces`, 'shop']],
    reads: [],
  }),
  {
    noun: 'group',
    since: 'v3.1',
    until: 'v3.4',
    create: ['POST', groups, { metadata: { generateName: 'journey', labels: { team: 'red' } } }],
    shows: [groups, `${groups}?labelSelector=team%3Dred`, `${resources}/groups`, `${native3}/groups`],
    hides: [
      `${iam3}/workspaces/research/groups`,
      `${groups}?labelSelector=team%3Dblue`,
      `${groups}?name=other`,
    ],
    reads: [`${groups}/NAME`, `${native3}/groups/NAME`],
    change: ['PUT', `${groups}/NAME`, touched],
    changed: touched,
    watch: `${native3}/groups`,
    remove: ['DELETE', `${groups}/NAME`],
  },
  {
    noun: 'binding of a group',
    since: 'v3.1',
    until: 'v3.4',
    create: [
      'POST',
      `${iam3}/workspaces/demo/groupbindings`,
      [{ userName: 'outsider', groupName: 'somebody' }],
    ],
    shows: [`${resources}/groupbindings`, `${native3}/groupbindings`],
    reads: [`${native3}/groupbindings/NAME`],
    watch: `${native3}/groupbindings`,
    remove: ['DELETE', `${iam3}/workspaces/demo/groupbindings/NAME`],
  },
  {
    noun: 'binding of a group, below its group',
    since: 'v3.1',
    until: 'v3.1',
    create: [
      'POST',
      `${iam3}/workspaces/demo/groupbindings`,
      [{ userName: 'outsider', groupName: 'somebody' }],
    ],
    shows: [`${groups}/somebody/groupbindings`],
    hides: [`${groups}/nobody/groupbindings`, `${iam3}/workspaces/other/groups/somebody/groupbindings`],
    reads: [`${native3}/groupbindings/NAME`],
    watch: `${native3}/groupbindings`,
    remove: ['DELETE', `${iam3}/workspaces/demo/groupbindings/NAME`],
  },
  {
    noun: 'role of a group in a workspace',
    since: 'v3.1',
    until: 'v3.1',
    create: [
      'POST',
      `${iam3}/workspaces/demo/workspacerolebindings`,
      [
        {
          roleRef: { apiGroup: 'iam.kubesphere.io', kind: 'WorkspaceRole', name: 'demo-viewer' },
          subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'somebody' }],
        },
      ],
    ],
    shows: [`${groups}/somebody/workspacerolebindings`],
    hides: [`${groups}/nobody/workspacerolebindings`, `${groups}/somebody/rolebindings`],
    reads: [`${native3}/workspacerolebindings/NAME`],
    watch: `${native3}/workspacerolebindings`,
    remove: ['DELETE', `${iam3}/workspaces/demo/workspacerolebindings/NAME`],
  },
  {
    noun: 'role of a group in a project',
    since: 'v3.1',
    until: 'v3.1',
    create: [
      'POST',
      `${iam3}/namespaces/shop/rolebindings`,
      [
        {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'viewer' },
          subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'somebody' }],
        },
      ],
    ],
    shows: [`${groups}/somebody/rolebindings`],
    hides: [`${groups}/nobody/rolebindings`, `${groups}/somebody/devopsrolebindings`],
    reads: ['/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/NAME'],
    watch: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings',
    remove: ['DELETE', `${iam3}/namespace/shop/rolebindings/NAME`],
  },
]);
