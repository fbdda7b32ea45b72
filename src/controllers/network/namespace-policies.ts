import { dig, digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { annotation, label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { deleteObject } from '../../registry/verbs/delete.js';
import { updateObject } from '../../registry/verbs/update.js';
import { isDeleting, type QueuedController } from '../controller.js';

const own = { group: 'network.kubesphere.io', plural: 'namespacenetworkpolicies' };
const policies = { group: 'networking.k8s.io', plural: 'networkpolicies' };
const namespaces = { group: '', plural: 'namespaces' };
const services = { group: '', plural: 'services' };
const workspaces = { group: 'tenant.kubesphere.io', plural: 'workspaces' };
/** The annotation `enabled` of a namespace that nobody else may reach, and the policy that sees to it. */
const isolationKey = 'kubesphere.io/network-isolate';
const isolation = 'network-isolate';
const nameLabel = 'kubesphere.io/namespace';

/**
 * Makes NetworkPolicies of a project's own policies, of the annotation that isolates it and of its workspace's isolation.
 *
 * @see kubesphere/kubesphere pkg/controller/network/nsnetworkpolicy/nsnetworkpolicy_controller.go
 */
export const namespacePolicyController: QueuedController = {
  name: 'nsnp',
  since: 'v3.0',
  until: 'v3.4',
  watches: [
    'namespacenetworkpolicies.network.kubesphere.io',
    'namespaces.',
    'workspaces.tenant.kubesphere.io',
  ],
  keysOf: ({ cluster }, { resource, stored }) => {
    const { namespace = '', name } = stored.object.metadata;
    if (resource.plural === own.plural) return [{ namespace, name }];
    if (resource.plural === namespaces.plural) return [{ namespace: name, name: isolation }];
    return cluster.store
      .list(namespaces)
      .filter(({ object }) => label(object, workspaceLabel) === name)
      .map(({ object }) => ({ namespace: object.metadata.name, name: isolation }));
  },
  settle: (context, { namespace, name }) => {
    const { store } = context.cluster;
    const project = store.find(namespaces, undefined, namespace)?.object;
    if (project === undefined || isDeleting(project)) return;
    const given = store.find(own, namespace, name)?.object;
    const wanted = given === undefined || isDeleting(given) ? undefined : policyOf(context, given);
    keep(
      context,
      namespace,
      name,
      wanted ?? (name === isolation ? isolationOf(context, project) : undefined),
    );
  },
};

function keep(context: WriteContext, namespace: string, name: string, spec: JsonObject | undefined): void {
  const resource = context.catalog.get(policies.group, policies.plural);
  const found = context.cluster.store.find(policies, namespace, name)?.object;
  if (spec === undefined) {
    if (found !== undefined && !isDeleting(found)) deleteObject(context, resource, { namespace, name });
    return;
  }
  const identity = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
  if (found === undefined)
    createObject(context, resource, { ...identity, metadata: { name, namespace }, spec });
  else if (!sameJson(found['spec'], spec))
    updateObject(
      context,
      resource,
      { ...identity, metadata: { name, namespace }, spec },
      { unconditional: true },
    );
}

function isolationOf({ cluster }: WriteContext, namespace: KubeObject): JsonObject | undefined {
  const workspace = label(namespace, workspaceLabel) ?? '';
  const found = workspace === '' ? undefined : cluster.store.find(workspaces, undefined, workspace)?.object;
  const matchLabels =
    annotation(namespace, isolationKey) === 'enabled'
      ? { [nameLabel]: namespace.metadata.name }
      : dig(found, 'spec', 'networkIsolation') === true
        ? { [workspaceLabel]: workspace }
        : undefined;
  if (matchLabels === undefined) return undefined;
  return {
    podSelector: {},
    ingress: [{ from: [{ namespaceSelector: { matchLabels } }] }],
    policyTypes: ['Ingress'],
  };
}

function policyOf(context: WriteContext, { metadata, ...policy }: KubeObject): JsonObject {
  const spec = digObject(policy, 'spec');
  const rules = (direction: 'ingress' | 'egress', peers: 'from' | 'to'): JsonObject => {
    const given = digArray(spec, direction);
    if (given.length === 0) return {};
    const converted = given.map((rule) => ({
      ...(dig(rule, 'ports') !== undefined && { ports: digArray(rule, 'ports') }),
      ...(dig(rule, peers) !== undefined && {
        [peers]: digArray(rule, peers).map((peer) => peerOf(context, metadata.namespace ?? '', peer)),
      }),
    }));
    return { [direction]: converted };
  };
  return {
    podSelector: {},
    ...rules('ingress', 'from'),
    ...rules('egress', 'to'),
    policyTypes: digArray(spec, 'policyTypes'),
  };
}

/** Whom a rule means: a Service stands for the pods it selects. */
function peerOf({ cluster }: WriteContext, namespace: string, peer: Json): JsonObject {
  if (dig(peer, 'ipBlock') !== undefined) return { ipBlock: digObject(peer, 'ipBlock') };
  const service = digObject(peer, 'service');
  if (Object.keys(service).length === 0)
    return { namespaceSelector: { matchLabels: { [nameLabel]: digString(peer, 'namespace', 'name') } } };
  const place = digString(service, 'namespace');
  const found = cluster.store.find(
    services,
    place === '' ? namespace : place,
    digString(service, 'name'),
  )?.object;
  return {
    namespaceSelector: { matchLabels: { [nameLabel]: place === '' ? namespace : place } },
    podSelector: { matchLabels: digObject(found, 'spec', 'selector') },
  };
}
