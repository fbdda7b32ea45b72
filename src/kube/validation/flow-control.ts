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
  goStrings,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { fixedLevelProblems, fixedSchemaProblems } from './fixed-flow-control.js';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];
const most = { precedence: 10_000, queues: 10_000_000, bits: 60 };

function numberOf(owner: Json | undefined, key: string): number {
  const value = dig(owner, key);
  return typeof value === 'number' ? value : 0;
}

/** What is wrong with a FlowSchema. @see kubernetes/kubernetes pkg/apis/flowcontrol/validation/validation.go */
export function flowSchemaProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const precedence = numberOf(spec, 'matchingPrecedence');
  const bad = (why: string): Cause => invalidShown('spec.matchingPrecedence', String(precedence), why);
  const causes: Cause[] = [];
  if (precedence <= 0) causes.push(bad('must be a positive value'));
  if (precedence > most.precedence) causes.push(bad(`must not be greater than ${String(most.precedence)}`));
  if (precedence === 1 && object.metadata.name !== 'exempt')
    causes.push(bad("only the schema named 'exempt' may have matchingPrecedence 1"));
  const method = digString(spec, 'distinguisherMethod', 'type');
  const methods = ['ByNamespace', 'ByUser'];
  if (isJsonObject(spec['distinguisherMethod']) && !methods.includes(method)) {
    // What is shown is the struct, as Go prints it.
    const message = `Unsupported value: flowcontrol.FlowDistinguisherMethod{Type:${JSON.stringify(method)}}: supported values: "ByNamespace", "ByUser"`;
    causes.push({ reason: 'FieldValueNotSupported', message, field: 'spec.distinguisherMethod.type' });
  }
  const level = digString(spec, 'priorityLevelConfiguration', 'name');
  const field = 'spec.priorityLevelConfiguration.name';
  if (level === '') causes.push(required(field, 'must reference a priority level'));
  else causes.push(...invalidFor(field, level, nameProblems(level, 'subdomain')));
  causes.push(...inItems(spec, 'rules', 'spec', policyProblems));
  return [...causes, ...fixedSchemaProblems(object)];
}

