import type { Json, JsonObject } from '../core/json.js';
import { statementsOf, type Argument, type Call, type Statement, type Value } from './groovy/statements.js';
import { ScriptError } from './groovy/tokens.js';
import { soleArguments } from './step-keys.js';

type Section = (call: Call) => JsonObject;

/**
 * A declarative Jenkinsfile as JSON, the way the plugin "pipeline-model-definition" writes it.
 *
 * @throws ScriptError in the words of that plugin
 */
export function toModel(script: string): JsonObject {
  const found = statementsOf(script).find(
    (one): one is Call => one.kind === 'call' && one.name === 'pipeline' && one.body !== undefined,
  );
  if (found === undefined) throw new ScriptError("Did not find the 'pipeline' step", { line: 1, column: 1 });
  const pipeline = sectionsOf(found, pipelineSections, 'section');
  if (pipeline['stages'] === undefined) throw new ScriptError('Missing required section "stages"', found);
  if (pipeline['agent'] === undefined) throw new ScriptError('Missing required section "agent"', found);
  return { pipeline };
}

const pipelineSections: Readonly<Record<string, Section>> = {
  agent: (call) => ({ agent: agentOf(call) }),
  stages: (call) => ({ stages: stagesOf(call) }),
  environment: (call) => ({ environment: environmentOf(call) }),
  options: (call) => ({ options: { options: callsIn(call).map(invocationOf) } }),
  parameters: (call) => ({ parameters: { parameters: callsIn(call).map(invocationOf) } }),
  triggers: (call) => ({ triggers: { triggers: callsIn(call).map(invocationOf) } }),
  tools: (call) => ({ tools: callsIn(call).map((one) => ({ key: one.name, value: valueOf(one.args[0]) })) }),
  libraries: (call) => ({ libraries: { libraries: callsIn(call).map((one) => valueOf(one.args[0])) } }),
  post: (call) => ({ post: postOf(call) }),
};

const stageSections: Readonly<Record<string, Section>> = {
  agent: (call) => ({ agent: agentOf(call) }),
  steps: (call) => ({ branches: [{ name: 'default', steps: stepsIn(call.body ?? []) }] }),
  stages: (call) => ({ stages: stagesOf(call) }),
  parallel: (call) => ({ parallel: stagesOf(call) }),
  failFast: (call) => ({ failFast: call.args[0]?.value.value === true }),
  environment: (call) => ({ environment: environmentOf(call) }),
  options: (call) => ({ options: { options: callsIn(call).map(invocationOf) } }),
  tools: (call) => ({ tools: callsIn(call).map((one) => ({ key: one.name, value: valueOf(one.args[0]) })) }),
  input: (call) => ({ input: namedIn(call) }),
  when: (call) => ({ when: { conditions: callsIn(call).map(conditionOf) } }),
  post: (call) => ({ post: postOf(call) }),
};

function sectionsOf(parent: Call, known: Readonly<Record<string, Section>>, what: string): JsonObject {
  let found: JsonObject = {};
  for (const statement of parent.body ?? []) {
    if (statement.kind === 'code')
      throw new ScriptError(
        `Not a valid ${what} definition: "${statement.text}". Some extra configuration is required.`,
        statement,
      );
    const read = Object.hasOwn(known, statement.name) ? known[statement.name] : undefined;
    if (read === undefined) {
      const why =
        what === 'section'
          ? `Undefined section "${statement.name}"`
          : `Unknown stage section "${statement.name}". Starting with version 0.5, steps in a stage must be in a ‘steps’ block.`;
      throw new ScriptError(why, statement);
    }
    if (Object.keys(read(statement)).some((key) => Object.hasOwn(found, key)))
      throw new ScriptError(`Multiple occurrences of the ${statement.name} section`, statement);
    found = { ...found, ...read(statement) };
  }
  return found;
}

function stagesOf(parent: Call): JsonObject[] {
  const names = new Set<string>();
  const stages = callsIn(parent).map((call): JsonObject => {
    if (call.name !== 'stage') throw new ScriptError('Expected a stage', call);
    const name = call.args[0]?.value;
    if (name === undefined) throw new ScriptError("Expected a stage name but didn't find one", call);
    const text = String(name.value);
    if (names.has(text)) throw new ScriptError(`Duplicate stage name: "${text}"`, call);
    names.add(text);
    const found = sectionsOf(call, stageSections, 'stage section');
    const kinds = ['branches', 'stages', 'parallel'].filter((key) => found[key] !== undefined);
    if (kinds.length !== 1)
      throw new ScriptError(
        kinds.length === 0
          ? `Unknown stage "${text}": expected one of "steps", "stages", or "parallel"`
          : `Only one of "matrix", "parallel", "stages", or "steps" allowed for stage "${text}"`,
        call,
      );
    const { branches, ...rest } = found;
    return { name: text, ...(branches !== undefined && { branches }), ...rest };
  });
  if (stages.length === 0) throw new ScriptError('No stages specified', parent);
  return stages;
}

