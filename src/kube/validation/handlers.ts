import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import {
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  negative,
  required,
  unsupported,
  type Cause,
} from './causes.js';
import { headerProblems, portNameProblems } from './formats.js';
import type { PodRules } from './pod-rules.js';

/** What handlers are checked against. */
export interface HandlerParts {
  readonly terminationGracePeriodSeconds: Json | undefined;
  readonly rules: PodRules;
}

/** What is wrong with a port that is a number or a name; an absent one counts as 0. */
export function portOrNameProblems(field: string, port: Json | undefined): Cause[] {
  if (typeof port === 'string') return invalidFor(field, port, portNameProblems(port));
  const number = typeof port === 'number' ? port : 0;
  return number < 1 || number > 65_535
    ? [invalidShown(field, String(number), 'must be between 1 and 65535, inclusive')]
    : [];
}

/**
 * What is wrong with what a container is asked or told.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateHandler
 */
function handlerProblems(handler: JsonObject, parts: HandlerParts, field: string): Cause[] {
  const given = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].filter((key) => isJsonObject(handler[key]));
  const [first, ...others] = given;
  if (first === undefined) return [required(field, 'must specify a handler type')];
  return [
    ...actionProblems(first, handler[first] ?? {}, parts, `${field}.${first}`),
    ...others.map((key) => forbidden(`${field}.${key}`, 'may not specify more than 1 handler type')),
  ];
}

function actionProblems(kind: string, action: Json, parts: HandlerParts, field: string): Cause[] {
  switch (kind) {
    case 'exec':
      return digArray(action, 'command').length === 0 ? [required(`${field}.command`)] : [];
    case 'sleep':
      return sleepProblems(dig(action, 'seconds') ?? 0, parts, field);
    case 'httpGet': {
      const scheme = digString(action, 'scheme');
      return [
        ...(digString(action, 'path') === '' ? [required(`${field}.path`)] : []),
        ...portOrNameProblems(`${field}.port`, dig(action, 'port')),
        ...(scheme === 'HTTP' || scheme === 'HTTPS'
          ? []
          : [unsupported(`${field}.scheme`, scheme, ['HTTP', 'HTTPS'])]),
        ...inItems(action, 'httpHeaders', field, (header) => {
          const name = digString(header, 'name');
          return invalidFor(`${field}.httpHeaders`, name, headerProblems(name));
        }),
      ];
    }
    default:
      return portOrNameProblems(`${field}.port`, dig(action, 'port'));
  }
}

/** @see validateSleepAction there */
function sleepProblems(
  seconds: Json,
  { terminationGracePeriodSeconds: grace, rules }: HandlerParts,
  field: string,
): Cause[] {
  if (typeof seconds !== 'number' || typeof grace !== 'number') return [];
  const mayBeNone = rules.has('zeroSleep');
  if (seconds <= grace && (mayBeNone ? seconds >= 0 : seconds > 0)) return [];
  const least = mayBeNone ? 'non-negative' : 'greater than 0';
  const why = `must be ${least} and less than terminationGracePeriodSeconds (${String(grace)})`;
  const hint =
    rules.has('namesZeroSleep') && !mayBeNone
      ? '. Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.'
      : '';
  return [invalidShown(field, String(seconds), why + hint)];
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** What is wrong with the hooks and probes of a container that runs beside others. */
export function lifecycleProblems(container: Json, parts: HandlerParts, path: string): Cause[] {
  const causes: Cause[] = [];
  for (const key of ['postStart', 'preStop']) {
    const handler = dig(container, 'lifecycle', key);
    if (isJsonObject(handler)) causes.push(...handlerProblems(handler, parts, `${path}.lifecycle.${key}`));
  }
  for (const key of probes) {
    const probe = dig(container, key);
    if (isJsonObject(probe)) causes.push(...probeProblems(probe, key, parts, `${path}.${key}`));
  }
  return causes;
}

function probeProblems(probe: JsonObject, kind: string, parts: HandlerParts, field: string): Cause[] {
  const causes = handlerProblems(probe, parts, field);
  for (const key of counts) causes.push(...negative(`${field}.${key}`, probe[key]));
  const ends = probe['terminationGracePeriodSeconds'];
  const endField = `${field}.terminationGracePeriodSeconds`;
  if (typeof ends === 'number' && ends <= 0)
    causes.push(invalidShown(endField, String(ends), 'must be greater than 0'));
  const successes = probe['successThreshold'];
  if (kind !== 'readinessProbe' && typeof successes === 'number' && successes !== 1)
    causes.push(invalidShown(`${field}.successThreshold`, String(successes), 'must be 1'));
  if (kind === 'readinessProbe' && typeof ends === 'number')
    causes.push(invalidShown(endField, String(ends), 'must not be set for readinessProbes'));
  return causes;
}

/** What a container that is over before the others start may not have. */
export function initOnlyProblems(container: Json, path: string): Cause[] {
  return ['lifecycle', ...probes]
    .filter((key) => isJsonObject(dig(container, key)))
    .map((key) =>
      forbidden(`${path}.${key}`, 'may not be set for init containers without restartPolicy=Always'),
    );
}
