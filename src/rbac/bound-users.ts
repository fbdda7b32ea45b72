import type { GroupResource } from '../core/api-error.js';
import { digArray, digString } from '../core/json.js';
import { label, type KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { RequestContext } from '../registry/contract.js';
import type { StoredObject } from '../state/object-store.js';

/** A way to ask for the users bound somewhere. */
interface Mode {
  /** Parameter that chooses it. */
  readonly by: string;
  /** Parameter that narrows it to one role; the annotation that shows the role has the same last part. */
  readonly role: string;
  readonly bindings: (since41: boolean) => GroupResource;
  readonly isIn: (binding: KubeObject, place: string) => boolean;
}

const iam = 'iam.kubesphere.io';
const native = 'rbac.authorization.k8s.io';

/** The first whose parameter is not empty decides. @see kubesphere/kubesphere pkg/models/resources/v1alpha3/user */
const modes: readonly Mode[] = [
  {
    by: 'namespace',
    role: 'role',
    bindings: (since41) => ({ group: since41 ? iam : native, plural: 'rolebindings' }),
    isIn: (binding, namespace) => binding.metadata.namespace === namespace,
  },
  {
    by: 'workspace',
    role: 'workspacerole',
    bindings: () => ({ group: iam, plural: 'workspacerolebindings' }),
    isIn: (binding, workspace) => label(binding, 'kubesphere.io/workspace') === workspace,
  },
  {
    by: 'cluster',
    role: 'clusterrole',
    // Not KubeSphere's own since 4.1 either: what is meant is the cluster, what is listed are workspaces.
    bindings: (since41) =>
      since41
        ? { group: iam, plural: 'workspacerolebindings' }
        : { group: native, plural: 'clusterrolebindings' },
    isIn: () => true,
  },
  {
    by: 'globalrole',
    role: 'globalrole',
    bindings: () => ({ group: iam, plural: 'globalrolebindings' }),
    isIn: () => true,
  },
];

/**
 * Users bound in the place a query names, with the role shown as an annotation; `undefined` when it names none.
 *
 * @param all The users there are.
 * @param given What the path has put in the place of what the query says, such as `{ workspace: 'demo' }`.
 */
export function boundUsers(
  context: Pick<RequestContext, 'query' | 'release' | 'cluster'>,
  all: readonly StoredObject[],
  given: Readonly<Record<string, string>> = {},
): { readonly users: readonly KubeObject[]; readonly consumed: readonly string[] } | undefined {
  const { query, release, cluster } = context;
  const asked = (name: string): string => given[name] ?? query.get(name) ?? '';
  const mode = modes.find(({ by }) => (by === 'cluster' ? asked(by) === 'true' : asked(by) !== ''));
  if (mode === undefined) return undefined;
  const since41 = inRange(release.name, { since: 'v4.1' });
  const place = asked(mode.by);
  const wanted = query.get(mode.role) ?? '';
  const byName = new Map(all.map(({ object }) => [object.metadata.name, object]));
  const found = new Map<string, KubeObject>();
  for (const { object: binding } of cluster.store.list(mode.bindings(since41))) {
    if (!mode.isIn(binding, place)) continue;
    const role = digString(binding, 'roleRef', 'name');
    if (wanted !== '' && role !== wanted) continue;
    for (const subject of digArray(binding, 'subjects')) {
      const user = byName.get(digString(subject, 'name'));
      if (digString(subject, 'kind') !== 'User' || user === undefined || found.has(user.metadata.name))
        continue;
      found.set(user.metadata.name, withRole(user, mode.role, role));
    }
  }
  // The label selector is not applied to users found by their bindings.
  return { users: [...found.values()], consumed: [mode.by, mode.role, 'labelSelector'] };
}

function withRole(user: KubeObject, kind: string, role: string): KubeObject {
  const annotations = { ...user.metadata.annotations, [`${iam}/${kind}`]: role };
  return { ...user, metadata: { ...user.metadata, annotations } };
}
