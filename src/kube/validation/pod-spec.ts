import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import { nameProblems, qualifiedNameProblems, type NameRule } from '../../registry/names.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  type Cause,
} from './causes.js';
import { containersProblems, initContainersProblems } from './container.js';
import { addressProblems } from './formats.js';
import { labelProblems } from './labels.js';
import { systemProblems } from './pod-os.js';
import { requirementProblems } from './quantities.js';
import { affinityProblems, spreadProblems, tolerationProblems } from './scheduling.js';
import { podSecurityProblems } from './security-context.js';
import { volumeProblems } from './volumes.js';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
/** Most seconds a pod may be told to run. */
const mostSeconds = 2_147_483_647;

/**
 * What is wrong with a pod spec, in the order kube-apiserver lists it.
 *
 * @param isPod True when it is that of a pod, false for that of a template.
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec
 */
export function podSpecProblems(spec: JsonObject, path: string, isPod: boolean): Cause[] {
  const volumes = new Map<string, JsonObject>();
  const { terminationGracePeriodSeconds } = spec;
  const causes = volumeProblems(spec, path, volumes);
  const parts = { volumes, terminationGracePeriodSeconds };
  causes.push(
    ...containersProblems(spec, path, parts),
    ...initContainersProblems(spec, path, parts),
    ...hostNetworkProblems(spec, path, isPod),
    ...choiceProblems(`${path}.restartPolicy`, spec['restartPolicy'], restartPolicies),
    ...choiceProblems(`${path}.dnsPolicy`, spec['dnsPolicy'], dnsPolicies),
    ...labelProblems(spec['nodeSelector'], `${path}.nodeSelector`),
    ...podSecurityProblems(spec, path),
    ...affinityProblems(spec, path),
    ...dnsProblems(spec, path),
    ...gateProblems(spec, path),
    ...spreadProblems(spec, path),
    ...nameMemberProblems(spec, path, 'serviceAccountName', 'subdomain'),
    ...nameMemberProblems(spec, path, 'nodeName', 'subdomain'),
    ...deadlineProblems(spec, path),
    ...nameMemberProblems(spec, path, 'hostname', 'label'),
    ...nameMemberProblems(spec, path, 'subdomain', 'label'),
    ...inItems(spec, 'tolerations', path, tolerationProblems),
    ...inItems(spec, 'hostAliases', path, hostAliasProblems),
    ...nameMemberProblems(spec, path, 'priorityClassName', 'subdomain'),
    ...nameMemberProblems(spec, path, 'runtimeClassName', 'subdomain'),
  );
  if (spec['preemptionPolicy'] !== undefined)
    causes.push(
      ...choiceProblems(`${path}.preemptionPolicy`, spec['preemptionPolicy'], [
        'PreemptLowerPriority',
        'Never',
      ]),
    );
  if (spec['overhead'] !== undefined)
    causes.push(...requirementProblems({ limits: spec['overhead'] }, `${path}.overhead`));
  causes.push(...systemProblems(spec, path));
  return isPod ? [...causes, ...imageProblems(spec, path)] : causes;
}

function nameMemberProblems(spec: JsonObject, path: string, key: string, rule: NameRule): Cause[] {
  const name = digString(spec, key);
  return name === '' ? [] : invalidFor(`${path}.${key}`, name, nameProblems(name, rule));
}

