import { dig, digArray, digString, type JsonObject } from '../../core/json.js';
import {
  choiceProblems,
  forbidden,
  invalidFor,
  invalidShown,
  invalidValue,
  portProblems,
  unsupported,
  type Cause,
} from './causes.js';
import { qualifiedNameProblems } from '../../registry/names.js';

const policies = ['Cluster', 'Local'];

/**
 * What is wrong with how a Service is reached from outside and within.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateServiceExternalTrafficPolicy
 */
export function trafficProblems(spec: JsonObject, type: string): Cause[] {
  const causes: Cause[] = [];
  const isBalanced = type === 'LoadBalancer';
  const only = "may only be used when `type` is 'LoadBalancer'";
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && !isBalanced)
    causes.push(forbidden('spec.allocateLoadBalancerNodePorts', only));
  const { loadBalancerClass: balancer } = spec;
  if (typeof balancer === 'string') {
    if (!isBalanced) causes.push(forbidden('spec.loadBalancerClass', only));
    else causes.push(...invalidFor('spec.loadBalancerClass', balancer, qualifiedNameProblems(balancer)));
  }
  const outside = digString(spec, 'externalTrafficPolicy');
  const isOpen =
    isBalanced || type === 'NodePort' || (type === 'ClusterIP' && digArray(spec, 'externalIPs').length > 0);
  if (isOpen) causes.push(...choiceProblems('spec.externalTrafficPolicy', outside, policies));
  else if (outside !== '') {
    const why = 'may only be set for externally-accessible services';
    causes.push(invalidValue('spec.externalTrafficPolicy', outside, why));
  }
  const check = dig(spec, 'healthCheckNodePort') ?? 0;
  if (check !== 0 && !(isBalanced && outside === 'Local')) {
    const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    causes.push(invalidShown('spec.healthCheckNodePort', JSON.stringify(check), why));
  } else if (check !== 0) causes.push(...portProblems('spec.healthCheckNodePort', check));
  const inside = spec['internalTrafficPolicy'];
  if (typeof inside === 'string' && !policies.includes(inside))
    causes.push(unsupported('spec.internalTrafficPolicy', inside, policies));
  const near = spec['trafficDistribution'];
  if (typeof near === 'string' && near !== 'PreferClose')
    causes.push(unsupported('spec.trafficDistribution', near, ['PreferClose']));
  return causes;
}
