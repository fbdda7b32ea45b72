/** Answers the published documents describe wrongly: what the server writes was recorded from it, or read in its source. */
interface Exception {
  /** Method and path of the operations. */
  readonly operation: RegExp;
  /** What the check finds there. */
  readonly problem: RegExp;
  readonly why: string;
}

const monitoring = '/kapis/monitoring\\.kubesphere\\.io/v1alpha[23]/';
const devops = '/kapis/devops\\.kubesphere\\.io/v1alpha3/';
const tenant = '/kapis/tenant\\.kubesphere\\.io/';

/** Whatever else is wrong with the same answers still fails. */
export const exceptions: readonly Exception[] = [
  {
    operation: new RegExp(`^GET (${monitoring}|${tenant}v1alpha2/metering$)`),
    problem: /^body\/(results\/\d+\/)?data\/result\/\d+\/(value must be string|values\/\d+ must be object)$/,
    why: 'points of a series are pairs of a number and a text',
  },
  {
    operation: new RegExp(`^GET ${monitoring}(namespaces/{namespace}/)?targets/(metadata|labelsets)$`),
    problem: /^body\/data\/\d+ must (have required property 'data'|be string|be object)$/,
    why: 'the document shows the list in place of its items',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1(alpha2|alpha3|beta1)/workspace(s|templates)$`),
    problem: /^body must have required property 'total_count'$/,
    why: 'lists count in totalItems since 3.0; the documents kept the name 2.1 had',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1beta1/workspaces/{workspace}$`),
    problem: /^body\/spec must have required property '(template|placement)'$/,
    why: 'what is read is the Workspace; the document names the WorkspaceTemplate that is written',
  },
  {
    operation: /^POST .*\/(cluster)?dashboards\/{grafanaDashboardName}\/template$/,
    problem: /^body\/spec\/panels\/\d+ must have required property '\w+Panel'$/,
    why: "Go prints the members of an embedded struct among those of the panel; the document takes its type's name for one",
  },
  {
    operation: new RegExp(`^(GET|POST|PUT|PATCH) ${tenant}`),
    problem: /^body(\/items\/\d+)?\/metadata\/managedFields\/\d+\/fieldsV1 must be string$/,
    why: 'fields are an object; the document has what Go keeps them in',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1alpha2/logs$`),
    problem: /^no JSON: /,
    why: 'operation=export answers plain text',
  },
  {
    operation:
      /^GET \/kapis\/resources\.kubesphere\.io\/v1alpha3\/namespaces\/{namespace}\/{resources}\/{name}$/,
    problem: /^body must have required property '(items|totalItems)'$/,
    why: 'one object is read; the document names the list',
  },
  {
    operation: /^GET \/kapis\/resources\.kubesphere\.io\/v1alpha3\/namespaces\/{namespace}\/{resources}$/,
    problem: /^body must have required property '(items|totalItems)'$/,
    why: 'images of 4.1.3 are not in the document of 4.1; what they answer is not a list of objects',
  },
  {
    operation: new RegExp(`^(GET|PUT|POST|DELETE) ${devops}`),
    problem: /^body must be array$/,
    why: 'one object is answered; the documents of 3.0 and 3.1 name lists',
  },
  {
    operation: /^POST \/kapis\/devops\.kubesphere\.io\/v1alpha2\/devops\/{devops}\/pipelines$/,
    problem: /^body must have required property 'type'$/,
    why: 'the name alone is answered; the document names what is sent',
  },
  {
    operation: /^GET \/kapis\/devops\.kubesphere\.io\/v1alpha2\/devops\/{devops}\/members$/,
    problem: /^body must be array$/,
    why: 'a page of the list is answered, with how many there are in all',
  },
  {
    operation:
      /^GET \/kapis\/devops\.kubesphere\.io\/v1alpha2\/scms\/{scm}\/organizations\/{organization}\/repositories$/,
    problem: /^body must be array$/,
    why: 'Blue Ocean answers the organization with its repositories; later documents say so',
  },
  {
    operation: /^DELETE \/apis\//,
    problem: /^body\/status must be string$/,
    why: 'an object that finalizers hold is answered itself instead of a Status',
  },
  {
    operation:
      /^GET \/kapis\/gateway\.kubesphere\.io\/v1alpha2\/namespaces\/{namespace}\/availableingressclassscopes$/,
    problem: /^body must be array$/,
    why: 'the server answers the envelope of all lists',
  },
  {
    operation:
      /^GET \/kapis\/gateway\.kubesphere\.io\/v1alpha2\/namespaces\/{namespace}\/availableingressclassscopes$/,
    problem: /^body\/\d+\/(status|metadata\/managedFields\/\d+\/fieldsV1) must be string$/,
    why: 'raw JSON is an object, whatever the document calls it',
  },
  {
    operation: /^GET (\/kapis)?\/version$/,
    problem: /^body\/kubernetes must have required property 'git(Major|Minor)'$/,
    why: 'the version of Kubernetes has its own names: major and minor',
  },
  {
    operation: /^GET \/oauth\/keys$/,
    problem: /^body\/keys\/\d+ must have required property '[A-Z]\w+'$/,
    why: 'the document shows the fields of the Go type; a key is written as RFC 7517 has it',
  },
  {
    operation: /^GET \/oauth\/logout$/,
    problem: /^body must be string$/,
    why: 'the server answers the message of success',
  },
  {
    operation: /^POST \/kapis\/iam\.kubesphere\.io\/v1beta1\/subjectaccessreviews$/,
    problem: /^body must have required property 'spec'$/,
    why: 'a list of reviews is answered by a list',
  },
  {
    operation: /^GET \/kapis\/servicemesh\.kubesphere\.io\/v1alpha2\/namespaces\//,
    problem:
      /^(body must have required property 'NamespaceAppHealth'|body\/metrics\/\w+ must have required property 'err'|the document knows only 400, 404)$/,
    why: 'Kiali prints the map of apps and the matrix themselves; documents since 3.1 forget the success',
  },
  {
    operation: /^GET \/kapis\/logging\.kubesphere\.io\/v1alpha2\/(cluster|workspaces|namespaces)/,
    problem: /^body must have required property '(resultType|result)'$/,
    why: 'the document shows the result of a Prometheus query of the same name',
  },
  {
    operation:
      /^GET \/kapis\/network\.kubesphere\.io\/v1alpha2\/namespaces\/{namespace}\/topology\/{node_id}$/,
    problem: /^body\/node\/metrics\/\d+ must have required property '[A-Z]\w*'$/,
    why: 'the document shows the fields of the Go type; Weave Scope writes them in lower case',
  },
  {
    operation: /^(GET|POST|PUT|PATCH) \/apis\/network\.kubesphere\.io\//,
    problem: /\/ports\/\d+\/port must be string$/,
    why: 'a port is a number or a name',
  },
  {
    operation: /\/revisions\/{revision}$/,
    problem: /must be (string|object)$/,
    why: 'ports and amounts are numbers or texts; the documents show the Go type',
  },
  {
    operation: new RegExp(
      `^(GET|POST) ${tenant}v1alpha2/workspaces/{workspace}/(members/{member}/)?namespaces$`,
    ),
    problem: /^body must be array$/,
    why: 'the envelope of all lists, or the new project, is answered; the document of 2.1 names a bare list',
  },
  {
    operation: /^GET \/kapis\/iam\.kubesphere\.io\/v1alpha2\/users$/,
    problem: /^body must have required property '(items|total_count)'$/,
    why: 'with `check`, 2.1 answers whether there is such an account',
  },
  {
    operation: /^(POST|PUT) \/kapis\/iam\.kubesphere\.io\/v1alpha2\/users(\/{user})?$/,
    problem: /^body must have required property 'message'$/,
    why: '2.1 answers the account; the document shows what is answered when something is wrong',
  },
  {
    operation:
      /^GET \/kapis\/iam\.kubesphere\.io\/v1alpha2\/(workspaces\/{workspace}\/members|namespaces\/{namespace}\/(roles\/{role}\/)?users|clusterroles\/{clusterrole}\/users)/,
    problem: /must have required property '(lang|role_binding|role_bind_time)'$/,
    why: 'members of the Go type that are empty are left out',
  },
  {
    operation: /^GET \/kapis\/iam\.kubesphere\.io\/v1alpha2\/workspaces\/{workspace}\/roles$/,
    problem: /^body must have required property '(items|total_count)'$|^body must be object$/,
    why: '2.1 answers the items alone; the document shows the list',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1alpha2/logs$`),
    problem: /^body must have required property '(_scroll_id|_shards|hits|aggregations)'$/,
    why: 'the document of 2.1 shows what Elasticsearch answers, not what is made of it',
  },
  {
    operation: new RegExp(`^DELETE ${tenant}v1alpha2/workspaces/{workspace}/devops/{devops}$`),
    problem: /^body must have required property '\w+'$/,
    why: 'the message of success is answered; the document of 2.1 shows the project',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1alpha2/(workspaces|namespaces|devops)/{\\w+}/rules$`),
    problem: /^body must (be object|have required property '(name|actions)')$/,
    why: 'a list of rules is answered; the document of 2.1 shows one of them',
  },
  {
    operation: /^GET \/kapis\/resources\.kubesphere\.io\/v1alpha2\/componenthealth$/,
    problem: /^body must have required property 'kubernetesStatus'$/,
    why: 'the member is kubesphereStatus, as recorded',
  },
  {
    operation: /^POST \/kapis\/cluster\.kubesphere\.io\/v1alpha1\/clusters\/{cluster}\/grantrequests$/,
    problem: /^no body$/,
    why: 'the server writes nothing when clusters have been granted',
  },
  {
    operation: /^PATCH \/kapis\/iam\.kubesphere\.io\/v1alpha2\/.*\/workspaceroles\/{workspacerole}$/,
    problem: /^body must have required property 'message'$/,
    why: 'the role is answered, as by PUT; the document names the message of a deletion',
  },
  {
    operation: /^POST \/kapis\/resources\.kubesphere\.io\/v1alpha2\/registry\/verify$/,
    problem: /^no body$/,
    why: 'the server writes nothing when the credentials are good',
  },
  {
    operation: /\/namespaces\/{namespace}\/imageconfig$/,
    problem: /^body must have required property 'ConfigFile'$/,
    why: 'the members of an embedded struct are printed, not the struct',
  },
  {
    operation: /^DELETE \/kapis\/openpitrix\.io\/v1\/attachments\/{attachment}$/,
    problem: /^no body$/,
    why: 'the server writes nothing when attachments have been deleted',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v1\/attachments\/{attachment}$/,
    problem: /^no JSON: /,
    why: 'filename=raw answers the bytes themselves',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v1\/(workspaces\/{workspace}\/)?repos\/{repo}$/,
    problem: /^body\/(category_set|labels|providers|selectors) must be array$/,
    why: 'Go prints lists that are never filled as null',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v1\/.*\/applications\/{application}$/,
    problem: /^body\/app\/category_set must be array$/,
    why: 'Go prints lists that are never filled as null',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v2alpha1\/.*apps\/{app}\/versions\/{version}$/,
    problem: /^body\/status must have required property '(updateTime|statusTime)'$/,
    why: 'the document names the kind of the app, not of the version',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v2alpha1\//,
    problem: /^body\/metadata\/managedFields\/\d+\/fieldsV1 must be string$/,
    why: 'raw JSON is an object, whatever the document calls it',
  },
  {
    operation: new RegExp(`^GET ${tenant}v1alpha2/auditing/events$`),
    problem:
      /^body\/query\/records\/\d+ must have required property '(metadata|involvedObject|reporting\w+)'$/,
    why: 'the documents of 3.0 and 3.1 show events of Kubernetes; audited requests are written',
  },
  {
    operation: /^GET \/kapis\/openpitrix\.io\/v1\/(attachments|apps\/{app}\/versions\/{version}\/files)/,
    problem: /^body\/(attachment_content|files)\/.+ must be object$/,
    why: 'bytes are written as base64; the document of 2.1 calls them objects',
  },
];
