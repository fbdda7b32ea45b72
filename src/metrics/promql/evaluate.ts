import { compileGoRegExp } from '../../core/go-regexp.js';
import type { RequestContext } from '../../registry/contract.js';
import { Moment } from '../figures/moment.js';
import { aggregate } from './aggregate.js';
import { operate } from './operate.js';
import type { Expression, Matcher, Selector } from './expression.js';
import { functions, type Sample } from './functions.js';
import { QueryError } from './query-error.js';
import { rawMetrics, type RawMetric, type Source } from './sources.js';
import { isVector, type Labels, type Value, type VectorSample } from './value.js';

/** Looks at sources taken for one query at most. */
const mostLooks = 500_000;
/** Panels of an integral, in milliseconds. */
const panel = 900_000;
const day = 86_400_000;
/** Spans of which the middle stands for the whole where a counter began long ago: there its exact course shows nowhere. */
const wholes: readonly number[] = [7 * day, day];
/** How often a gauge is looked at over a time: every 15 seconds, 240 times at most. */
const scrape = 15_000;
const mostSamples = 240;

/** A series that a selector found. */
interface Found {
  readonly metric: RawMetric;
  readonly source: Source;
}

/** Answers queries about a cluster as it is now; nothing is known of what was deleted. */
export class Evaluator {
  readonly #context: RequestContext;
  readonly #now: number;
  readonly #moments = new Map<number, Moment>();
  readonly #found = new Map<Selector, readonly Found[]>();
  /** What counters had counted where they were looked at last. */
  readonly #counted = new Map<Source, Sample>();
  #looks = 0;

  constructor(context: RequestContext) {
    this.#context = context;
    this.#now = context.world.clock.now();
  }

  /**
   * What an expression is at a moment.
   *
   * @param at Milliseconds since 1970
   * @throws QueryError
   */
  at(expression: Expression, at: number): Value {
    switch (expression.kind) {
      case 'number':
        return expression.value;
      case 'string':
        throw new QueryError('1:1: parse error: unexpected string');
      case 'selector':
        if (expression.range !== undefined)
          throw new QueryError(
            'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
          );
        return this.#select(expression, at);
      case 'negative': {
        const value = this.at(expression.of, at);
        return isVector(value)
          ? value.map((one) => ({ labels: nameless(one.labels), value: -one.value }))
          : -value;
      }
      case 'call':
        return this.#call(expression.name, expression.of, at);
      case 'aggregate': {
        const of = this.at(expression.of, at);
        if (!isVector(of))
          throw new QueryError(
            '1:1: parse error: expected type instant vector in aggregation expression, got scalar',
          );
        const parameter = expression.parameter === undefined ? 0 : this.#scalar(expression.parameter, at);
        return aggregate(expression.name, of, expression.by, parameter);
      }
      case 'binary':
        return operate(expression, this.at(expression.left, at), this.at(expression.right, at));
    }
  }

