import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { KubeObject } from '../../core/kube-object.js';
import { selects } from '../../core/object-selector.js';
import { sameJson } from '../../core/same-json.js';
import type { WriteContext } from '../../registry/contract.js';
import {
  forbidden,
  goMap,
  goSelector,
  immutableProblems,
  invalidShown,
  negative,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { annotationProblems, labelProblems, selectorProblems } from './labels.js';
import { podAnnotationProblems } from './pod-annotations.js';
import { podRules, type PodRules } from './pod-rules.js';
import { templateProblems } from './pod-spec.js';
import {
  daemonStrategyProblems,
  deploymentStrategyProblems,
  oneOfTwoProblems,
  statefulStrategyProblems,
} from './strategies.js';

/** What is wrong with a Deployment. @see kubernetes/kubernetes pkg/apis/apps/validation/validation.go ValidateDeploymentSpec */
export function deploymentProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = [
    ...negative('spec.replicas', spec['replicas']),
    ...ownSelectorProblems(spec, 'deployment'),
    ...podsProblems(spec, 'ReplicaSet', podRules(context)),
    ...deploymentStrategyProblems(digObject(spec, 'strategy'), 'spec.strategy'),
    ...negative('spec.minReadySeconds', spec['minReadySeconds']),
    ...negative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']),
    ...negative('spec.progressDeadlineSeconds', spec['progressDeadlineSeconds']),
  ];
  const [deadline, ready] = [spec['progressDeadlineSeconds'], spec['minReadySeconds'] ?? 0];
  if (typeof deadline === 'number' && typeof ready === 'number' && deadline <= ready) {
    const why = 'must be greater than minReadySeconds';
    causes.push(invalidShown('spec.progressDeadlineSeconds', String(deadline), why));
  }
  return [...causes, ...selectorChange(spec, previous)];
}

/** What is wrong with a ReplicaSet, whose messages speak of deployments as the real ones do. */
export function replicaSetProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  return [
    ...negative('spec.replicas', spec['replicas']),
    ...negative('spec.minReadySeconds', spec['minReadySeconds']),
    ...ownSelectorProblems(spec, 'deployment'),
    ...podsProblems(spec, 'ReplicaSet', podRules(context)),
    ...selectorChange(spec, previous),
  ];
}

/** What is wrong with a DaemonSet. */
export function daemonSetProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = selectorProblems(spec['selector'], 'spec.selector');
  const template = digObject(spec, 'template');
  if (!matches(spec, template)) causes.push(unmatched(template));
  if (isJsonObject(spec['selector']) && isEmpty(spec['selector']))
    causes.push(
      invalidShown('spec.selector', goSelector(spec['selector']), 'empty selector is invalid for daemonset'),
    );
  return [
    ...causes,
    ...templateProblems(template, 'spec.template', podRules(context)),
    ...alwaysProblems(template, 'DaemonSet'),
    ...negative('spec.minReadySeconds', spec['minReadySeconds']),
    ...daemonStrategyProblems(digObject(spec, 'updateStrategy'), 'spec.updateStrategy'),
    ...negative('spec.revisionHistoryLimit', spec['revisionHistoryLimit']),
    ...selectorChange(spec, previous),
  ];
}

/** What is wrong with a PodTemplate, which nothing reads. */
export function podTemplateProblems(
  object: KubeObject,
  _: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  return templateProblems(digObject(object, 'template'), 'template', podRules(context));
}

/** What is wrong with a ReplicationController. */
export function replicationControllerProblems(
  object: KubeObject,
  _: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = negative('spec.minReadySeconds', spec['minReadySeconds']);
  const labels = digObject(spec, 'selector');
  const isOpen = Object.keys(labels).length === 0;
  if (isOpen) causes.push(required('spec.selector'));
  causes.push(...negative('spec.replicas', spec['replicas']));
  const { template } = spec;
  if (!isJsonObject(template)) return [...causes, required('spec.template')];
  if (!isOpen && !selects({ matchLabels: labels }, labelsOf(template))) causes.push(unmatched(template));
  return [
    ...causes,
    ...templateProblems(template, 'spec.template', podRules(context)),
    ...alwaysProblems(template, 'ReplicationController'),
  ];
}

/** Members of a StatefulSet that may change, and from which minor version of Kubernetes on. */
const mutable: readonly (readonly [member: string, since: number])[] = [
  ['replicas', 0],
  ['ordinals', 26],
  ['template', 0],
  ['updateStrategy', 0],
  ['revisionHistoryLimit', 33],
  ['persistentVolumeClaimRetentionPolicy', 23],
  ['minReadySeconds', 22],
];

