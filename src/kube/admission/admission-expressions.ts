import { notImplemented, quote } from '../../core/api-error.js';
import type { Checked } from '../cel/check/checked.js';
import { compileExpression } from '../cel/check/checker.js';
import { declarationsOf } from '../cel/rules/rule-programs.js';
import { planProblem } from '../cel/run/plan-problem.js';
import { CelCompileError } from '../cel/syntax/problems.js';
import { listType, mapType, scalarTypes, showType, structType, type CelType } from '../cel/types/cel-type.js';

const { bool, dyn, int, string, timestamp } = scalarTypes;

function struct(name: string, members: Readonly<Record<string, CelType>>): CelType {
  return structType(`kubernetes.${name}`, new Map(Object.entries(members)));
}

const kind = struct('GroupVersionKind', { group: string, version: string, kind: string });
const resource = struct('GroupVersionResource', { group: string, version: string, resource: string });
const texts = listType(string);

/** What expressions are told of the request itself. @see kubernetes/apiserver pkg/admission/plugin/cel/compile.go */
const request = struct('AdmissionRequest', {
  kind,
  resource,
  subResource: string,
  requestKind: kind,
  requestResource: resource,
  requestSubResource: string,
  name: string,
  namespace: string,
  operation: string,
  userInfo: struct('UserInfo', {
    username: string,
    uid: string,
    groups: texts,
    extra: mapType(string, texts),
  }),
  dryRun: bool,
  options: dyn,
});

const namespace = struct('Namespace', {
  metadata: struct('NamespaceMetadata', {
    name: string,
    generateName: string,
    namespace: string,
    labels: mapType(string, string),
    annotations: mapType(string, string),
    UID: string,
    creationTimestamp: timestamp,
    deletionGracePeriodSeconds: int,
    deletionTimestamp: timestamp,
    generation: int,
    resourceVersion: string,
    finalizers: texts,
  }),
  spec: struct('NamespaceSpec', { finalizers: texts }),
  status: struct('NamespaceStatus', {
    conditions: listType(
      struct('NamespaceCondition', {
        status: string,
        type: string,
        lastTransitionTime: timestamp,
        message: string,
        reason: string,
      }),
    ),
    phase: string,
  }),
});

/** What an expression of admission can look at besides the write itself. */
export interface AdmissionVariables {
  readonly hasParams: boolean;
  /** The types of the variables of a policy; absent where there are none. */
  readonly variables?: ReadonlyMap<string, CelType>;
}

const programs = new Map<string, Checked>();
/** Programs kept. */
const remembered = 2000;

/**
 * Reads an expression of admission to be evaluated.
 *
 * @throws ApiError 501 for one that asks the authorizer
 * @throws CelCompileError
 */
export function admissionProgram(text: string): Checked {
  let program = programs.get(text);
  if (program === undefined) {
    program = compiled(text, [
      ['params', dyn],
      ['variables', dyn],
    ]);
    if (programs.size >= remembered) programs.clear();
    programs.set(text, program);
  }
  return program;
}

function compiled(text: string, more: readonly (readonly [string, CelType])[]): Checked {
  if (/\bauthorizer\b/.test(text))
    throw notImplemented(`the CEL variable authorizer (expression ${quote(text)})`);
  const given = new Map<string, CelType>([
    ['object', dyn],
    ['oldObject', dyn],
    ['namespaceObject', namespace],
    ['request', request],
    ...more,
  ]);
  return compileExpression(text, declarationsOf(given));
}

/** The type of an expression, or what keeps it from being one. */
export interface AdmissionCheck {
  readonly type: CelType;
  readonly problem?: string;
}

/**
 * Compiles an expression of admission.
 *
 * @param wanted Types it may give; none: any.
 * @throws ApiError 501 for one that asks the authorizer
 */
export function checkAdmission(
  text: string,
  { hasParams, variables }: AdmissionVariables,
  wanted: readonly CelType[] = [],
): AdmissionCheck {
  try {
    const checked = compiled(text, [
      ...(hasParams ? [['params', dyn] as const] : []),
      ...(variables === undefined ? [] : [['variables', struct('variables', declared(variables))] as const]),
    ]);
    const type = checked.types.get(checked.expression) ?? dyn;
    const [only, ...others] = wanted.map(plainName);
    if (only !== undefined && !wanted.some((one) => one.kind === type.kind)) {
      const names = others.length === 0 ? only : `one of [${[only, ...others].join(' ')}]`;
      return { type, problem: `must evaluate to ${names} but got ${plainName(type)}` };
    }
    const why = planProblem(checked);
    return why === undefined ? { type } : { type, problem: `program instantiation failed: ${why}` };
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return { type: dyn, problem: `compilation failed: ${error.message}` };
  }
}

/** The types of variables: what no schema could say is of any type. @see kubernetes/apiserver convertCelTypeToDeclType */
function declared(variables: ReadonlyMap<string, CelType>): Record<string, CelType> {
  const open = (type: CelType): CelType => {
    const [first = dyn, second = dyn] = type.of;
    if (type.kind === 'list') return listType(open(first));
    if (type.kind === 'map') return mapType(open(first), open(second));
    return type.of.length === 0 && type.kind !== 'opaque' && type.kind !== 'struct' ? type : dyn;
  };
  return Object.fromEntries(Array.from(variables, ([name, type]) => [name, open(type)]));
}

const protoNames: Readonly<Partial<Record<string, string>>> = {
  duration: 'google.protobuf.Duration',
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
};

/** A type by its full name. */
function plainName(type: CelType): string {
  return protoNames[type.kind] ?? showType(type);
}
