import { ApiError } from '../core/api-error.js';
import { label } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import { assertKnownRego } from '../rbac/rego-overrides.js';
import type { Resource, ResourceHooks } from '../registry/contract.js';
import { releaseHooks } from './application.kubesphere.io/validate-release.js';
import { podInjector } from './kubesphere.io/inject-account.js';
import { ipPoolHooks } from './network.kubesphere.io/validate-ip-pool.js';
import { userHooks } from './iam.kubesphere.io/validate-user.js';

const protectedLabel = 'kubesphere.io/protected-resource';

/** The admission webhook of 4.1 that keeps labelled objects. */
const protector: ResourceHooks = {
  validateDelete: (object, { world }) => {
    if (!inRange(world.release.name, { since: 'v4.1' }) || label(object, protectedLabel) !== 'true') return;
    const text =
      'admission webhook "protector.kubesphere.io" denied the request: this resource may not be deleted';
    throw new ApiError(403, 'Forbidden', text);
  },
};

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
const resourceHooks: ReadonlyMap<string, ResourceHooks> = new Map([
  ...roleKinds.map((kind) => [kind, roleHooks] as const),
  ['users.iam.kubesphere.io', userHooks],
  ['workspacetemplates.tenant.kubesphere.io', protector],
  ['namespaces.', protector],
  ['applicationreleases.application.kubesphere.io', releaseHooks],
  ['pods.', podInjector],
  ['ippools.network.kubesphere.io', ipPoolHooks],
]);

/** What is special about writing a kind; nothing for most. */
export function hooksOf(group: string, plural: string): Pick<Resource, 'hooks'> {
  const hooks = resourceHooks.get(`${plural}.${group}`);
  return hooks === undefined ? {} : { hooks };
}
