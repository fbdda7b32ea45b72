import { quote } from '../../../core/api-error.js';
import type { JsonObject } from '../../../core/json.js';
import type { Cause } from '../../../registry/object-meta.js';
import { baselineChecks } from './baseline-checks.js';
import { textOf, type PodLike, type Violation } from './pod-view.js';
import { overridden, restrictedChecks } from './restricted-checks.js';

/** How strict a namespace is. */
type Level = 'privileged' | 'baseline' | 'restricted';

/** A level at the rules of a version. */
export interface LevelVersion {
  readonly level: Level;
  /** `latest`, or one such as `v1.24`. */
  readonly version: string;
}

/** What is done about pods that are not as a level wants them. */
export type Mode = 'enforce' | 'audit' | 'warn';

const prefix = 'pod-security.kubernetes.io/';
const levels: readonly string[] = ['privileged', 'baseline', 'restricted'];
const versionShape = /^(latest|v1\.([0-9]|[1-9][0-9]*))$/;

/**
 * What the labels of a namespace say about pods in it. What cannot be read is the strictest for what is enforced, nothing
 * for the rest.
 *
 * @see kubernetes/pod-security-admission api/helpers.go PolicyToEvaluate
 */
export function levelOf(labels: JsonObject, mode: Mode): LevelVersion {
  const [level, version] = [labels[`${prefix}${mode}`], labels[`${prefix}${mode}-version`]];
  const fallback: Level = mode === 'enforce' ? 'restricted' : 'privileged';
  return {
    level: level === undefined ? 'privileged' : isLevel(level) ? level : fallback,
    version: typeof version === 'string' && versionShape.test(version) ? version : 'latest',
  };
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && levels.includes(value);
}

/** What is wrong with the labels of a namespace. */
export function labelProblems(labels: JsonObject): Cause[] {
  const problem = (key: string, why: string): Cause => ({
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${quote(textOf(labels[key]))}: ${why}`,
    field: `metadata.labels[${key}]`,
  });
  return (['enforce', 'audit', 'warn'] as const).flatMap((mode) => {
    const [level, version] = [`${prefix}${mode}`, `${prefix}${mode}-version`];
    const [given, at] = [labels[level], labels[version]];
    return [
      ...(given !== undefined && !isLevel(given)
        ? [problem(level, `must be one of ${levels.join(', ')}`)]
        : []),
      ...(at !== undefined && !versionShape.test(textOf(at))
        ? [problem(version, 'must be "latest" or "v1.x"')]
        : []),
    ];
  });
}

/** Whether one level asks for more than another. */
export function isStricter(one: Level, other: Level): boolean {
  return levels.indexOf(one) > levels.indexOf(other);
}

/** What a level has against a pod, in order. @param latest Minor of the Kubernetes that is imitated */
export function violations({ level, version }: LevelVersion, pod: PodLike, latest: number): Violation[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? latest : Math.min(Number(version.slice(3)), latest);
  const isRestricted = level === 'restricted';
  const checks = [
    ...Object.entries(baselineChecks)
      .filter(([id]) => !isRestricted || !overridden.has(id))
      .map(([, check]) => check),
    ...(isRestricted ? Object.values(restrictedChecks) : []),
  ];
  return checks.flatMap((check) => check(pod, minor) ?? []);
}

/** All that is wrong in one text. */
export function detailText(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');
}

/** A level as messages show it: `restricted:latest`. */
export function levelText({ level, version }: LevelVersion): string {
  return `${level}:${version}`;
}