function policyProblems(rule: Json, path: string): Cause[] {
  const causes =
    digArray(rule, 'subjects').length > 0
      ? inItems(rule, 'subjects', path, subjectProblems)
      : [required(`${path}.subjects`, 'subjects must contain at least one value')];
  if (['resourceRules', 'nonResourceRules'].every((key) => digArray(rule, key).length === 0))
    causes.push(required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty'));
  return [
    ...causes,
    ...inItems(rule, 'resourceRules', path, resourceRuleProblems),
    ...inItems(rule, 'nonResourceRules', path, nonResourceRuleProblems),
  ];
}

/** Kinds of subjects, with the member that says which one, in the order the others are refused. */
const subjects = [
  ['ServiceAccount', 'serviceAccount'],
  ['User', 'user'],
  ['Group', 'group'],
] as const;

function subjectProblems(subject: Json, path: string): Cause[] {
  const kind = digString(subject, 'kind');
  const known = subjects.find(([name]) => name === kind);
  if (known === undefined) return [unsupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User'])];
  const [, own] = known;
  const field = `${path}.${own}`;
  const given = dig(subject, own);
  const causes = isJsonObject(given)
    ? namedSubjectProblems(given, own, field)
    : [required(field, `${own} is required when subject kind is '${kind}'`)];
  const others = subjects.filter(([, key]) => key !== own && isJsonObject(dig(subject, key)));
  return [
    ...causes,
    ...others.map(([name, key]) =>
      forbidden(`${path}.${key}`, `${key} is forbidden when subject kind is not '${name}'`),
    ),
  ];
}

function namedSubjectProblems(subject: JsonObject, member: string, path: string): Cause[] {
  const [name, namespace] = [digString(subject, 'name'), digString(subject, 'namespace')];
  const causes: Cause[] = name === '' ? [required(`${path}.name`)] : [];
  if (member !== 'serviceAccount') return causes;
  if (name !== '' && name !== '*')
    causes.push(...invalidFor(`${path}.name`, name, nameProblems(name, 'subdomain')));
  if (namespace === '')
    causes.push(required(`${path}.namespace`, 'must specify namespace for service account'));
  else causes.push(...invalidFor(`${path}.namespace`, namespace, nameProblems(namespace, 'label')));
  return causes;
}

function texts(owner: Json, key: string): string[] {
  return digArray(owner, key).filter((one): one is string => typeof one === 'string');
}

/** What is wrong with a list that may also say `*`, and must say something. */
function starredProblems(rule: Json, key: string, path: string, none: string, what: string): Cause[] {
  const given = texts(rule, key);
  if (given.length === 0) return [required(`${path}.${key}`, none)];
  return given.length > 1 && given.includes('*')
    ? [invalidShown(`${path}.${key}`, goStrings(given), `if '*' is present, must not specify other ${what}`)]
    : [];
}

function verbProblems(rule: Json, path: string): Cause[] {
  const given = texts(rule, 'verbs');
  const causes = starredProblems(rule, 'verbs', path, 'verbs must contain at least one value', 'verbs');
  if (causes.length > 0 || given.includes('*') || given.every((verb) => verbs.includes(verb))) return causes;
  const list = verbs.map((verb) => JSON.stringify(verb)).join(', ');
  const message = `Unsupported value: ${goStrings(given)}: supported values: ${list}`;
  return [{ reason: 'FieldValueNotSupported', message, field: `${path}.verbs` }];
}

function resourceRuleProblems(rule: Json, path: string): Cause[] {
  const none = 'resource rules must supply at least one';
  const causes = [
    ...verbProblems(rule, path),
    ...starredProblems(rule, 'apiGroups', path, `${none} api group`, 'api groups'),
    ...starredProblems(rule, 'resources', path, `${none} resource`, 'resources'),
  ];
  const namespaces = texts(rule, 'namespaces');
  if (namespaces.length === 0 && dig(rule, 'clusterScope') === true) return causes;
  const needed = 'resource rules that are not cluster scoped must supply at least one namespace';
  causes.push(...starredProblems(rule, 'namespaces', path, needed, 'namespaces'));
  if (namespaces.includes('*')) return causes;
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  for (const [at, name] of namespaces.entries())
    for (const why of nameProblems(name, 'label'))
      causes.push(invalidValue(`${path}.namespaces[${String(at)}]`, name, intro + why));
  return causes;
}

function nonResourceRuleProblems(rule: Json, path: string): Cause[] {
  const none = 'nonResourceURLs must contain at least one value';
  const causes = [
    ...verbProblems(rule, path),
    ...starredProblems(rule, 'nonResourceURLs', path, none, 'non-resource URLs'),
  ];
  const given = texts(rule, 'nonResourceURLs');
  if (given.includes('*')) return causes;
  for (const [at, url] of given.entries()) {
    const why = urlProblem(url);
    if (why !== undefined) causes.push(invalidValue(`${path}.nonResourceURLs[${String(at)}]`, url, why));
  }
  return causes;
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const stars = url.split('*').length - 1;
  return stars > 1 || (stars === 1 && !url.endsWith('/*'))
    ? 'wildcard can only do suffix matching'
    : undefined;
}

/** What is wrong with a PriorityLevelConfiguration. */
export function priorityLevelProblems(object: KubeObject): Cause[] {
  return [...levelProblems(object), ...fixedLevelProblems(object)];
}

function levelProblems(object: KubeObject): Cause[] {
  const spec = digObject(object, 'spec');
  const type = digString(spec, 'type');
  const { limited, exempt } = spec;
  const causes: Cause[] = [];
  if ((object.metadata.name === 'exempt') !== (type === 'Exempt'))
    causes.push(invalidValue('spec.type', type, "type must be 'Exempt' if and only if name is 'exempt'"));
  if (type === 'Exempt') {
    if (isJsonObject(limited))
      causes.push(forbidden('spec.limited', 'must be nil if the type is not Limited'));
    return [...causes, ...shareProblems(exempt, 'spec.exempt')];
  }
  if (type !== 'Limited') return [...causes, unsupported('spec.type', type, ['Exempt', 'Limited'])];
  if (isJsonObject(exempt)) causes.push(forbidden('spec.exempt', 'must be nil if the type is Limited'));
  if (!isJsonObject(limited))
    return [...causes, required('spec.limited', 'must not be empty when type is Limited')];
  const [shares, ...others] = shareProblems(limited, 'spec.limited', true);
  return [
    ...causes,
    ...(shares === undefined ? [] : [shares]),
    ...responseProblems(digObject(limited, 'limitResponse'), 'spec.limited.limitResponse'),
    ...others,
  ];
}

/** What is wrong with how much of the server a level has, lends and borrows. */
function shareProblems(level: Json | undefined, path: string, isLimited = false): Cause[] {
  const bad = (key: string, why: string): Cause =>
    invalidShown(`${path}.${key}`, String(numberOf(level, key)), why);
  const causes: Cause[] = [];
  if (numberOf(level, 'nominalConcurrencyShares') < 0)
    causes.push(bad('nominalConcurrencyShares', 'must be a non-negative integer'));
  const lent = numberOf(level, 'lendablePercent');
  if (lent < 0 || lent > 100) causes.push(bad('lendablePercent', 'must be between 0 and 100, inclusive'));
  if (isLimited && numberOf(level, 'borrowingLimitPercent') < 0)
    causes.push(bad('borrowingLimitPercent', 'if specified, must be a non-negative integer'));
  return causes;
}

function responseProblems(response: JsonObject, path: string): Cause[] {
  const type = digString(response, 'type');
  const { queuing } = response;
  if (type === 'Reject')
    return isJsonObject(queuing)
      ? [forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')]
      : [];
  if (type !== 'Queue') return [unsupported(`${path}.type`, type, ['Queue', 'Reject'])];
  return isJsonObject(queuing)
    ? queueProblems(queuing, `${path}.queuing`)
    : [required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')];
}

function queueProblems(queuing: JsonObject, path: string): Cause[] {
  const [length, queues, hand] = ['queueLengthLimit', 'queues', 'handSize'].map((key) =>
    numberOf(queuing, key),
  ) as [number, number, number];
  const bad = (key: string, value: number, why: string): Cause =>
    invalidShown(`${path}.${key}`, String(value), why);
  const causes: Cause[] = [];
  if (length <= 0) causes.push(bad('queueLengthLimit', length, 'must be positive'));
  if (queues <= 0) causes.push(bad('queues', queues, 'must be positive'));
  else if (queues > most.queues)
    causes.push(bad('queues', queues, `must not be greater than ${String(most.queues)}`));
  if (hand <= 0) causes.push(bad('handSize', hand, 'must be positive'));
  else if (hand > queues)
    causes.push(bad('handSize', hand, `should not be greater than queues (${String(queues)})`));
  else if (Math.ceil(entropyOf(queues, hand)) > most.bits)
    causes.push(
      bad(
        'handSize',
        hand,
        `required entropy bits of deckSize ${String(queues)} and handSize ${String(hand)} should not be greater than ${String(most.bits)}`,
      ),
    );
  return causes;
}

/** Bits it takes to deal a hand of queues, estimated as Kubernetes does. */
function entropyOf(queues: number, hand: number): number {
  return Math.log2(queues) * hand;
}