function agentOf(call: Call): JsonObject {
  const [word] = call.args;
  if (call.body === undefined) {
    const type = wordOf(word);
    if (type !== 'any' && type !== 'none')
      throw new ScriptError(
        `Invalid agent type "${type}" specified. Must be one of [any, docker, dockerfile, kubernetes, label, node, none]`,
        call,
      );
    return { type };
  }
  const [inner] = callsIn(call);
  if (inner === undefined) throw new ScriptError('No agent type specified', call);
  if (inner.body !== undefined)
    return {
      type: inner.name,
      arguments: callsIn(inner).map((one) => ({ key: one.name, value: valueOf(one.args[0]) })),
    };
  return { type: inner.name, ...(inner.args.length > 0 && { argument: valueOf(inner.args[0]) }) };
}

function environmentOf(call: Call): JsonObject[] {
  return (call.body ?? []).map((one) => {
    const text = one.kind === 'code' ? one.text : '';
    const match = /^([A-Za-z_]\w*)\s*=\s*([^]+)$/.exec(text);
    if (match === null)
      throw new ScriptError('"environment" section must contain only variable assignments: \'X = Y\'', one);
    const [, key = '', right = ''] = match;
    const [assigned] = statementsOf(`v(${right})`);
    const argument = assigned?.kind === 'call' ? assigned.args[0] : undefined;
    const { call: made } = argument ?? {};
    return {
      key,
      value:
        made === undefined
          ? valueOf(argument)
          : { name: made.name, arguments: made.args.map((inner) => valueOf(inner)) },
    };
  });
}

function postOf(call: Call): JsonObject {
  return {
    conditions: callsIn(call).map((one) => ({
      condition: one.name,
      branch: { name: 'default', steps: stepsIn(one.body ?? []) },
    })),
  };
}

function conditionOf(call: Call): JsonObject {
  if (call.name === 'expression')
    return { name: 'expression', arguments: { isLiteral: false, value: call.inside.trim() } };
  if (call.body !== undefined) return { name: call.name, children: callsIn(call).map(conditionOf) };
  return { name: call.name, arguments: argumentsOf(call, call.name) };
}

function invocationOf(call: Call): JsonObject {
  return {
    name: call.name,
    arguments: call.args.map(({ key, value }): Json => {
      const shown = { isLiteral: value.isLiteral, value: value.value };
      return key === undefined ? shown : { key, value: shown };
    }),
  };
}

function namedIn(call: Call): JsonObject {
  return Object.fromEntries(callsIn(call).map((one): [string, Json] => [one.name, valueOf(one.args[0])]));
}

/** Steps as the model has them; code outside of `script` is none. */
function stepsIn(statements: readonly Statement[]): JsonObject[] {
  return statements.map((one): JsonObject => {
    if (one.kind === 'code') throw new ScriptError('Expected a step', one);
    if (one.name === 'script' && one.body !== undefined)
      return {
        name: 'script',
        arguments: [{ key: 'scriptBlock', value: { isLiteral: true, value: one.inside.trim() } }],
      };
    return {
      name: one.name,
      arguments: argumentsOf(one, one.name),
      ...(one.body !== undefined && { children: stepsIn(one.body) }),
    };
  });
}

function argumentsOf({ args }: Call, name: string): Json {
  const [only] = args;
  const key = soleArguments[name];
  if (args.length === 1 && only?.key === undefined)
    return key === undefined ? valueOf(only) : [{ key, value: valueOf(only) }];
  return args.map((one): Json =>
    one.key === undefined ? valueOf(one) : { key: one.key, value: valueOf(one) },
  );
}

function valueOf(argument: Argument | undefined): JsonObject {
  const { isLiteral, value }: Value = argument?.value ?? { isLiteral: true, value: '' };
  return { isLiteral, value };
}

function wordOf(argument: Argument | undefined): string {
  return String(argument?.value.value ?? '').replace(/^\$\{(.*)\}$/, '$1');
}

function callsIn({ body = [] }: Call): Call[] {
  return body.map((one) => {
    if (one.kind === 'call') return one;
    throw new ScriptError(`Not a valid definition: "${one.text}"`, one);
  });
}
