import { dig, digArray, digString, type Json } from '../core/json.js';
import type { KubeObject, User } from '../core/kube-object.js';
import type { RequestContext } from '../registry/contract.js';
import type { StoredObject } from '../state/object-store.js';
import { impersonates, kubernetesUser } from './reviews/kubernetes-user.js';

/** Where a request is queued. */
export interface Flow {
  /** uid of its FlowSchema. */
  readonly schema: string;
  /** uid of its PriorityLevelConfiguration; empty when there is none. */
  readonly level: string;
}

const group = 'flowcontrol.apiserver.k8s.io';
const schemas = { group, plural: 'flowschemas' };
const levels = { group, plural: 'prioritylevelconfigurations' };

/** Answers remembered per list of flow schemas. */
const most = 1000;

/** What is known of flow schemas as listed, which is the same list until one changes. */
interface Known {
  /** In the order they are asked. */
  readonly order: readonly KubeObject[];
  /** Those of requests that ks-apiserver passes on as its own: nearly all. */
  readonly found: Map<string, KubeObject | undefined>;
}

const knownOf = new WeakMap<readonly StoredObject[], Known>();

/**
 * The flow a request belongs to: that of the first FlowSchema that knows its user and what it asks for; `undefined` when
 * none does.
 *
 * @see kubernetes/apiserver pkg/util/flowcontrol/rule.go
 */
export function flowOf(context: RequestContext): Flow | undefined {
  const { store } = context.cluster;
  const found = schemaOf(context, store.list(schemas));
  if (found === undefined) return undefined;
  const level = digString(found, 'spec', 'priorityLevelConfiguration', 'name');
  return {
    schema: found.metadata.uid ?? '',
    level: store.find(levels, undefined, level)?.object.metadata.uid ?? '',
  };
}

function schemaOf(context: RequestContext, listed: readonly StoredObject[]): KubeObject | undefined {
  let known = knownOf.get(listed);
  if (known === undefined) {
    const order = listed
      .map(({ object }) => object)
      .sort((one, other) => precedence(one) - precedence(other));
    knownOf.set(listed, (known = { order, found: new Map() }));
  }
  const { order, found } = known;
  const look = (): KubeObject | undefined => {
    const user = kubernetesUser(context);
    return order.find((schema) => isOf(schema, user, context));
  };
  const { isResourceRequest, verb, apiGroup, resource, subresource, namespace } = context.info;
  if (!isResourceRequest || impersonates(context)) return look();
  const key = `${verb} ${apiGroup} ${resource} ${subresource} ${namespace}`;
  if (found.has(key)) return found.get(key);
  if (found.size >= most) found.clear();
  const schema = look();
  found.set(key, schema);
  return schema;
}

function precedence(schema: KubeObject): number {
  const found = dig(schema, 'spec', 'matchingPrecedence');
  return typeof found === 'number' ? found : 1000;
}

function isOf(schema: KubeObject, user: User, context: RequestContext): boolean {
  return digArray(schema, 'spec', 'rules').some(
    (rule) =>
      digArray(rule, 'subjects').some((subject) => isSubject(subject, user)) &&
      (context.info.isResourceRequest
        ? digArray(rule, 'resourceRules').some((one) => asksFor(one, context))
        : digArray(rule, 'nonResourceRules').some((one) => asksForPath(one, context))),
  );
}

function isSubject(subject: Json, { name, groups }: User): boolean {
  switch (digString(subject, 'kind')) {
    case 'User': {
      const wanted = digString(subject, 'user', 'name');
      return wanted === '*' || wanted === name;
    }
    case 'Group': {
      const wanted = digString(subject, 'group', 'name');
      return wanted === '*' || groups.includes(wanted);
    }
    default: {
      const start = `system:serviceaccount:${digString(subject, 'serviceAccount', 'namespace')}:`;
      const wanted = digString(subject, 'serviceAccount', 'name');
      return wanted === '*' ? name.startsWith(start) : name === start + wanted;
    }
  }
}

function has(list: readonly Json[], value: string): boolean {
  return list.includes('*') || list.includes(value);
}

function asksFor(rule: Json, { info }: RequestContext): boolean {
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const isInPlace =
    info.namespace === ''
      ? dig(rule, 'clusterScope') === true
      : has(digArray(rule, 'namespaces'), info.namespace);
  return (
    isInPlace &&
    has(digArray(rule, 'verbs'), info.verb) &&
    has(digArray(rule, 'apiGroups'), info.apiGroup) &&
    has(digArray(rule, 'resources'), resource)
  );
}

function asksForPath(rule: Json, { info }: RequestContext): boolean {
  const isPath = (pattern: Json): boolean =>
    typeof pattern === 'string' &&
    (pattern.endsWith('*') ? info.localPath.startsWith(pattern.slice(0, -1)) : pattern === info.localPath);
  return (
    has(digArray(rule, 'verbs'), info.verb.toLowerCase()) && digArray(rule, 'nonResourceURLs').some(isPath)
  );
}
