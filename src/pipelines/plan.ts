import type { Json } from '../core/json.js';
import { statementsOf, type Argument, type Call, type Statement } from './groovy/statements.js';
import { ScriptError } from './groovy/tokens.js';
import { fill, type Variables } from './fill.js';
import { isBranchLike } from './is-branch-like.js';
import { lineOf, stepTitles, soleArguments, wrappers } from './step-keys.js';

/** A question a run waits for. */
export interface Question {
  readonly id: string;
  readonly message: string;
  readonly ok: string;
  /** Who may answer, separated by commas; empty: anybody. */
  readonly submitter: string;
  readonly parameters: readonly QuestionParameter[];
}

/** What an answer is to say. */
export interface QuestionParameter {
  /** As in the script, such as `string`. */
  readonly type: string;
  readonly name: Json;
  readonly description: Json;
  readonly value: Json;
}

/** One step. */
export interface Step {
  readonly kind: 'step';
  readonly id: string;
  /** As in the script, such as `sh`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Milliseconds; 0 for those that wait. */
  readonly duration: number;
  readonly result: 'SUCCESS' | 'FAILURE' | 'UNSTABLE';
  /** What it writes. */
  readonly log: string;
  readonly question?: Question;
  /** What it keeps. */
  readonly artifacts: readonly string[];
}

/** A stage, or a branch of a parallel one. */
export interface Stage {
  readonly kind: 'stage';
  readonly id: string;
  readonly name: string;
  readonly isParallel: boolean;
  readonly items: readonly Item[];
  /** What is run afterwards, by the condition of it. */
  readonly post: readonly (readonly [condition: string, items: readonly Item[]])[];
  /** False when its conditions do not hold. */
  readonly isWanted: boolean;
}

/** What runs side by side. */
export interface Parallel {
  readonly kind: 'parallel';
  readonly branches: readonly Stage[];
}

/** What a run consists of. */
export type Item = Step | Stage | Parallel;

/** A script as what a run does. */
export interface Plan {
  readonly items: readonly Item[];
  readonly post: Stage['post'];
  /** Ids of the steps after which SonarQube has something to analyse. */
  readonly analyses: readonly string[];
  /** What is wrong with the script; such a run fails at once. */
  readonly problem?: string;
}

/** What a plan depends on besides its script. */
export interface PlanRequest {
  readonly script: string;
  readonly variables: Variables;
  /** Empty for pipelines that have none. */
  readonly branch: string;
  /** A number from 0 to 1, always the same for the same text. */
  readonly chance: (text: string) => number;
}

/** What a run of a script does. */
export function planOf(request: PlanRequest): Plan {
  try {
    const statements = statementsOf(request.script);
    const pipeline = statements.find((one) => isCall(one, 'pipeline'));
    const planner = new Planner(request);
    const { analyses } = planner;
    if (pipeline === undefined) return { items: planner.items(statements), post: [], analyses };
    planner.declare(pipeline.body ?? []);
    return {
      items: planner.items((pipeline.body ?? []).filter((one) => isCall(one, 'stages'))),
      post: planner.post(pipeline.body ?? []),
      analyses,
    };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const problem = `WorkflowScript: ${String(error.line)}: ${error.message} @ line ${String(error.line)}, column ${String(error.column)}.`;
    return { items: [], post: [], analyses: [], problem };
  }
}

function isCall(one: Statement, name: string): one is Call {
  return one.kind === 'call' && one.name === name;
}

class Planner {
  readonly analyses: string[] = [];
  readonly #request: PlanRequest;
  readonly #variables: Map<string, string>;
  /** Ids go on from those of the start and of the node that is taken. */
  #id = 4;

  constructor(request: PlanRequest) {
    this.#request = request;
    this.#variables = new Map(request.variables);
  }

