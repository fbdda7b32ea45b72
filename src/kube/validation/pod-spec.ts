import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { nameProblems, qualifiedNameProblems, type NameRule } from '../../registry/names.js';
import {
  choiceProblems,
  duplicate,
  forbidden,
  goStrings,
  inItems,
  invalidFor,
  invalidShown,
  plainText,
  required,
  type Cause,
} from './causes.js';
import {
  containersProblems,
  ephemeralContainersProblems,
  initContainersProblems,
  type PodParts,
} from './container.js';
import { addressProblems, searchDomainProblems } from './formats.js';
import { annotationProblems, labelProblems } from './labels.js';
import { appArmorMatchProblems, podAnnotationProblems, seccompMatchProblems } from './pod-annotations.js';
import { systemProblems } from './pod-os.js';
import type { PodRules } from './pod-rules.js';
import { requirementProblems } from './requirements.js';
import { claimNames, resourceClaimProblems } from './resource-claims.js';
import { affinityProblems, tolerationProblems } from './scheduling.js';
import { podSecurityProblems } from './security-context.js';
import { spreadProblems } from './topology-spread.js';
import { volumeProblems } from './volumes.js';
import { hostProcessProblems } from './windows-options.js';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
/** Most seconds a pod may be told to run. */
const mostSeconds = 2_147_483_647;

/**
 * What is wrong with a pod spec, in the order kube-apiserver lists it.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidatePodSpec
 */
export function podSpecProblems(spec: JsonObject, path: string, rules: PodRules): Cause[] {
  const volumes = new Map<string, JsonObject>();
  const { terminationGracePeriodSeconds } = spec;
  const causes = volumeProblems(spec, path, volumes, rules);
  const parts: PodParts = {
    volumes,
    terminationGracePeriodSeconds,
    claims: claimNames(spec),
    restartPolicy: digString(spec, 'restartPolicy'),
    ownUsers: spec['hostUsers'] === false,
    rules,
  };
  causes.push(
    ...resourceClaimProblems(spec, path),
    ...containersProblems(spec, path, parts),
    ...initContainersProblems(spec, path, parts),
    ...ephemeralContainersProblems(spec, path, parts),
    ...hostNetworkProblems(spec, path, rules.isPod),
    ...choiceProblems(`${path}.restartPolicy`, spec['restartPolicy'], restartPolicies),
    ...choiceProblems(`${path}.dnsPolicy`, spec['dnsPolicy'], dnsPolicies),
    ...labelProblems(spec['nodeSelector'], `${path}.nodeSelector`),
    ...podSecurityProblems(spec, path),
    ...affinityProblems(spec, path),
    ...dnsProblems(spec, path, rules),
    ...gateProblems(spec, path),
    ...spreadProblems(spec, path),
    ...hostProcessProblems(spec, path),
    ...hostUserProblems(spec, path),
    ...nameMemberProblems(spec, path, 'serviceAccountName', 'subdomain'),
    ...nameMemberProblems(spec, path, 'nodeName', 'subdomain'),
    ...deadlineProblems(spec, path),
    ...nameMemberProblems(spec, path, 'hostname', 'label'),
    ...nameMemberProblems(spec, path, 'subdomain', 'label'),
    ...inItems(spec, 'tolerations', path, tolerationProblems),
    ...inItems(spec, 'hostAliases', path, hostAliasProblems),
    ...nameMemberProblems(spec, path, 'priorityClassName', 'subdomain'),
    ...runtimeClassProblems(spec['runtimeClassName'], `${path}.runtimeClassName`),
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
  return [...causes, ...systemProblems(spec, path)];
}

/** Users of their own go with no other namespace of the node. The members are named as the real server names them. */
function hostUserProblems(spec: JsonObject, path: string): Cause[] {
  if (spec['hostUsers'] !== false) return [];
  const shared = [
    ['hostNetwork', 'hostNetwork'],
    ['hostPID', 'HostPID'],
    ['hostIPC', 'HostIPC'],
  ] as const;
  return shared
    .filter(([key]) => spec[key] === true)
    .map(([, shown]) => forbidden(`${path}.${shown}`, 'when `pod.Spec.HostUsers` is false'));
}

function nameMemberProblems(spec: JsonObject, path: string, key: string, rule: NameRule): Cause[] {
  const name = digString(spec, key);
  return name === '' ? [] : invalidFor(`${path}.${key}`, name, nameProblems(name, rule));
}

/** An empty name is none either, as the member is a pointer. */
function runtimeClassProblems(name: Json | undefined, field: string): Cause[] {
  return typeof name === 'string' ? invalidFor(field, name, nameProblems(name, 'subdomain')) : [];
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

function dnsProblems(spec: JsonObject, path: string, rules: PodRules): Cause[] {
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
    ...searchProblems(config, field, rules),
    ...inItems(config, 'options', field, (option, place) =>
      digString(option, 'name') === '' ? [required(place, 'must not be empty')] : [],
    ),
  ];
}

const mostSearches = 32;
const mostSearchBytes = 2048;

function searchProblems(config: Json | undefined, path: string, rules: PodRules): Cause[] {
  const given = digArray(config, 'searches').map(plainText);
  const causes: Cause[] = [];
  const bad = (why: string): Cause => invalidShown(`${path}.searches`, goStrings(given), why);
  if (given.length > mostSearches)
    causes.push(bad(`must not have more than ${String(mostSearches)} search paths`));
  if (Buffer.byteLength(given.join(' ')) > mostSearchBytes) {
    const why = `must not have more than ${String(mostSearchBytes)} characters (including spaces) in the search list`;
    causes.push(bad(why));
  }
  const isRelaxed = rules.has('relaxedSearchDomains');
  return [
    ...causes,
    ...inItems(config, 'searches', path, (search, place) => {
      const name = plainText(search).replace(/\.$/, '');
      if (!isRelaxed) return invalidFor(place, name, nameProblems(name, 'subdomain'));
      return search === '.' ? [] : invalidFor(place, name, searchDomainProblems(name));
    }),
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
export function templateProblems(template: JsonObject, path: string, rules: PodRules): Cause[] {
  const annotations = dig(template, 'metadata', 'annotations');
  const field = `${path}.annotations`;
  const spec = digObject(template, 'spec');
  const causes = [
    ...labelProblems(dig(template, 'metadata', 'labels'), `${path}.labels`),
    ...annotationProblems(annotations, field),
    ...podAnnotationProblems(annotations, spec, field),
    ...podSpecProblems(spec, `${path}.spec`, rules),
    ...seccompMatchProblems(annotations, spec, `${path}.spec`),
    ...appArmorMatchProblems(annotations, spec, `${path}.spec`),
  ];
  if (digArray(spec, 'ephemeralContainers').length > 0) {
    const why = 'ephemeral containers not allowed in pod template';
    causes.push(forbidden(`${path}.spec.ephemeralContainers`, why));
  }
  return causes;
}
