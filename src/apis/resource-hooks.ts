import { ruleGroupHooks } from './alerting.kubesphere.io/rule-groups/rule-group-hooks.js';
import { label } from '../core/kube-object.js';
import { assertKnownRego } from '../rbac/rego-overrides.js';
import type { Resource, ResourceHooks } from '../registry/contract.js';
import { mergeHooks } from '../registry/merge-hooks.js';
import { releaseHooks } from './application.kubesphere.io/validate-release.js';
import { clusterHooks } from './cluster.kubesphere.io/validate-cluster.js';
import { configurationHooks } from './config.kubesphere.io/configuration-hooks.js';
import { deniedBy } from './denied-by.js';
import { apiServiceHooks } from './extensions.kubesphere.io/validate-api-service.js';
import { extensionEntryHooks } from './extensions.kubesphere.io/validate-extension-entry.js';
import { jsBundleHooks } from './extensions.kubesphere.io/validate-js-bundle.js';
import { reverseProxyHooks } from './extensions.kubesphere.io/validate-reverse-proxy.js';
import { podInjector } from './kubesphere.io/inject-account.js';
import { installPlanHooks } from './kubesphere.io/validate-install-plan.js';
import { ipPoolHooks } from './network.kubesphere.io/validate-ip-pool.js';
import { userHooks } from './iam.kubesphere.io/validate-user.js';
import { workspaceQuotaHooks } from './tenant.kubesphere.io/workspace-quota.js';
import { webhook } from './webhook.js';

const protectedLabel = 'kubesphere.io/protected-resource';

/** The admission webhook that keeps labelled objects. */
const protector = webhook('protection-webhook', {
  validateDelete: (object) => {
    if (label(object, protectedLabel) === 'true')
      throw deniedBy('protector.kubesphere.io', 'this resource may not be deleted');
  },
});

/** The admission webhook for quotas of workspaces. */
function workspaceQuota(plural: string): ResourceHooks {
  return webhook('resource-quota-webhook', workspaceQuotaHooks(plural), { since: 'v3.1' });
}

const onHost = { since: 'v4.1', hostOnly: true } as const;

/** Roles must not carry a policy this fake cannot evaluate: it would silently give other rights. */
const roleHooks: ResourceHooks = { validate: assertKnownRego };
const roleKinds = [
  'globalroles.iam.kubesphere.io',
  'workspaceroles.iam.kubesphere.io',
  'clusterroles.iam.kubesphere.io',
  'roles.iam.kubesphere.io',
  'roletemplates.iam.kubesphere.io',
  'clusterroles.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
];

/** By `plural.group`. */
const resourceHooks: ReadonlyMap<string, ResourceHooks | undefined> = new Map([
  ...roleKinds.map((kind) => [kind, roleHooks] as const),
  ['users.iam.kubesphere.io', userHooks],
  [
    'clusters.cluster.kubesphere.io',
    webhook('cluster-webhook', clusterHooks, { since: 'v3.3', until: 'v3.4' }),
  ],
  ['workspacetemplates.tenant.kubesphere.io', protector],
  ['namespaces.', protector],
  ['applicationreleases.application.kubesphere.io', webhook('apprelease-webhook', releaseHooks, onHost)],
  ['installplans.kubesphere.io', webhook('installplan-webhook', installPlanHooks)],
  ['jsbundles.extensions.kubesphere.io', webhook('jsbundle-webhook', jsBundleHooks, onHost)],
  ['apiservices.extensions.kubesphere.io', webhook('apiservice-webhook', apiServiceHooks, onHost)],
  ['reverseproxies.extensions.kubesphere.io', webhook('reverseproxy-webhook', reverseProxyHooks, onHost)],
  [
    'extensionentries.extensions.kubesphere.io',
    webhook('extensionentry-webhook', extensionEntryHooks, onHost),
  ],
  ['secrets.', webhook('kubesphere-config-webhook', configurationHooks)],
  ['pods.', mergeHooks(webhook('serviceaccount-pod-injector', podInjector), workspaceQuota('pods'))],
  ['services.', workspaceQuota('services')],
  ['persistentvolumeclaims.', workspaceQuota('persistentvolumeclaims')],
  ['ippools.network.kubesphere.io', ipPoolHooks],
  ['rulegroups.alerting.kubesphere.io', ruleGroupHooks('namespace')],
  ['clusterrulegroups.alerting.kubesphere.io', ruleGroupHooks('cluster')],
  ['globalrulegroups.alerting.kubesphere.io', ruleGroupHooks('global')],
]);

/** What is special about writing a kind; nothing for most. */
export function hooksOf(group: string, plural: string): Pick<Resource, 'hooks'> {
  const hooks = resourceHooks.get(`${plural}.${group}`);
  return hooks === undefined ? {} : { hooks };
}
