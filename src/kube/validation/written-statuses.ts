import { isIP } from 'node:net';
import { quote } from '../../core/api-error.js';
import { dig, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { WriteContext } from '../../registry/contract.js';
import { nameProblems, qualifiedNameProblems } from '../../registry/names.js';
import {
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  plainText,
  unsupported,
  type Cause,
} from './causes.js';
import { addressProblems } from './formats.js';
import { amountProblems, quantityOf } from './quantities.js';

/** What is wrong with where an Ingress is reached. @see pkg/apis/networking/validation ValidateIngressLoadBalancerStatus */
export function ingressStatusProblems(ingress: KubeObject): Cause[] {
  const balancer = dig(ingress, 'status', 'loadBalancer');
  return inItems(balancer, 'ingress', 'status.loadBalancer', (point, field) => {
    const [ip, host] = [digString(point, 'ip'), digString(point, 'hostname')];
    const causes = ip === '' ? [] : invalidFor(`${field}.ip`, ip, addressProblems(ip));
    if (host === '') return causes;
    const place = `${field}.hostname`;
    causes.push(...invalidFor(place, host, nameProblems(host, 'subdomain')));
    return isIP(host) === 0
      ? causes
      : [...causes, invalidValue(place, host, 'must be a DNS name, not an IP address')];
  });
}

/** What is wrong with the phase of a namespace. @see pkg/apis/core/validation ValidateNamespaceStatusUpdate */
export function namespaceStatusProblems(namespace: KubeObject): Cause[] {
  const phase = digString(namespace, 'status', 'phase');
  const isGoing = namespace.metadata.deletionTimestamp !== undefined;
  const wanted = isGoing ? 'Terminating' : 'Active';
  if (phase === wanted) return [];
  const why = `may only be '${wanted}' if \`deletionTimestamp\` is ${isGoing ? 'not ' : ''}empty`;
  return [invalidValue('status.Phase', phase, why)];
}

/** What is wrong with where a Service is reached from outside. @see ValidateLoadBalancerStatus there */
export function serviceStatusProblems(service: KubeObject): Cause[] {
  const points = dig(service, 'status', 'loadBalancer', 'ingress');
  if (digString(service, 'spec', 'type') !== 'LoadBalancer' && Array.isArray(points) && points.length > 0)
    return [forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")];
  return ingressStatusProblems(service);
}

/** How far a volume is on its way to another size. */
const resizes = [
  ...['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizeInProgress'],
  ...['NodeResizeInfeasible', 'NodeResizePending'],
];
/** The first Kubernetes that looks at how far volumes have grown. */
const firstMinorWithResizes = 32;

/**
 * What is wrong with how large the volume of a claim is said to be.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePersistentVolumeClaimStatusUpdate
 */
export function claimStatusProblems(claim: KubeObject, _: KubeObject, { world }: WriteContext): Cause[] {
  const status = digObject(claim, 'status');
  const sizes = (key: string): Cause[] =>
    Object.entries(digObject(status, key)).flatMap(([name, amount]) => sizeProblems(key, name, amount));
  if (minorOf(world.settings.kubernetesVersion) < firstMinorWithResizes) return sizes('capacity');
  const known = resizes.map(quote).join(', ');
  const field = 'status.allocatedResourceStatus';
  return [
    ...sizes('capacity'),
    ...Object.entries(digObject(status, 'allocatedResourceStatuses')).flatMap(([name, step]) => [
      ...claimResourceProblems(field, name),
      ...(resizes.includes(plainText(step ?? ''))
        ? []
        : [
            {
              reason: 'FieldValueNotSupported',
              message: `Unsupported value: ${name}: supported values: ${known}`,
              field,
            },
          ]),
    ]),
    ...Object.entries(digObject(status, 'allocatedResources')).flatMap(([name, amount]) => {
      const unknown = claimResourceProblems('status.allocatedResources', name);
      return unknown.length > 0 ? unknown : sizeProblems('allocatedResources', name, amount);
    }),
  ];
}

function sizeProblems(key: string, name: string, amount: Json | undefined): Cause[] {
  const quantity = quantityOf(amount);
  if (quantity === undefined || quantity.milli >= 0n) return [];
  const shown = String(-(-quantity.milli / 1000n));
  return [invalidShown(`status.${key}[${name}]`, shown, 'must be a valid resource quantity')];
}

/** Of Kubernetes' own resources a volume has its size alone. */
function claimResourceProblems(field: string, name: string): Cause[] {
  const texts = qualifiedNameProblems(name);
  if (texts.length > 0) return invalidFor(field, name, texts);
  const isOwn = !name.includes('/') || name.includes('kubernetes.io/');
  return isOwn && name !== 'storage' ? [unsupported(field, name, ['storage'])] : [];
}

/** What is wrong with what a node says it has and where it is. @see pkg/apis/core/validation ValidateNodeUpdate */
export function nodeStatusProblems(node: KubeObject): Cause[] {
  const status = digObject(node, 'status');
  const seen = new Set<string>();
  return [
    ...nodeAmountProblems(node),
    ...inItems(status, 'addresses', 'status', (address, field) => {
      const [type, value] = [digString(address, 'type'), digString(address, 'address')];
      const shown = `core.NodeAddress{Type:${quote(type)}, Address:${quote(value)}}`;
      if (seen.has(shown))
        return [{ reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown}`, field }];
      seen.add(shown);
      return [];
    }),
  ];
}

/** What is wrong with how much a node says it has. */
function nodeAmountProblems(node: KubeObject): Cause[] {
  return ['capacity', 'allocatable'].flatMap((key) =>
    Object.entries(digObject(node, 'status', key)).flatMap(([name, amount]) =>
      amountProblems(name, amount, `status.${key}.${name}`),
    ),
  );
}