/** Templates may have images with spaces around them; pods may not. */
function imageProblems(spec: JsonObject, path: string): Cause[] {
  return ['containers', 'initContainers'].flatMap((key) =>
    inItems(spec, key, path, (container, field) => {
      const image = digString(container, 'image');
      return image.trim() === image
        ? []
        : [invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace')];
    }),
  );
}

function hostNetworkProblems(spec: JsonObject, path: string, isPod: boolean): Cause[] {
  if (spec['hostNetwork'] !== true) return [];
  return inItems(spec, 'containers', path, (container, place) =>
    inItems(container, 'ports', place, (port, field) => {
      const [host, own] = [dig(port, 'hostPort') ?? 0, dig(port, 'containerPort') ?? 0];
      if (host === own || (host === 0 && !isPod)) return [];
      const why = 'must match `containerPort` when `hostNetwork` is true';
      return [invalidShown(`${field}.hostPort`, JSON.stringify(host), why)];
    }),
  );
}

function dnsProblems(spec: JsonObject, path: string): Cause[] {
  const field = `${path}.dnsConfig`;
  const config = spec['dnsConfig'];
  const servers = digArray(config, 'nameservers');
  if (spec['dnsPolicy'] === 'None') {
    if (!isJsonObject(config)) return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    const why = 'must provide at least one DNS nameserver when `dnsPolicy` is None';
    if (servers.length === 0) return [required(`${field}.nameservers`, why)];
  }
  const causes: Cause[] = [];
  if (servers.length > 3) {
    const shown = `[]string{${servers.map((one) => JSON.stringify(one)).join(', ')}}`;
    causes.push(invalidShown(`${field}.nameservers`, shown, 'must not have more than 3 nameservers'));
  }
  return [
    ...causes,
    ...inItems(config, 'nameservers', field, (server, place) =>
      typeof server === 'string' ? invalidFor(place, server, addressProblems(server)) : [],
    ),
    ...inItems(config, 'searches', field, (search, place) => {
      const name = typeof search === 'string' ? search.replace(/\.$/, '') : '';
      return invalidFor(place, name, nameProblems(name, 'subdomain'));
    }),
    ...inItems(config, 'options', field, (option, place) =>
      digString(option, 'name') === '' ? [required(place, 'must not be empty')] : [],
    ),
  ];
}

function gateProblems(spec: JsonObject, path: string): Cause[] {
  const seen = new Set<string>();
  return [
    ...inItems(spec, 'readinessGates', path, (gate, field) => {
      const type = digString(gate, 'conditionType');
      return invalidFor(`${field}.conditionType`, type, qualifiedNameProblems(type));
    }),
    ...inItems(spec, 'schedulingGates', path, (gate, field) => {
      const name = digString(gate, 'name');
      const causes = invalidFor(field, name, qualifiedNameProblems(name));
      if (seen.has(name)) causes.push(duplicate(field, name));
      seen.add(name);
      return causes;
    }),
  ];
}

function deadlineProblems(spec: JsonObject, path: string): Cause[] {
  const seconds = spec['activeDeadlineSeconds'];
  if (typeof seconds !== 'number' || (seconds >= 1 && seconds <= mostSeconds)) return [];
  const why = `must be between 1 and ${String(mostSeconds)}, inclusive`;
  return [invalidShown(`${path}.activeDeadlineSeconds`, String(seconds), why)];
}

function hostAliasProblems(alias: Json, field: string): Cause[] {
  const ip = digString(alias, 'ip');
  return [
    ...invalidFor(`${field}.ip`, ip, addressProblems(ip)),
    ...inItems(alias, 'hostnames', field, (name, place) =>
      typeof name === 'string' ? invalidFor(place, name, nameProblems(name, 'subdomain')) : [],
    ),
  ];
}

/**
 * What is wrong with the template of pods, labels and all.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodTemplateSpec
 */
export function templateProblems(template: JsonObject, path: string): Cause[] {
  const causes = [
    ...labelProblems(dig(template, 'metadata', 'labels'), `${path}.labels`),
    ...annotationProblems(dig(template, 'metadata', 'annotations'), `${path}.annotations`),
  ];
  const spec = template['spec'];
  causes.push(...podSpecProblems(isJsonObject(spec) ? spec : {}, `${path}.spec`, false));
  if (digArray(spec, 'ephemeralContainers').length > 0) {
    const why = 'ephemeral containers not allowed in pod template';
    causes.push(forbidden(`${path}.spec.ephemeralContainers`, why));
  }
  return causes;
}

/** What is wrong with annotations that are not those of the object itself. */
export function annotationProblems(annotations: Json | undefined, field: string): Cause[] {
  if (!isJsonObject(annotations)) return [];
  return Object.keys(annotations).flatMap((key) =>
    invalidFor(field, key, qualifiedNameProblems(key.toLowerCase())),
  );
}