/** What is wrong with a StatefulSet, of which little may change. */
export function statefulSetProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  context: WriteContext,
): Cause[] {
  const spec = digObject(object, 'spec');
  const causes = [
    ...oneOfTwoProblems('spec.podManagementPolicy', spec['podManagementPolicy'], [
      'OrderedReady',
      'Parallel',
    ]),
    ...statefulStrategyProblems(digObject(spec, 'updateStrategy'), 'spec.updateStrategy'),
  ];
  for (const key of ['whenDeleted', 'whenScaled']) {
    const kept = dig(spec, 'persistentVolumeClaimRetentionPolicy', key);
    const field = `spec.persistentVolumeClaimRetentionPolicy.${key}`;
    if (typeof kept === 'string' && kept !== 'Retain' && kept !== 'Delete')
      causes.push(unsupported(field, kept, ['Retain', 'Delete']));
  }
  const template = digObject(spec, 'template');
  const annotations = dig(template, 'metadata', 'annotations');
  causes.push(
    ...negative('spec.replicas', spec['replicas']),
    ...negative('spec.minReadySeconds', spec['minReadySeconds']),
    ...negative('spec.ordinals.start', dig(spec, 'ordinals', 'start')),
    ...ownSelectorProblems(spec, 'statefulset'),
  );
  const { selector } = spec;
  if (isJsonObject(selector) && !isReadable(selector)) {
    const message = `Invalid value: ${goSelector(selector)}`;
    causes.push({ reason: 'FieldValueInvalid', message, field: 'spec.selector' });
  }
  if (!matches(spec, template)) causes.push(unmatched(template));
  // Volumes of a StatefulSet's pods come from its claim templates, so what they are is only checked with the pods.
  causes.push(
    ...labelProblems(dig(template, 'metadata', 'labels'), 'spec.template.labels'),
    ...annotationProblems(annotations, 'spec.template.annotations'),
    ...podAnnotationProblems(annotations, digObject(template, 'spec'), 'spec.template.annotations'),
    ...alwaysProblems(template, 'StatefulSet'),
  );
  if (previous === undefined) return causes;
  const before = digObject(previous, 'spec');
  const minor = minorOf(context.world.settings.kubernetesVersion);
  const open = mutable.filter(([, since]) => minor >= since).map(([member]) => member);
  const keys = new Set([...Object.keys(spec), ...Object.keys(before)]);
  const isChanged = [...keys].some(
    (key) => !open.includes(key) && !sameJson(meantBy(spec, key), meantBy(before, key)),
  );
  return isChanged ? [...causes, forbidden('spec', fixedText(open))] : causes;
}

/** What type claim templates say they are is nothing to go by. */
function meantBy(spec: JsonObject, key: string): Json | undefined {
  if (key !== 'volumeClaimTemplates') return spec[key];
  return digArray(spec, key).map((claim) => ({ ...digObject(claim), apiVersion: 'v1', kind: '' }));
}

function fixedText(open: readonly string[]): string {
  const names = open.map((one) => `'${one}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
  return `updates to statefulset spec for fields other than ${list} are forbidden`;
}

function ownSelectorProblems({ selector }: JsonObject, kind: string): Cause[] {
  if (!isJsonObject(selector)) return [required('spec.selector')];
  const causes = selectorProblems(selector, 'spec.selector');
  return isEmpty(selector)
    ? [
        ...causes,
        invalidShown('spec.selector', goSelector(selector), `empty selector is invalid for ${kind}`),
      ]
    : causes;
}

function isEmpty(selector: JsonObject): boolean {
  return (
    Object.keys(digObject(selector, 'matchLabels')).length === 0 &&
    digArray(selector, 'matchExpressions').length === 0
  );
}

/** What is wrong with the pods of what keeps a number of them. */
function podsProblems(spec: JsonObject, kind: string, rules: PodRules): Cause[] {
  const template = digObject(spec, 'template');
  const { selector } = spec;
  if (isJsonObject(selector) && !isReadable(selector))
    return [invalidShown('spec.selector', goSelector(selector), 'invalid label selector')];
  return [
    ...(matches(spec, template) ? [] : [unmatched(template)]),
    ...templateProblems(template, 'spec.template', rules),
    ...alwaysProblems(template, kind),
  ];
}

/** Whether a selector selects the pods of its own template; what is wrong with the selector itself is said elsewhere. */
function matches({ selector }: JsonObject, template: JsonObject): boolean {
  if (!isJsonObject(selector)) return false;
  return isEmpty(selector) || !isReadable(selector) || selects(selector, labelsOf(template));
}

function isReadable(selector: JsonObject): boolean {
  return selectorProblems(selector, '').length === 0;
}

function labelsOf(template: JsonObject): Record<string, string> {
  return digObject(template, 'metadata', 'labels') as Record<string, string>;
}

function unmatched(template: JsonObject): Cause {
  const shown = goMap(digObject(template, 'metadata', 'labels'));
  return invalidShown('spec.template.metadata.labels', shown, '`selector` does not match template `labels`');
}

/** Pods that are kept alive can neither end nor be told when to. */
function alwaysProblems(template: Json, kind: string): Cause[] {
  const policy = digString(template, 'spec', 'restartPolicy');
  const causes =
    policy === 'Always' ? [] : [unsupported('spec.template.spec.restartPolicy', policy, ['Always'])];
  if (dig(template, 'spec', 'activeDeadlineSeconds') !== undefined) {
    const why = `activeDeadlineSeconds in ${kind} is not Supported`;
    causes.push(forbidden('spec.template.spec.activeDeadlineSeconds', why));
  }
  return causes;
}

function selectorChange({ selector }: JsonObject, previous: KubeObject | undefined): Cause[] {
  if (previous === undefined) return [];
  const shown = isJsonObject(selector) ? goSelector(selector) : '"null"';
  return immutableProblems('spec.selector', selector, dig(previous, 'spec', 'selector'), shown);
}
