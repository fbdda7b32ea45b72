import { badRequest } from '../core/api-error.js';
import { dig, digString, type Json } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import type { Resource } from '../registry/contract.js';
import { valueAt } from './custom-resources/field-path.js';

interface Term {
  readonly field: string;
  readonly value: string;
  readonly equal: boolean;
}

/** Fields a kind can be selected by besides name and namespace; a path of its own where it differs. */
const fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'pods.': {
    ...paths(
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'spec.hostNetwork',
    ),
    ...paths('status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'),
    'spec.host': ['spec', 'nodeName'],
  },
  'nodes.': paths('spec.unschedulable'),
  'events.': {
    ...paths('involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid'),
    ...paths('involvedObject.apiVersion', 'involvedObject.resourceVersion', 'involvedObject.fieldPath'),
    ...paths('reason', 'reportingComponent', 'type'),
    source: ['source', 'component'],
  },
  'events.events.k8s.io': {
    ...paths('regarding.kind', 'regarding.namespace', 'regarding.name', 'regarding.uid', 'reason', 'type'),
    ...paths(
      'regarding.apiVersion',
      'regarding.resourceVersion',
      'regarding.fieldPath',
      'reportingController',
    ),
  },
  'namespaces.': paths('status.phase'),
  'secrets.': paths('type'),
  'services.': paths('spec.clusterIP', 'spec.type'),
  'replicationcontrollers.': paths('status.replicas'),
  'replicasets.apps': paths('status.replicas'),
  'jobs.batch': { 'status.successful': ['status', 'succeeded'] },
  'certificatesigningrequests.certificates.k8s.io': paths('spec.signerName'),
};

/** Fields that read `false` or `0` where they are unset. */
const unset: Readonly<Record<string, string>> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

function paths(...names: string[]): Record<string, readonly string[]> {
  return Object.fromEntries(names.map((name) => [name, name.split('.')]));
}

/**
 * A test for objects a field selector selects; `undefined` for an empty selector.
 *
 * @throws ApiError 400 for a selector that cannot be read or a field the kind does not have
 * @see kubernetes/apimachinery pkg/fields/selector.go
 */
export function fieldMatcher(
  selector: string,
  resource: Resource,
): ((object: KubeObject) => boolean) | undefined {
  const terms = parse(selector);
  if (terms.length === 0) return undefined;
  for (const { field } of terms) checkField(field, resource);
  const known = fields[`${resource.plural}.${resource.group}`] ?? {};
  return (object) =>
    terms.every(({ field, value, equal }) => {
      const path = Object.hasOwn(known, field) ? (known[field] ?? []) : field.split('.');
      const given = selectable(resource, field) ? valueAt(object, `.${field}`) : dig(object, ...path);
      return (textOf(given, field) === value) === equal;
    });
}

function textOf(value: Json | undefined, field: string): string {
  if (value === undefined || value === null) return unset[field] ?? '';
  if (field === 'status.podIPs' && Array.isArray(value))
    return value.map((one: Json) => digString(one, 'ip')).join(',');
  return typeof value === 'object' ? '' : String(value);
}

/** Whether the definition of a kind lets it be selected by a field. */
function selectable({ defined }: Resource, field: string): boolean {
  return defined?.selectable.includes(`.${field}`) === true;
}

function checkField(field: string, resource: Resource): void {
  if (field === 'metadata.name' || (field === 'metadata.namespace' && resource.namespaced)) return;
  if (selectable(resource, field)) return;
  const known = fields[`${resource.plural}.${resource.group}`];
  if (known !== undefined && Object.hasOwn(known, field)) return;
  throw badRequest(
    known === undefined
      ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`,
  );
}

const operators = [
  ['!=', false],
  ['==', true],
  ['=', true],
] as const;

/** Reads the terms in the order of their texts, as the first bad one is told. */
function parse(selector: string): Term[] {
  return splitTerms(selector)
    .filter((term) => term !== '')
    .sort()
    .map((term) => {
      const at = term.search(/!=|=/);
      const [operator, equal] = operators.find(([one]) => at !== -1 && term.startsWith(one, at)) ?? [];
      if (operator === undefined)
        throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
      return { field: term.slice(0, at), value: unescaped(term.slice(at + operator.length)), equal };
    });
}

/** Splits at commas that no backslash hides. */
function splitTerms(selector: string): string[] {
  const terms: string[] = [];
  let term = '';
  for (let at = 0; at < selector.length; at += 1) {
    const character = selector.charAt(at);
    if (character === '\\') {
      term += character + selector.charAt(at + 1);
      at += 1;
    } else if (character === ',') {
      terms.push(term);
      term = '';
    } else {
      term += character;
    }
  }
  return [...terms, term];
}

/** A backslash stands before a backslash, a comma or an equals sign, and these stand behind one only. */
function unescaped(value: string): string {
  return value.replace(/\\([^])?|[,=]/gu, (found: string, escaped?: string) => {
    if (found === ',' || found === '=')
      throw badRequest(
        `invalid field selector: unescaped character in value: ${String(found.codePointAt(0))}`,
      );
    if (escaped === '\\' || escaped === ',' || escaped === '=') return escaped;
    throw badRequest(`invalid field selector: invalid escape sequence: ${found}`);
  });
}
