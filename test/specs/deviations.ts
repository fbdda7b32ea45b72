/** Nothing behind it here: a write that only pretended to happen would mislead. */
const loud = 'answers 501 naming the operation';
/** The real server prints another type than its document names, as recorded or read in its source. */
const written = 'the document names another shape than the server writes';
const socket = 'a WebSocket: refused without an upgrade';
const browser = 'needs an OAuth client and an identity provider of the world';
const refused = 'the release itself refuses what its document promises';
const absent = 'the default world has no object the path could name';

const renamed = 'the release takes PUT; the document is older';

/** Points of a series are written as pairs, which the documents call strings. */
const measured = [
  'cluster',
  'components/{component}',
  'kubesphere',
  ...['', '/{namespace}', '/{namespace}/workloads', '/{namespace}/workloads/{kind}'].map(
    (path) => `namespaces${path}`,
  ),
  ...[
    'persistentvolumeclaims',
    'persistentvolumeclaims/{pvc}',
    'pods',
    'pods/{pod}',
    'pods/{pod}/containers',
  ].map((path) => `namespaces/{namespace}/${path}`),
  ...['', '/{node}', '/{node}/pods'].map((path) => `nodes${path}`),
  'pods',
  ...['', '/{workspace}', '/{workspace}/namespaces'].map((path) => `workspaces${path}`),
].map((path): [string, string] => [`GET /kapis/monitoring.kubesphere.io/v1alpha3/${path}`, written]);

/** Lists of rules and alerts are null when there are none. */
const alerting = ['', 'namespaces/{namespace}/'].flatMap((scope): [string, string][] =>
  [
    ['alerts', written],
    ['rules', written],
    ['rules/{rule_name}', absent],
    ['rules/{rule_name}/alerts', absent],
  ].map(([path = '', why = '']) => [`GET /kapis/alerting.kubesphere.io/v2alpha1/${scope}${path}`, why]),
);

/** The documents of 2.1 show the result of a Prometheus query of the same name for searches in logs. */
const logged = [
  'cluster',
  'namespaces/{namespace}',
  'namespaces/{namespace}/pods/{pod}',
  'namespaces/{namespace}/pods/{pod}/containers/{container}',
  'namespaces/{namespace}/workloads/{workload}',
  'workspaces/{workspace}',
].map((path): [string, string] => [`GET /kapis/logging.kubesphere.io/v1alpha2/${path}`, written]);

/** What a service mesh tells of the workloads of a namespace. */
const meshed = [
  ...['apps/{app}', 'workloads/{workload}'].flatMap((path): [string, string][] => [
    [`${path}/health`, absent],
    [`${path}/metrics`, absent],
  ]),
  ...['health', 'metrics', 'services/{service}/metrics'].map((path): [string, string] => [path, written]),
].map(([path, why]): [string, string] => [
  `GET /kapis/servicemesh.kubesphere.io/v1alpha2/namespaces/{namespace}/${path}`,
  why,
]);

/** App stores hold nothing until something is put in. */
const apps = [
  'apps/{app}',
  'apps/{app}/examplecr/{name}',
  'apps/{app}/cr',
  ...['', '/files', '/package'].map((part) => `apps/{app}/versions/{version}${part}`),
  'attachments/{attachment}',
  'cr/{crname}',
  'repos/{repo}',
].flatMap((path) => [path, `workspaces/{workspace}/${path}`]);
const emptyStore = [
  ...apps,
  'applications/{application}',
  'categories/{category}',
  'namespaces/{namespace}/applications/{application}',
  'namespaces/{namespace}/apps/{app}/cr',
  'namespaces/{namespace}/cr/{crname}',
].map((path): [string, string] => [`GET /kapis/application.kubesphere.io/v2/${path}`, absent]);