  /** Takes in the variables a block declares. */
  declare(statements: readonly Statement[]): void {
    for (const one of statements) {
      if (!isCall(one, 'environment')) continue;
      for (const line of one.body ?? []) {
        const match = line.kind === 'code' ? /^(\w+)\s*=\s*(['"])([^]*)\2$/.exec(line.text) : null;
        if (match?.[1] !== undefined) this.#variables.set(match[1], fill(match[3] ?? '', this.#variables));
      }
    }
  }

  items(statements: readonly Statement[]): Item[] {
    return statements.flatMap((one) => this.#itemsOf(one));
  }

  post(statements: readonly Statement[]): Stage['post'] {
    return statements
      .filter((one) => isCall(one, 'post'))
      .flatMap((one) => one.body ?? [])
      .flatMap((one) => (one.kind === 'call' ? [[one.name, this.items(one.body ?? [])] as const] : []));
  }

  #itemsOf(one: Statement): Item[] {
    if (one.kind === 'code') return this.items(one.body);
    const { name, body, args } = one;
    if (name === 'stage') return [this.#stage(one, false)];
    if (name === 'parallel') return [this.#parallel(one)];
    if (name === 'stages') return this.items(body ?? []);
    if (body === undefined && !wrappers.has(name)) return [this.#step(name, args)];
    const inside = this.items(body ?? []);
    const last = inside.findLast((item) => item.kind === 'step');
    if (name === 'withSonarQubeEnv' && last?.kind === 'step') this.analyses.push(last.id);
    return inside;
  }

  #stage(call: Call, isParallel: boolean): Stage {
    const id = this.#next(2);
    const body = call.body ?? [];
    this.declare(body);
    const sections = body.filter((one) => one.kind === 'code' || !stageSettings.has(one.name));
    const items = this.items(sections);
    const post = this.post(body);
    this.#next(2);
    const when = body.find((one) => isCall(one, 'when'));
    const isWanted = (when?.body ?? []).every((one) => this.#holds(one));
    return { kind: 'stage', id, name: this.#text(call.args[0]), isParallel, items, post, isWanted };
  }

  #parallel(call: Call): Parallel {
    const stages = (call.body ?? []).filter((one) => isCall(one, 'stage'));
    const named = call.args.flatMap(({ key, value }): Call[] => {
      if (key === undefined || key === 'failFast' || typeof value.value !== 'string') return [];
      const script = value.value.replace(/^\$\{\s*\{([^]*)\}\s*\}$/, '$1');
      const { line, column } = call;
      const argument = { key: undefined, value: { isLiteral: true, value: key } };
      const body = statementsOf(script);
      return [{ kind: 'call', name: 'stage', args: [argument], body, inside: script, line, column }];
    });
    return { kind: 'parallel', branches: [...stages, ...named].map((one) => this.#stage(one, true)) };
  }

  #holds(one: Statement): boolean {
    if (one.kind === 'code') return true;
    const [first] = one.args;
    const inner = one.body ?? [];
    switch (one.name) {
      case 'branch':
        return isBranchLike(this.#text(first), this.#request.branch);
      case 'not':
        return !inner.every((each) => this.#holds(each));
      case 'allOf':
        return inner.every((each) => this.#holds(each));
      case 'anyOf':
        return inner.some((each) => this.#holds(each));
      case 'environment': {
        const value = (key: string): string => this.#text(one.args.find((each) => each.key === key));
        return this.#variables.get(value('name')) === value('value');
      }
      case 'expression':
        return !/^\s*(?:return\s+)?false\s*$/.test(one.inside);
      case 'tag':
      case 'buildingTag':
      case 'changeRequest':
        return false;
      default:
        return true;
    }
  }

  #step(name: string, args: readonly Argument[]): Step {
    const id = this.#next(1);
    const given = new Map<string, string>();
    for (const argument of args) given.set(argument.key ?? soleArguments[name] ?? '', this.#text(argument));
    const sole = given.get(soleArguments[name] ?? '') ?? [...given.values()][0] ?? '';
    const chance = this.#request.chance(id);
    const duration = durationOf(name, given, chance);
    const code = name === 'sh' || name === 'bat' ? exitCode(fill(sole, this.#variables)) : 0;
    const isFailure = name === 'error' || code !== 0;
    const log = lineOf(name, sole, this.#variables);
    return {
      kind: 'step',
      id,
      name,
      title: stepTitles[name] ?? name,
      description: sole,
      duration,
      result: isFailure ? 'FAILURE' : name === 'unstable' ? 'UNSTABLE' : 'SUCCESS',
      log: code === 0 ? log : `${log}script returned exit code ${String(code)}\n`,
      artifacts: name === 'archiveArtifacts' ? sole.split(',').map((one) => one.trim()) : [],
      ...(name === 'input' && { question: this.#question(id, given, args) }),
    };
  }

  #question(step: string, given: ReadonlyMap<string, string>, args: readonly Argument[]): Question {
    const chance = Math.floor(this.#request.chance(`question ${step}`) * 0x1_0000_0000);
    const made = chance.toString(16).padStart(8, '0').repeat(4);
    const id = given.get('id') ?? '';
    return {
      // Jenkins makes the first letter of an id a capital one.
      id: id === '' ? made : id.charAt(0).toUpperCase() + id.slice(1),
      message: given.get('message') ?? '',
      ok: given.get('ok') ?? 'Proceed',
      submitter: given.get('submitter') ?? '',
      parameters: parametersIn(args),
    };
  }

  #text(argument: Argument | undefined): string {
    const { isLiteral = true, value = '' } = argument?.value ?? {};
    if (isLiteral || typeof value !== 'string') return String(value);
    return fill(value.replace(/^("""|")([^]*)\1$/, '$2'), this.#variables);
  }

  #next(count: number): string {
    const id = String(this.#id + 1);
    this.#id += count;
    return id;
  }
}

const stageSettings = new Set([
  'agent',
  'environment',
  'options',
  'tools',
  'when',
  'post',
  'failFast',
  'triggers',
  'parameters',
]);

/** Parameters a question asks for: calls in its list. */
function parametersIn(args: readonly Argument[]): QuestionParameter[] {
  const list = args.find(({ key }) => key === 'parameters')?.value.value;
  if (typeof list !== 'string') return [];
  const [read] = statementsOf(list.replace(/^\$\{\[([^]*)\]\}$/, 'v($1)'));
  const calls = read?.kind === 'call' ? read.args.flatMap(({ call }) => call ?? []) : [];
  return calls.map(({ name, args: given }) => {
    const value = (key: string): Json => given.find((one) => one.key === key)?.value.value ?? '';
    return {
      type: name,
      name: value('name'),
      description: value('description'),
      value: value('defaultValue'),
    };
  });
}

const units: Readonly<Record<string, number>> = {
  MILLISECONDS: 1,
  SECONDS: 1000,
  MINUTES: 60_000,
  HOURS: 3_600_000,
  DAYS: 86_400_000,
};

function durationOf(name: string, given: ReadonlyMap<string, string>, chance: number): number {
  if (name === 'input') return 0;
  if (name === 'sleep')
    return Number(given.get('time') ?? 0) * (units[given.get('unit') ?? 'SECONDS'] ?? 1000) || 0;
  if (name === 'echo' || name === 'error' || name === 'unstable') return 20 + Math.floor(chance * 60);
  return 1000 + Math.floor(chance * 4000);
}

/** What a shell script ends with, as far as its text tells. */
function exitCode(script: string): number {
  for (const line of script.split('\n').map((one) => one.trim())) {
    if (line === 'false') return 1;
    const code = /^exit\s+(\d+)$/.exec(line)?.[1];
    if (code !== undefined) return Number(code) % 256;
  }
  return 0;
}
