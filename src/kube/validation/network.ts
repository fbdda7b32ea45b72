import { isIP } from 'node:net';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { nameProblems } from '../../registry/names.js';
import {
  forbidden,
  immutableProblems,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  plainText,
  portProblems,
  required,
  tooLong,
  unsupported,
  type Cause,
} from './causes.js';
import { domainPathProblems, hostProblems, isPartOf, networkProblems, portNameProblems } from './formats.js';
import { selectorProblems } from './labels.js';

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const classAnnotation = 'kubernetes.io/ingress.class';

/** What is wrong with an Ingress. @see kubernetes/kubernetes pkg/apis/networking/validation/validation.go */
export function ingressProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const spec = digObject(object, 'spec');
  const { defaultBackend } = spec;
  const causes: Cause[] = [];
  if (digArray(spec, 'rules').length === 0 && defaultBackend === undefined) {
    const why = 'either `defaultBackend` or `rules` must be specified';
    causes.push(invalidShown('spec', '[]networking.IngressRule(nil)', why));
  }
  if (isJsonObject(defaultBackend)) causes.push(...backendProblems(defaultBackend, 'spec.defaultBackend'));
  causes.push(...inItems(spec, 'rules', 'spec', ruleProblems), ...inItems(spec, 'tls', 'spec', tlsProblems));
  const name = spec['ingressClassName'];
  if (typeof name !== 'string') return causes;
  causes.push(...invalidFor('spec.ingressClassName', name, nameProblems(name, 'subdomain')));
  const old = dig(object, 'metadata', 'annotations', classAnnotation);
  if (previous === undefined && typeof old === 'string' && old !== name) {
    const why = 'must match `ingressClassName` when both are specified';
    causes.push(invalidValue(`annotations.${classAnnotation}`, old, why));
  }
  return causes;
}

function ruleProblems(rule: Json, field: string): Cause[] {
  const host = digString(rule, 'host');
  const causes: Cause[] = [];
  if (host !== '') {
    if (isIP(host) !== 0)
      causes.push(invalidValue(`${field}.host`, host, 'must be a DNS name, not an IP address'));
    causes.push(...invalidFor(`${field}.host`, host, hostProblems(host)));
  }
  const http = dig(rule, 'http');
  if (!isJsonObject(http)) return causes;
  if (digArray(http, 'paths').length === 0) causes.push(required(`${field}.http.paths`));
  return [...causes, ...inItems(http, 'paths', `${field}.http`, pathProblems)];
}

function pathProblems(given: Json, field: string): Cause[] {
  const type = dig(given, 'pathType');
  if (typeof type !== 'string') return [required(`${field}.pathType`, 'pathType must be specified')];
  const path = digString(given, 'path');
  const place = `${field}.path`;
  const causes: Cause[] = [];
  const isPlain = type === 'Exact' || type === 'Prefix';
  if (!pathTypes.includes(type)) causes.push(unsupported(`${field}.pathType`, type, pathTypes));
  else if (!path.startsWith('/') && (isPlain || path !== ''))
    causes.push(invalidValue(place, path, 'must be an absolute path'));
  if (isPlain) {
    for (const part of ['//', '/./', '/../', '%2f', '%2F'])
      if (path.includes(part)) causes.push(invalidValue(place, path, `must not contain '${part}'`));
    for (const end of ['/..', '/.'])
      if (path.endsWith(end)) causes.push(invalidValue(place, path, `cannot end with '${end}'`));
  }
  return [...causes, ...backendProblems(digObject(given, 'backend'), `${field}.backend`)];
}

function backendProblems(backend: JsonObject, field: string): Cause[] {
  const { service, resource } = backend;
  if (isJsonObject(resource) && isJsonObject(service))
    return [invalidValue(field, '', 'cannot set both resource and service backends')];
  if (isJsonObject(resource)) return resourceProblems(resource, `${field}.resource`);
  if (!isJsonObject(service)) return [invalidValue(field, '', 'resource or service backend is required')];
  const name = digString(service, 'name');
  const place = `${field}.service`;
  const causes =
    name === ''
      ? [required(`${place}.name`)]
      : invalidFor(`${place}.name`, name, nameProblems(name, 'dns1035'));
  const [portName, number] = [digString(service, 'port', 'name'), dig(service, 'port', 'number') ?? 0];
  if (portName !== '' && number !== 0)
    causes.push(invalidValue(field, '', 'cannot set both port name & port number'));
  else if (portName !== '')
    causes.push(...invalidFor(`${place}.port.name`, portName, portNameProblems(portName)));
  else if (number !== 0) causes.push(...portProblems(`${place}.port.number`, number));
  else causes.push(required(field, 'port name or number is required'));
  return causes;
}

function resourceProblems(resource: JsonObject, field: string): Cause[] {
  const group = resource['apiGroup'];
  return [
    ...(typeof group === 'string'
      ? invalidFor(`${field}.apiGroup`, group, nameProblems(group, 'subdomain'))
      : []),
    ...['kind', 'name'].flatMap((key) => {
      const value = digString(resource, key);
      return value === ''
        ? [required(`${field}.${key}`, `${key} is required`)]
        : invalidFor(`${field}.${key}`, value, nameProblems(value, 'path'));
    }),
  ];
}

function tlsProblems(tls: Json, field: string): Cause[] {
  const secret = digString(tls, 'secretName');
  return [
    ...inItems(tls, 'hosts', field, (host, place) =>
      typeof host === 'string' ? invalidFor(place, host, hostProblems(host)) : [],
    ),
    ...(secret === '' ? [] : invalidFor(`${field}.secretName`, secret, nameProblems(secret, 'subdomain'))),
  ];
}

