import { parseGoInteger } from '../../core/go-integer.js';
import { digObject, digString, type JsonObject } from '../../core/json.js';

/** The rules a query asks for: filtered, sorted and cut; none are `null`. */
export function selectRules(query: URLSearchParams, rules: readonly JsonObject[]): JsonObject {
  const name = query.get('name') ?? '';
  const health = query.get('health') ?? '';
  const found = rules.filter(
    (rule) =>
      digString(rule, 'name').includes(name) && (health === '' || digString(rule, 'health') === health),
  );
  return selectAlerts(query, sorted(query, found));
}

/** Alerts, or rules, filtered by state and labels and cut; none are `null`. */
export function selectAlerts(query: URLSearchParams, all: readonly JsonObject[]): JsonObject {
  const state = query.get('state') ?? '';
  const matches = labelTest(query.get('label_filters') ?? '');
  const found = all.filter((one) => (state === '' || digString(one, 'state') === state) && matches(one));
  const page = Math.max(1, parseGoInteger(query.get('page')) ?? 1);
  // Differs from KubeSphere: it panics when the limit is negative.
  const limit = Math.max(0, parseGoInteger(query.get('limit')) ?? 10);
  const start = (page - 1) * limit;
  const items = start < found.length ? found.slice(start, start + limit) : null;
  return { items, total: found.length };
}

/** By name or id, which breaks ties of names too. */
function sorted(query: URLSearchParams, rules: readonly JsonObject[]): readonly JsonObject[] {
  const sign = query.get('sort_type') === 'desc' ? -1 : 1;
  const byName = query.get('sort_field') === 'name';
  const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return [...rules].sort((a, b) => {
    const order = byName ? compare(digString(a, 'name'), digString(b, 'name')) * sign : 0;
    return order === 0 ? compare(digString(a, 'id'), digString(b, 'id')) : order;
  });
}

/** A test of labels: `a=b` is equal, `a~b` contained; what is neither asks for nothing. */
export function labelTest(filters: string): (one: JsonObject) => boolean {
  const tests = filters.split(',').flatMap((filter) => {
    const [, name, operator, value = ''] =
      /^([^=]+)(=)(.+)$/s.exec(filter) ?? /^([^~]+)(~)(.+)$/s.exec(filter) ?? [];
    return name === undefined ? [] : [{ name, isExact: operator === '=', value }];
  });
  return (one) => {
    const labels = digObject(one, 'labels');
    return tests.every(({ name, isExact, value }) => {
      if (!Object.hasOwn(labels, name)) return false;
      const given = digString(labels, name);
      return isExact ? given === value : given.includes(value);
    });
  };
}
