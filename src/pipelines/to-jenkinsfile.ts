import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../core/json.js';

/** What is wrong with a model, and where: words and numbers of the path to it. */
export interface ModelProblem {
  readonly location: readonly string[];
  readonly error: string;
}

/** Problems a model has: what is missing that every pipeline has. */
export function problemsOf(model: Json): readonly ModelProblem[] {
  const pipeline = isJsonObject(model) ? model['pipeline'] : undefined;
  if (!isJsonObject(pipeline))
    return [{ location: [], error: "object has missing required properties (['pipeline'])" }];
  const missing = ['agent', 'stages'].filter((key) => pipeline[key] === undefined);
  if (missing.length === 0) return [];
  const names = missing.map((key) => `'${key}'`).join(',');
  return [{ location: ['pipeline'], error: `object has missing required properties ([${names}])` }];
}

/** A model as a declarative Jenkinsfile, two blanks deeper per block. */
export function toJenkinsfile(model: JsonObject): string {
  const pipeline = digObject(model, 'pipeline');
  return [
    ...block('pipeline', [
      ...agent(pipeline),
      ...stages('stages', digArray(pipeline, 'stages')),
      ...shared(pipeline),
    ]),
  ].join('\n');
}

type Lines = readonly string[];

function block(head: string, lines: Lines): Lines {
  return [`${head} {`, ...lines.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}

function agent(from: Json): Lines {
  const given = digObject(from, 'agent');
  const type = digString(given, 'type');
  if (type === '') return [];
  if (isJsonObject(given['argument'])) return block('agent', [`${type} ${groovy(given['argument'])}`]);
  const args = digArray(given, 'arguments');
  if (args.length > 0)
    return [
      ...block(
        'agent',
        block(
          type,
          args.map((one) => `${digString(one, 'key')} ${groovy(digObject(one, 'value'))}`),
        ),
      ),
      '',
    ];
  return [type === 'any' || type === 'none' ? `agent ${type}` : `agent { ${type} {} }`];
}

function stages(head: string, list: readonly Json[]): Lines {
  return block(
    head,
    list.flatMap((one) => [...stage(one), '']),
  );
}

function stage(from: Json): Lines {
  const steps = digArray(digArray(from, 'branches')[0], 'steps');
  const parallel = digArray(from, 'parallel');
  const inner = digArray(from, 'stages');
  return block(`stage(${quoted(digString(from, 'name'))})`, [
    ...(parallel.length > 0 ? stages('parallel', parallel) : []),
    ...agent(from),
    ...when(digObject(from, 'when')),
    ...(inner.length > 0 ? stages('stages', inner) : []),
    ...(steps.length > 0 ? block('steps', steps.flatMap(step)) : []),
    ...shared(from),
  ]);
}

/** Sections pipelines and stages both have. */
function shared(from: Json): Lines {
  const environment = digArray(from, 'environment');
  const tools = digArray(from, 'tools');
  const post = digArray(from, 'post', 'conditions');
  return [
    ...(tools.length > 0
      ? block(
          'tools',
          tools.map((one) => `${digString(one, 'key')} ${groovy(digObject(one, 'value'))}`),
        )
      : []),
    ...(environment.length > 0 ? block('environment', environment.map(assignment)) : []),
    ...(post.length > 0
      ? block(
          'post',
          post.flatMap((one) => [
            ...block(digString(one, 'condition'), digArray(one, 'branch', 'steps').flatMap(step)),
            '',
          ]),
        )
      : []),
    ...['options', 'triggers', 'parameters'].flatMap((key) => {
      const list = digArray(from, key, key);
      return list.length > 0 ? block(key, list.map(invocation)) : [];
    }),
  ];
}

function assignment(one: Json): string {
  const value = digObject(one, 'value');
  const shown =
    value['name'] === undefined
      ? groovy(value)
      : `${digString(value, 'name')}(${digArray(value, 'arguments')
          .map((inner) => groovy(inner))
          .join(', ')})`;
  return `${digString(one, 'key')} = ${shown}`;
}

function when(from: JsonObject): Lines {
  const conditions = digArray(from, 'conditions');
  return conditions.length === 0 ? [] : block('when', conditions.flatMap(condition));
}

function condition(one: Json): Lines {
  const name = digString(one, 'name');
  const children = digArray(one, 'children');
  if (children.length > 0) return block(name, children.flatMap(condition));
  if (name === 'expression') return block(name, digString(one, 'arguments', 'value').split('\n'));
  return [`${name} ${args(digMember(one, 'arguments'))}`];
}

function invocation(one: Json): string {
  return `${digString(one, 'name')}(${args(digMember(one, 'arguments'))})`;
}

function step(one: Json): Lines {
  const name = digString(one, 'name');
  const given = digMember(one, 'arguments');
  if (name === 'script') {
    const text = isJsonObject(given)
      ? digString(given, 'value')
      : digString(digArray(one, 'arguments')[0], 'value', 'value');
    return [...block('script', text.split('\n')), ''];
  }
  const list = Array.isArray(given) ? (given as readonly Json[]) : [];
  const sole = list.length === 1 && list[0] !== undefined ? list[0] : isJsonObject(given) ? given : undefined;
  const children = digArray(one, 'children');
  const called =
    sole !== undefined && children.length === 0
      ? `${name} ${groovy(valueIn(sole))}`
      : sole !== undefined
        ? `${name}(${groovy(valueIn(sole))})`
        : `${name}(${args(given)})`;
  return children.length === 0 ? [called] : [...block(called, children.flatMap(step)), ''];
}

function args(given: Json | undefined): string {
  const list = Array.isArray(given) ? (given as readonly Json[]) : given === undefined ? [] : [given];
  return list
    .map((one) => {
      const key = digString(one, 'key');
      return key === '' ? groovy(one) : `${key}: ${groovy(valueIn(one))}`;
    })
    .join(', ');
}

function valueIn(one: Json): Json {
  return isJsonObject(one) && one['key'] !== undefined ? digObject(one, 'value') : one;
}

function digMember(from: Json, key: string): Json | undefined {
  return isJsonObject(from) ? from[key] : undefined;
}

/** A value as Groovy writes it. */
function groovy(from: Json): string {
  const value = digMember(from, 'value');
  if (typeof value !== 'string') return value === undefined ? "''" : JSON.stringify(value);
  if (digMember(from, 'isLiteral') === true) return quoted(value);
  return /^\$\{[^]*\}$/.test(value) ? value.slice(2, -1) : value;
}

function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
  return text.includes('\n') ? `'''${escaped}'''` : `'${escaped}'`;
}
