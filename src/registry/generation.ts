import type { KubeObject } from '../core/kube-object.js';
import { sameJson } from '../core/same-json.js';
import { canonicalObject, storedMeaning } from './canonical.js';
import type { Resource, WriteContext } from './contract.js';

/** Native kinds whose `metadata.generation` is kept; custom resources always have one. */
const counted = new Set([
  'podtemplates.',
  'replicationcontrollers.',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'cronjobs.batch',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'priorityclasses.scheduling.k8s.io',
  'endpointslices.discovery.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
]);

/** Tells whether objects of a kind carry `metadata.generation`. */
export function countsGeneration({ custom, plural, group }: Resource): boolean {
  return custom || counted.has(`${plural}.${group}`);
}

/** Tells whether a kind's status has an endpoint of its own, so that plain writes leave it alone. */
export function hasStatusEndpoint(resource: Resource): boolean {
  return resource.subresources?.some(({ name }) => name === 'status') === true;
}

/** The generation of an object that replaces another: one more when anything but metadata (and a separate status) differs. */
export function nextGeneration(
  next: KubeObject,
  previous: KubeObject,
  resource: Resource,
  context: WriteContext,
): number | undefined {
  const { generation } = previous.metadata;
  // A driver has none before it is changed for the first time.
  const isDriver = resource.plural === 'csidrivers' && resource.group === 'storage.k8s.io';
  if (!countsGeneration(resource) && !isDriver) return generation;
  // Alone among kinds, Deployments count their annotations as wishes.
  const isNoted =
    resource.group === 'apps' &&
    resource.plural === 'deployments' &&
    !sameJson(next.metadata.annotations ?? {}, previous.metadata.annotations ?? {});
  if (isNoted) return (generation ?? 0) + 1;
  const ignored = hasStatusEndpoint(resource) ? ['metadata', 'status'] : ['metadata'];
  const keys = new Set([...Object.keys(next), ...Object.keys(previous)]);
  for (const key of ignored) keys.delete(key);
  keys.delete('apiVersion');
  const changed = [...keys].filter((key) => !sameJson(next[key], previous[key]));
  if (changed.length === 0) return generation;
  const [meant, was] = [canonicalObject(next, resource), storedMeaning(previous, resource, context)];
  return changed.every((key) => sameJson(meant[key], was[key])) ? generation : (generation ?? 0) + 1;
}
