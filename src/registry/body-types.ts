/** A field by name: its type, `[]` before it for lists and `map:` for maps of it. */
type Fields = Readonly<Record<string, string>>;

function texts(...names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, 'string']));
}

const member = texts('username', 'roleRef');
const passwordReset = texts('currentPassword', 'password');
const labelsAndClusters: Fields = { labels: '[]string', clusters: '[]string' };
const deleteOptions: Fields = {
  ...texts('kind', 'apiVersion', 'propagationPolicy'),
  gracePeriodSeconds: 'int64',
  orphanDependents: 'bool',
  dryRun: '[]string',
};

/** Structs that bodies of requests are read into and that are no kinds, as Go names them. */
const structs: Readonly<Record<string, Fields>> = {
  'v1beta1.Member': member,
  'v1alpha2.Member': member,
  'v1beta1.PasswordReset': passwordReset,
  'v1alpha2.PasswordReset': passwordReset,
  'v1alpha2.GroupMember': texts('userName', 'groupName'),
  'v1beta1.SubjectAccessReview': {
    ...texts('kind', 'apiVersion'),
    spec: 'body/v1beta1.SubjectAccessReviewSpec',
    items: '[]body/v1beta1.SubjectAccessReview',
  },
  'v1beta1.SubjectAccessReviewSpec': {
    ...texts('user', 'uid'),
    groups: '[]string',
    resourceAttributes: 'body/v1beta1.ResourceAttributes',
    nonResourceAttributes: 'body/v1beta1.NonResourceAttributes',
  },
  'v1beta1.ResourceAttributes': texts(
    ...[
      'namespace',
      'workspace',
      'verb',
      'group',
      'version',
      'resource',
      'subresource',
      'name',
      'resourceScope',
    ],
  ),
  'v1beta1.NonResourceAttributes': texts('path', 'verb'),
  'oauth.LoginRequest': texts('username', 'password'),
  'iam.LoginRequest': texts('username', 'password'),
  'iam.OAuthRequest': texts('grant_type', 'username', 'password', 'refresh_token'),
  'oauth.TokenReview': { ...texts('kind', 'apiVersion'), spec: 'body/oauth.Spec' },
  'oauth.Spec': texts('token'),
  'notification.Notification': {
    config: 'body/notification.Setting',
    receiver: 'body/notification.Setting',
  },
  'notification.Setting': { ...texts('kind', 'apiVersion'), metadata: 'meta/v1.ObjectMeta' },
  'v1.DeleteOptions': deleteOptions,
  'v1.AdmissionReview': { ...texts('kind', 'apiVersion'), response: 'body/v1.AdmissionResponse' },
  'v1.AdmissionResponse': {
    ...texts('uid', 'patchType'),
    allowed: 'bool',
    status: 'body/v1.Status',
    patch: 'bytes',
    auditAnnotations: 'map:string',
    warnings: '[]string',
  },
  'v1.ConversionReview': { ...texts('kind', 'apiVersion'), response: 'body/v1.ConversionResponse' },
  'v1.ConversionResponse': {
    uid: 'string',
    convertedObjects: '[]runtime.RawExtension',
    result: 'body/v1.Status',
  },
  'v1.Status': { ...texts('kind', 'apiVersion', 'status', 'message', 'reason'), code: 'int32' },
  'v1alpha1.CreateLabelRequest': texts('key', 'value'),
  'v1alpha1.BindingClustersRequest': labelsAndClusters,
  'v1alpha1.UnbindClustersRequest': { clusters: '[]string' },
  'v1alpha1.UpdateVisibilityRequest': texts('op', 'workspace'),
  'v1alpha1.UpdateClusterRequest': { kubeconfig: 'bytes' },
  'v2alpha1.PostableAlertingRule': {
    ...texts('name', 'query', 'duration'),
    labels: 'map:string',
    annotations: 'map:string',
  },
  'api.Router': { type: 'string', annotations: 'map:string' },
  'api.RegistryCredential': texts('username', 'password', 'serverhost'),
  'git.AuthInfo': { remoteUrl: 'string', secretRef: 'core/v1.SecretReference' },
  'v2.ApplicationVersionStatus': texts('state', 'message', 'userName'),
  'application.AppRequest': {
    ...texts('repoName', 'appName', 'originalName', 'aliasName', 'versionName', 'appHome', 'url', 'icon'),
    ...texts('digest', 'workspace', 'description', 'categoryName', 'appType', 'pullUrl', 'abstraction'),
    attachments: '[]string',
  },
  'fluentbitclient.OutputPlugin': {
    ...texts('type', 'name', 'id'),
    enable: 'bool',
    parameters: '[]body/fluentbitclient.OutputParameter',
  },
  'fluentbitclient.OutputParameter': texts('name', 'value'),
  'argocd.ApplicationSyncRequest': {
    revision: 'string',
    dryRun: 'bool',
    prune: 'bool',
    resources: '[]ks/gitops.syncResource',
    manifests: '[]string',
    infos: '[]ks/gitops.info',
    retryStrategy: 'ks/gitops.retry',
    syncOptions: '[]string',
  },
  'devops.CronData': texts('pipelineName', 'cron'),
  'devops.DevOpsProjectMembership': texts('username', 'project_id', 'role', 'status', 'grand_by'),
  'devops.DevOpsProject': texts('name', 'description', 'workspace', 'project_id', 'creator', 'extra'),
  'monitoring.DashboardEntity': texts(
    ...['grafanaDashboardUrl', 'grafanaDashboardContent', 'description', 'namespace'],
  ),
};

/** Begins the names of these structs in the table of types. */
export const bodyPrefix = 'body/';

/** A row of the table of types: name, protobuf number, type, flags. */
type Row = readonly [string, number, string, string];

/** The structs as rows of the table of types, by name. */
export function bodyTypes(): readonly (readonly [name: string, fields: readonly Row[]])[] {
  return Object.entries(structs).map(([name, fields]) => [
    bodyPrefix + name,
    Object.entries(fields).map(row),
  ]);
}

function row([name, type]: [string, string]): Row {
  if (type.startsWith('[]')) return [name, 0, type.slice(2), 'r'];
  return type.startsWith('map:') ? [name, 0, type.slice('map:'.length), 'm'] : [name, 0, type, ''];
}
