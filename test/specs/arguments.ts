import { digString } from '../../src/core/json.js';
import type { KubeObject } from '../../src/core/kube-object.js';
import type { SpecParameter } from '../../src/specs/spec-document.js';
import type { Operation } from '../../src/specs/spec-index.js';
import type { ClusterState } from '../../src/state/world.js';

/** Variables whose value is not the name of an object of the world. */
const fixed: Readonly<Record<string, string>> = { revision: '1', resources: 'pods' };
/** Where a variable stands for an object of another kind than the segment before it says. */
const plurals: Readonly<Record<string, string>> = {
  components: 'services',
  clustermembers: 'users',
  members: 'users',
  namespacemembers: 'users',
  workspacemembers: 'users',
  resources: 'pods',
};

/** The path and query of a request for an operation, with names of what the cluster holds. */
export function requestTarget(operation: Operation, cluster: ClusterState): string {
  const scope: { namespace: string; workspace: string } = { namespace: 'kubesphere-system', workspace: '' };
  const inWorkspace = operation.path.includes('/workspaces/{workspace}/namespaces/{namespace}');
  if (inWorkspace) {
    const found = objectsOf(cluster, 'namespaces').find(
      (object) => digString(object, 'metadata', 'labels', 'kubesphere.io/workspace') === 'system-workspace',
    );
    scope.namespace = digString(found, 'metadata', 'name') || scope.namespace;
  }
  const segments = operation.path.split('/');
  const path = segments.map((segment, at) => {
    if (!segment.startsWith('{')) return encodeURI(segment);
    const variable = segment.slice(1, -1);
    if (variable === 'namespace') return scope.namespace;
    if (variable === 'workspace') return 'system-workspace';
    if (variable === 'cluster') return 'host';
    const known = fixed[variable];
    if (variable === 'resources' && !operation.path.includes('namespace')) return 'nodes';
    if (known !== undefined) return known;
    const before = (segments[at - 1] ?? '').replace(/^\{(.*)\}$/, '$1');
    const plural = before === 'resources' && !operation.path.includes('namespace') ? 'nodes' : before;
    return nameOf(cluster, plurals[plural] ?? plural, scope.namespace, operation.path) ?? 'sample';
  });
  const query = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  const needed = query.filter((parameter) => parameter.required === true).map(argument);
  return needed.length === 0 ? path.join('/') : `${path.join('/')}?${needed.join('&')}`;
}

function argument({ name, type }: SpecParameter): string {
  return `${name}=${type === 'integer' || type === 'number' ? '1' : type === 'boolean' ? 'true' : 'sample'}`;
}

function objectsOf({ store }: ClusterState, plural: string): readonly KubeObject[] {
  const resource = store.resources().find((one) => one.plural === plural);
  return resource === undefined ? [] : store.list(resource).map(({ object }) => object);
}

function nameOf(cluster: ClusterState, plural: string, namespace: string, path: string): string | undefined {
  if (plural === 'users') return 'admin';
  const all = objectsOf(cluster, plural);
  const inNamespace = all.filter((object) => digString(object, 'metadata', 'namespace') === namespace);
  const found = (path.includes('{namespace}') ? inNamespace : all)[0];
  return found === undefined ? undefined : digString(found, 'metadata', 'name');
}