/** What is wrong with an IngressClass. */
export function ingressClassProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const controller = digString(object, 'spec', 'controller');
  const field = 'spec.controller';
  const changes =
    previous === undefined
      ? []
      : immutableProblems(
          field,
          controller,
          digString(previous, 'spec', 'controller'),
          JSON.stringify(controller),
        );
  const causes =
    controller === ''
      ? [required(field)]
      : domainPathProblems(controller).map(([shown, why]) => invalidValue(field, shown, why));
  if (controller.length > longestController) causes.unshift(tooLong(field, longestController));
  return [...changes, ...causes, ...parameterProblems(dig(object, 'spec', 'parameters'), 'spec.parameters')];
}

const longestController = 250;

function parameterProblems(parameters: Json | undefined, path: string): Cause[] {
  if (!isJsonObject(parameters)) return [];
  const { apiGroup, namespace } = parameters;
  const causes =
    typeof apiGroup === 'string'
      ? invalidFor(`${path}.apiGroup`, apiGroup, nameProblems(apiGroup, 'subdomain'))
      : [];
  for (const key of ['kind', 'name']) {
    const given = digString(parameters, key);
    const field = `${path}.${key}`;
    causes.push(
      ...(given === '' ? [required(field)] : invalidFor(field, given, nameProblems(given, 'path'))),
    );
  }
  const scope = digString(parameters, 'scope');
  if (scope === '') return [...causes, required(`${path}.scope`)];
  if (scope !== 'Cluster' && scope !== 'Namespace')
    return [...causes, unsupported(`${path}.scope`, scope, ['Cluster', 'Namespace'])];
  const field = `${path}.namespace`;
  const told = `\`parameters.scope\` is set to '${scope}'`;
  if (scope === 'Cluster')
    return typeof namespace === 'string' ? [...causes, forbidden(field, told)] : causes;
  if (typeof namespace !== 'string') return [...causes, required(field, told)];
  return [...causes, ...invalidFor(field, namespace, nameProblems(namespace, 'label'))];
}

/** What is wrong with a NetworkPolicy. */
export function networkPolicyProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const sides = [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const;
  const causes = [
    ...selectorProblems(spec['podSelector'], 'spec.podSelector'),
    ...sides.flatMap(([side, peers]) =>
      inItems(spec, side, 'spec', (rule, field) => [
        ...inItems(rule, 'ports', field, policyPortProblems),
        ...inItems(rule, peers, field, peerProblems),
      ]),
    ),
  ];
  const types = digArray(spec, 'policyTypes');
  if (types.length > 2) {
    const shown = `[]networking.PolicyType{${types.map((one) => JSON.stringify(one)).join(', ')}}`;
    const why = 'may not specify more than two policyTypes';
    return [...causes, invalidShown('spec.policyTypes', shown, why)];
  }
  return [
    ...causes,
    ...inItems(spec, 'policyTypes', 'spec', (type, field) =>
      type === 'Ingress' || type === 'Egress'
        ? []
        : [unsupported(field, plainText(type), ['Ingress', 'Egress'])],
    ),
  ];
}

function policyPortProblems(given: Json, field: string): Cause[] {
  const causes: Cause[] = [];
  const protocol = dig(given, 'protocol');
  const protocols = ['TCP', 'UDP', 'SCTP'];
  if (typeof protocol === 'string' && !protocols.includes(protocol))
    causes.push(unsupported(`${field}.protocol`, protocol, protocols));
  const [port, end] = [dig(given, 'port'), dig(given, 'endPort')];
  const last = (why: string): Cause => invalidShown(`${field}.endPort`, JSON.stringify(end), why);
  if (typeof port === 'number') {
    causes.push(...portProblems(`${field}.port`, port));
    if (typeof end === 'number') {
      // The value that is shown is the port, not its end.
      if (end < port) {
        const why = 'must be greater than or equal to `port`';
        causes.push(invalidShown(`${field}.endPort`, String(port), why));
      }
      causes.push(...portProblems(`${field}.endPort`, end));
    }
  } else if (typeof port === 'string') {
    if (end !== undefined) causes.push(last('may not be specified when `port` is non-numeric'));
    causes.push(...invalidFor(`${field}.port`, port, portNameProblems(port)));
  } else if (end !== undefined) causes.push(last('may not be specified when `port` is not specified'));
  return causes;
}

function peerProblems(peer: Json, field: string): Cause[] {
  const given = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((key) => isJsonObject(dig(peer, key)));
  const causes = [
    ...selectorProblems(dig(peer, 'podSelector'), `${field}.podSelector`),
    ...selectorProblems(dig(peer, 'namespaceSelector'), `${field}.namespaceSelector`),
  ];
  if (given.includes('ipBlock'))
    causes.push(...blockProblems(digObject(peer, 'ipBlock'), `${field}.ipBlock`));
  if (given.length === 0) causes.push(required(field, 'must specify a peer'));
  else if (given.length > 1 && given.includes('ipBlock'))
    causes.push(forbidden(field, 'may not specify both ipBlock and another peer'));
  return causes;
}

function blockProblems(block: JsonObject, field: string): Cause[] {
  const cidr = digString(block, 'cidr');
  if (cidr === '') return [required(`${field}.cidr`)];
  const bad = networkProblems(cidr);
  if (bad.length > 0) return invalidFor(`${field}.cidr`, cidr, bad);
  return inItems(block, 'except', field, (except, place) => {
    const text = typeof except === 'string' ? except : '';
    const texts = networkProblems(text);
    if (texts.length > 0) return invalidFor(place, text, texts);
    return isPartOf(text, cidr) === false
      ? [invalidValue(place, text, 'must be a strict subset of `cidr`')]
      : [];
  });
}
