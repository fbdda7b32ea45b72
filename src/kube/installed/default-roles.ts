import type { JsonObject } from '../../core/json.js';
import type { ReleaseName } from '../../core/release.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';
import { clusterRoleRules, type RuleWords } from './cluster-role-rules.js';
import { controllerRoleRules } from './controller-role-rules.js';
import { byName, installedObject } from './installed-object.js';
import { ruleOf } from './rule-words.js';

const group = 'rbac.authorization.k8s.io';
const apiVersion = `${group}/v1`;
const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' };
/** Lets kube-apiserver bring rules and subjects up to date. */
const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'true' };

type Made = Readonly<Record<string, readonly StoredObject[]>>;

/** By release: the bytes of an answer are kept with an object, and releases do not write them alike. */
const made = new Map<ReleaseName, Made>();

/**
 * Has a cluster begin with Kubernetes' default roles and bindings, beside those it holds; made when somebody first asks
 * for one. A role or binding of the same name that is there already stays.
 *
 * Differs from Kubernetes: they are those of 1.29 in every release, and none is made anew at a start.
 *
 * @see kubernetes/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy
 */
export function offerDefaultRoles(store: ObjectStore, release: ReleaseName): void {
  for (const plural of ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'])
    store.offer({ group, plural }, () => rolesOf(release)[plural] ?? []);
}

function rolesOf(release: ReleaseName): Made {
  let known = made.get(release);
  if (known === undefined) made.set(release, (known = defaultRoles()));
  return known;
}

function defaultRoles(): Made {
  return {
    clusterroles: clusterRoles(),
    clusterrolebindings: clusterRoleBindings(),
    roles: placed.map(({ place, name, rules }) => object('Role', name, { rules: rules.map(ruleOf) }, place)),
    rolebindings: placed
      .filter(({ subjects }) => subjects.length > 0)
      .map(({ place, name, binding = name, subjects }) =>
        object('RoleBinding', binding, { subjects, roleRef: reference('Role', name) }, place),
      )
      .sort(byPlace),
  };
}

function object(kind: string, name: string, content: JsonObject, namespace?: string): StoredObject {
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels, annotations };
  return installedObject({ apiVersion, kind, metadata, ...content });
}

function byPlace(a: StoredObject, b: StoredObject): number {
  const keyOf = ({ object: { metadata } }: StoredObject): string =>
    `${metadata.namespace ?? ''}/${metadata.name}`;
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

/** The roles for people, and what each is put together from: roles with the label, and the smaller of them. */
const people = ['view', 'edit', 'admin'] as const;
const aggregated = 'rbac.authorization.k8s.io/aggregate-to-';

function clusterRoles(): readonly StoredObject[] {
  const plain = Object.entries(clusterRoleRules).map(([name, words]) => {
    const [, of] = /^system:(aggregate-to-.*)/.exec(name) ?? [];
    const own = of === undefined ? labels : { ...labels, [`rbac.authorization.k8s.io/${of}`]: 'true' };
    return clusterRole(name, own, { rules: words.map(ruleOf) });
  });
  const loops = Object.entries(controllerRoleRules).map(([name, words]) =>
    clusterRole(`system:controller:${name}`, labels, { rules: words.map(ruleOf) }),
  );
  return [...plain, ...loops, ...rolesOfPeople()].sort(byName);
}

function rolesOfPeople(): readonly StoredObject[] {
  const rulesOf = (name: string): JsonObject[] =>
    (clusterRoleRules[`system:aggregate-to-${name}`] ?? []).map(ruleOf);
  // In the order of the names of what they are put together from.
  const view = rulesOf('view');
  const edit = [...rulesOf('edit'), ...view];
  const rules = { view, edit, admin: [...edit, ...rulesOf('admin')] };
  return people.map((name, at) => {
    const larger = people[at + 1];
    const own = larger === undefined ? labels : { ...labels, [aggregated + larger]: 'true' };
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { [aggregated + name]: 'true' } }] };
    return clusterRole(name, own, { aggregationRule, rules: rules[name] });
  });
}

function clusterRole(name: string, own: Readonly<Record<string, string>>, content: JsonObject): StoredObject {
  return installedObject({
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name, labels: own, annotations },
    ...content,
  });
}

const user = (name: string): JsonObject => ({ kind: 'User', apiGroup: group, name });
const members = (name: string): JsonObject => ({ kind: 'Group', apiGroup: group, name });
const account = (name: string): JsonObject => ({ kind: 'ServiceAccount', name, namespace: 'kube-system' });
const everybody = members('system:authenticated');
const manager = user('system:kube-controller-manager');
const scheduler = user('system:kube-scheduler');

/** Who has a ClusterRole in the whole cluster, by its name, which is that of the binding. */
const bound: Readonly<Record<string, readonly JsonObject[]>> = {
  'cluster-admin': [members('system:masters')],
  'system:basic-user': [everybody],
  'system:discovery': [everybody],
  'system:kube-controller-manager': [manager],
  'system:kube-dns': [account('kube-dns')],
  'system:kube-scheduler': [scheduler],
  'system:monitoring': [members('system:monitoring')],
  // Nodes are known by another authorizer.
  'system:node': [],
  'system:node-proxier': [user('system:kube-proxy')],
  'system:public-info-viewer': [everybody, members('system:unauthenticated')],
  'system:service-account-issuer-discovery': [members('system:serviceaccounts')],
  'system:volume-scheduler': [scheduler],
};

function clusterRoleBindings(): readonly StoredObject[] {
  const ofLoops = Object.keys(controllerRoleRules).map(
    (name) => [`system:controller:${name}`, [account(name)]] as const,
  );
  return [...Object.entries(bound), ...ofLoops]
    .map(([name, subjects]) =>
      object('ClusterRoleBinding', name, {
        ...(subjects.length > 0 && { subjects }),
        roleRef: reference('ClusterRole', name),
      }),
    )
    .sort(byName);
}

function reference(kind: string, name: string): JsonObject {
  return { apiGroup: group, kind, name };
}

interface Placed {
  readonly place: string;
  readonly name: string;
  /** Default: the name of the role. */
  readonly binding?: string;
  readonly rules: RuleWords;
  readonly subjects: readonly JsonObject[];
}

/** Roles in namespaces, by place and name. */
const placed: readonly Placed[] = [
  {
    place: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: ['read core configmaps', 'update core configmaps cluster-info', 'tell'],
    subjects: [account('bootstrap-signer')],
  },
  {
    place: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    binding: 'system::extension-apiserver-authentication-reader',
    rules: ['read core configmaps extension-apiserver-authentication'],
    subjects: [manager, scheduler],
  },
  ...(
    [
      ['kube-controller-manager', manager],
      ['kube-scheduler', scheduler],
    ] as const
  ).map(([name, who]) => ({
    place: 'kube-system',
    name: `system::leader-locking-${name}`,
    rules: ['watch core configmaps', `get,update core configmaps ${name}`],
    subjects: [who, account(name)],
  })),
  {
    place: 'kube-system',
    name: 'system:controller:bootstrap-signer',
    rules: ['read core secrets'],
    subjects: [account('bootstrap-signer')],
  },
  {
    place: 'kube-system',
    name: 'system:controller:cloud-provider',
    rules: ['create,get,list,watch core configmaps'],
    subjects: [account('cloud-provider')],
  },
  {
    place: 'kube-system',
    name: 'system:controller:token-cleaner',
    rules: ['delete,get,list,watch core secrets', 'tell'],
    subjects: [account('token-cleaner')],
  },
];