/** Operations whose answer is not a documented success, and why. The list only shrinks. */
export const deviations: ReadonlyMap<string, string> = new Map([
  ...measured,
  ...alerting,
  ...meshed,
  ...logged,
  ['GET /kapis/network.kubesphere.io/v1alpha2/namespaces/{namespace}/topology/{node_id}', absent],
  ['GET /apis/devops.kubesphere.io/v1alpha1/s2ibuildertemplates/{name}', absent],
  ['GET /apis/network.kubesphere.io/v1alpha1/ippools/{name}', absent],
  ['GET /apis/network.kubesphere.io/v1alpha1/workspacenetworkpolicies/{name}', absent],
  ...emptyStore,
  ['GET /kapis/alerting.kubesphere.io/v2alpha1/builtin/alerts', written],
  ['GET /kapis/alerting.kubesphere.io/v2alpha1/builtin/rules', written],
  ['GET /kapis/alerting.kubesphere.io/v2alpha1/builtin/rules/{rule_id}', absent],
  ['GET /kapis/alerting.kubesphere.io/v2alpha1/builtin/rules/{rule_id}/alerts', absent],
  ['GET /apis/devops.kubesphere.io/v1alpha3/devopsprojects/{name}', absent],
  ...['credentials', 'credentials/{credential}', 'pipelines', 'pipelines/{pipeline}'].map(
    (path): [string, string] => [`GET /kapis/devops.kubesphere.io/v1alpha3/devops/{devops}/${path}`, absent],
  ),
  ['GET /kapis/devops.kubesphere.io/v1alpha3/workspaces/{workspace}/devops/{devops}', absent],
  ['GET /kapis/cluster.kubesphere.io/v1alpha1/clusters/{cluster}/agent/deployment', refused],
  ['GET /kapis/gateway.kubesphere.io/v1alpha2/namespaces/{namespace}/availableingressclassscopes', written],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/devops/{devops}/members/{member}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/devops/{devops}/roles/{role}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/namespaces/{namespace}/members/{member}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/workspaces/{workspace}/groups/{group}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/workspaces/{workspace}/workspaceroles/{workspacerole}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/workspaces/{workspace}/members/{member}', absent],
  ['GET /kapis/iam.kubesphere.io/v1alpha2/workspaces/{workspace}/roles/{role}', absent],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/devops/{devops}/rules', absent],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/logs', written],
  ['GET /kapis/package.kubesphere.io/v1alpha1/extensionversions/{version}/files', absent],
  ['GET /kapis/resources.kubesphere.io/v1alpha2/componenthealth', written],
  ['GET /kapis/resources.kubesphere.io/v1alpha2/components/{component}', absent],
  [
    'GET /kapis/resources.kubesphere.io/v1alpha2/namespaces/{namespace}/daemonsets/{daemonset}/revisions/{revision}',
    absent,
  ],
  [
    'GET /kapis/resources.kubesphere.io/v1alpha2/namespaces/{namespace}/deployments/{deployment}/revisions/{revision}',
    written,
  ],
  ['GET /kapis/resources.kubesphere.io/v1alpha2/namespaces/{namespace}/router', refused],
  [
    'GET /kapis/resources.kubesphere.io/v1alpha2/namespaces/{namespace}/statefulsets/{statefulset}/revisions/{revision}',
    absent,
  ],
  ['GET /kapis/resources.kubesphere.io/v1alpha2/users/{user}/kubeconfig', absent],
  ['GET /kapis/resources.kubesphere.io/v1alpha3/components/{component}', absent],
  ['GET /kapis/resources.kubesphere.io/v1alpha3/namespaces/{namespace}/{resources}/{name}', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/metering', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/workspaces', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/workspaces/{workspace}/members/{member}/namespaces', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/workspaces/{workspace}/namespaces', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha2/workspaces/{workspace}/resourcequotas/{resourcequota}', absent],
  ['GET /kapis/tenant.kubesphere.io/v1alpha3/workspaces', written],
  ['GET /kapis/tenant.kubesphere.io/v1alpha3/workspacetemplates', written],
  ['GET /kapis/tenant.kubesphere.io/v1beta1/workspaces', written],
  ['GET /kapis/tenant.kubesphere.io/v1beta1/workspaces/{workspace}', written],
  ['GET /kapis/tenant.kubesphere.io/v1beta1/workspaces/{workspace}/resourcequotas/{resourcequota}', absent],
  ['GET /kapis/tenant.kubesphere.io/v1beta1/workspacetemplates', written],
  ['GET /kapis/terminal.kubesphere.io/v1alpha2/namespaces/{namespace}/pods/{pod}', socket],
  ['GET /kapis/terminal.kubesphere.io/v1alpha2/namespaces/{namespace}/pods/{pod}/exec', socket],
  ['GET /kapis/terminal.kubesphere.io/v1alpha2/nodes/{nodename}/exec', socket],
  ['GET /kapis/terminal.kubesphere.io/v1alpha2/users/{user}/kubectl', socket],
  ['GET /kapis/version', written],
  ['GET /oauth/authorize', browser],
  ['GET /oauth/callback/{callback}', browser],
  ['GET /oauth/keys', written],
  ['GET /static/images/{file}', absent],
  ['GET /version', written],
  ['POST /kapis/config.kubesphere.io/v1alpha2/configs/theme', renamed],
  ['POST /kapis/resources.kubesphere.io/v1alpha2/registry/verify', loud],
  ['GET /kapis/resources.kubesphere.io/v1alpha2/registry/blob', loud],
  ['GET /kapis/resources.kubesphere.io/v1alpha3/namespaces/{namespace}/imageconfig', loud],
  ['GET /kapis/resources.kubesphere.io/v1alpha3/namespaces/{namespace}/repositorytags', loud],
]);