  #select(selector: Selector, at: number): VectorSample[] {
    const when = at - selector.offset;
    if (when > this.#now) return [];
    return this.#series(selector).flatMap(({ metric, source }) => {
      const value = this.#valueAt(metric, source, when);
      return value === undefined ? [] : [{ labels: { __name__: metric.name, ...source.labels }, value }];
    });
  }

  #series(selector: Selector): readonly Found[] {
    let found = this.#found.get(selector);
    if (found === undefined) {
      const tests = selector.matchers.map(testOf);
      const named = selector.name === '' ? [...rawMetrics().values()] : [rawMetrics().get(selector.name)];
      found = named.flatMap((metric) => {
        if (metric === undefined) return [];
        return metric
          .sources(this.#context)
          .filter(({ labels }) => tests.every((test) => test({ __name__: metric.name, ...labels })))
          .map((source) => ({ metric, source }));
      });
      this.#found.set(selector, found);
    }
    return found;
  }

  #valueAt({ type }: RawMetric, source: Source, at: number): number | undefined {
    if (at < source.since) return undefined;
    if (type === 'gauge') return this.#look(source, at);
    const [from, counted] = this.#counted.get(source) ?? [source.since, 0];
    const value =
      from <= at ? counted + this.#integral(source, from, at) : this.#integral(source, source.since, at);
    this.#counted.set(source, [at, value]);
    return value;
  }

  #look(source: Source, at: number): number | undefined {
    this.#looks += 1;
    if (this.#looks > mostLooks) {
      throw new QueryError('query processing would load too many samples into memory in query execution');
    }
    let moment = this.#moments.get(at);
    if (moment === undefined) {
      if (this.#moments.size > 20_000) this.#moments.clear();
      const { cluster, world } = this.#context;
      this.#moments.set(at, (moment = new Moment(cluster.store, world.random.seed, at)));
    }
    return source.at(moment);
  }

  /** How much a counter grows between two moments: by Simpson's rule, in the middle of long spans by whole weeks and days. */
  #integral(source: Source, from: number, to: number): number {
    const begin = Math.max(from, source.since);
    if (to <= begin) return 0;
    const whole = wholes.find((length) => to - begin > 2 * length);
    if (whole !== undefined) {
      const first = Math.ceil(begin / whole) * whole;
      const last = Math.floor(to / whole) * whole;
      let sum = this.#integral(source, begin, first) + this.#integral(source, last, to);
      for (let at = first; at < last; at += whole) {
        sum += (this.#look(source, at + whole / 2) ?? 0) * (whole / 1000);
      }
      return sum;
    }
    const panels = Math.ceil((to - begin) / panel);
    const width = (to - begin) / panels;
    let sum = 0;
    for (let each = 0; each < panels; each += 1) {
      const left = begin + each * width;
      const [a, b, c] = [left, left + width / 2, left + width].map(
        (at) => this.#look(source, Math.round(at)) ?? 0,
      );
      sum += ((a ?? 0) + 4 * (b ?? 0) + (c ?? 0)) * (width / 6000);
    }
    return sum;
  }

  #call(name: string, given: readonly Expression[], at: number): Value {
    const known = functions[name];
    const [first] = given;
    if (name === 'time') return at / 1000;
    if (known === undefined || first === undefined)
      throw new QueryError(`unknown function with name "${name}"`);
    if (known.overTime) return this.#overTime(name, given, at);
    if (name === 'label_replace') return this.#labelReplace(given, at);
    const value = this.at(first, at);
    if (known.each !== undefined) {
      const { each } = known;
      const more = given.slice(1).map((one) => this.#scalar(one, at));
      if (!isVector(value)) return each(value, ...more);
      return value.map((one) => ({ labels: nameless(one.labels), value: each(one.value, ...more) }));
    }
    const vector = isVector(value) ? value : undefined;
    switch (name) {
      case 'vector':
        return [{ labels: {}, value: isVector(value) ? NaN : value }];
      case 'scalar':
        return vector?.length === 1 ? (vector[0]?.value ?? NaN) : NaN;
      case 'absent':
        return (vector?.length ?? 1) === 0 ? [{ labels: absentLabels(first), value: 1 }] : [];
      default: {
        const sign = name === 'sort_desc' ? -1 : 1;
        return [...(vector ?? [])].sort((a, b) => (a.value - b.value) * sign);
      }
    }
  }

  #scalar(expression: Expression, at: number): number {
    const value = this.at(expression, at);
    if (isVector(value)) throw new QueryError('1:1: parse error: expected type scalar, got instant vector');
    return value;
  }

  #overTime(name: string, given: readonly Expression[], at: number): VectorSample[] {
    const selector = given.find((one) => one.kind === 'selector');
    if (selector?.range === undefined)
      throw new QueryError(`expected type range vector in call to function "${name}"`);
    const { range } = selector;
    const end = at - selector.offset;
    return this.#series(selector).flatMap(({ metric, source }) => {
      const start = Math.max(end - range, source.since);
      if (end > this.#now || end <= start) return [];
      const value =
        functions[name]?.of?.(this.#samples(metric, source, start, end)) ??
        this.#growth(name, metric, source, start, end, range);
      return value === undefined ? [] : [{ labels: { ...source.labels }, value }];
    });
  }

  #samples(metric: RawMetric, source: Source, start: number, end: number): Sample[] {
    const step = Math.max(scrape, (end - start) / mostSamples);
    const samples: Sample[] = [];
    for (let when = end; when > start; when -= step) {
      const value = this.#valueAt(metric, source, Math.round(when));
      if (value !== undefined) samples.push([when, value]);
    }
    return samples.reverse();
  }

  /** `rate`, `irate` and `increase`: of a counter its growth, of a gauge what it rose, as Prometheus takes it for a counter. */
  #growth(
    name: string,
    metric: RawMetric,
    source: Source,
    start: number,
    end: number,
    range: number,
  ): number | undefined {
    const from = name === 'irate' ? Math.max(start, end - scrape) : start;
    let growth = 0;
    if (metric.type === 'counter') growth = this.#integral(source, from, end);
    else {
      const samples = this.#samples(metric, source, from - 1, end);
      if (samples.length < 2) return undefined;
      for (const [index, [, value]] of samples.entries()) {
        const before = samples[index - 1]?.[1];
        if (before !== undefined) growth += value >= before ? value - before : value;
      }
    }
    if (name === 'increase') return growth;
    return growth / ((name === 'irate' ? end - from : range) / 1000);
  }

  #labelReplace(given: readonly Expression[], at: number): VectorSample[] {
    const [of, ...texts] = given;
    const [label = '', replacement = '', from = '', pattern = ''] = texts.map((one) =>
      one.kind === 'string' ? one.value : '',
    );
    const value = of === undefined ? [] : this.at(of, at);
    if (!/^[a-zA-Z_]\w*$/.test(label))
      throw new QueryError(`invalid destination label name in label_replace(): ${label}`);
    if (!isVector(value))
      throw new QueryError('expected type instant vector in call to function "label_replace"');
    const { matches } = compileGoRegExp(pattern);
    const groups = safely(pattern);
    return value.map((one) => {
      const text = one.labels[from] ?? '';
      if (!matches(text)) return one;
      const found = groups?.exec(text);
      const made = replacement.replace(
        /\$(?:(\d+)|\{(\d+)\})/g,
        (_, a?: string, b?: string) => found?.[Number(a ?? b)] ?? '',
      );
      const { [label]: _old, ...others } = one.labels;
      return { ...one, labels: made === '' ? others : { ...others, [label]: made } };
    });
  }
}

/** A pattern whose groups are wanted: of those that Go and this engine read alike. */
function safely(pattern: string): RegExp | undefined {
  // Nothing that could take long: a pattern that repeats a group is answered without groups.
  if (/\)[*+{]/.test(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`, 's');
  } catch {
    return undefined;
  }
}

function testOf({ label, operator, value }: Matcher): (labels: Labels) => boolean {
  const textOf = (labels: Labels): string => (Object.hasOwn(labels, label) ? (labels[label] ?? '') : '');
  switch (operator) {
    case '=':
      return (labels) => textOf(labels) === value;
    case '!=':
      return (labels) => textOf(labels) !== value;
    default: {
      const { matches } = compileGoRegExp(value);
      return (labels) => matches(textOf(labels)) === (operator === '=~');
    }
  }
}

function nameless({ __name__: _, ...labels }: Labels): Labels {
  return labels;
}

function absentLabels(expression: Expression): Labels {
  if (expression.kind !== 'selector') return {};
  return Object.fromEntries(
    expression.matchers.filter(({ operator }) => operator === '=').map(({ label, value }) => [label, value]),
  );
}
