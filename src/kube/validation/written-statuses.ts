import { isIP } from 'node:net';
import { quote } from '../../core/api-error.js';
import { dig, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import {
  duplicate,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  negative,
  type Cause,
} from './causes.js';
import { addressProblems } from './formats.js';
import { amountProblems, quantityOf } from './quantities.js';

const jobCounts = ['active', 'succeeded', 'failed', 'ready', 'terminating'];

/**
 * What is wrong with the status of a Job somebody writes.
 *
 * Differs from Kubernetes: whether conditions, times and indexes of a Job fit each other is not looked at.
 *
 * @see kubernetes/kubernetes pkg/apis/batch/validation/validation.go validateJobStatus
 */
export function jobStatusProblems(job: KubeObject): Cause[] {
  const status = digObject(job, 'status');
  const seen = new Set<Json>();
  const pods = 'status.uncountedTerminatedPods';
  return [
    ...jobCounts.flatMap((key) => negative(`status.${key}`, status[key])),
    ...['succeeded', 'failed'].flatMap((key) =>
      inItems(status['uncountedTerminatedPods'], key, pods, (uid, field) => {
        const text = typeof uid === 'string' ? uid : '';
        if (text === '') return [invalidValue(field, text, 'must not be empty')];
        if (seen.has(text)) return [duplicate(field, text)];
        seen.add(text);
        return [];
      }),
    ),
  ];
}

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

/** What is wrong with how large the volume of a claim is said to be. */
export function claimStatusProblems(claim: KubeObject): Cause[] {
  return Object.entries(digObject(claim, 'status', 'capacity')).flatMap(([name, amount]) => {
    const quantity = quantityOf(amount);
    if (quantity === undefined || quantity.milli >= 0n) return [];
    const shown = String(-(-quantity.milli / 1000n));
    return [invalidShown(`status.capacity[${name}]`, shown, 'must be a valid resource quantity')];
  });
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
