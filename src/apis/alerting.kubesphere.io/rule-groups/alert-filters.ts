import { internalError } from '../../../core/api-error.js';
import { compileGoRegExp } from '../../../core/go-regexp.js';
import { digObject, digString, type JsonObject } from '../../../core/json.js';
import type { Matcher } from '../../../metrics/promql/expression.js';
import { parseQuery } from '../../../metrics/promql/parse.js';
import { QueryError, UnknownQuery } from '../../../metrics/promql/query-error.js';
import { labelTest } from '../select-rules.js';

type AlertTest = (alert: JsonObject) => boolean;

/**
 * A test for alerts by `state`, `label_filters` (`a=b,c~d`) and `label_matcher` (`{a="b"}`); any other filter finds none.
 *
 * @throws ApiError 500 for a matcher that cannot be read
 * @see kubesphere/kubesphere pkg/models/alerting/rulegroup.go createFilterAlertFunc
 */
export function alertTest(filters: ReadonlyMap<string, string>): AlertTest {
  const tests = [...filters].map(([key, value]): AlertTest => {
    switch (key) {
      case 'state':
        return (alert) => digString(alert, 'state') === value;
      case 'label_filters':
        return labelTest(value);
      case 'label_matcher':
        return matcherTest(value);
      default:
        return () => false;
    }
  });
  return (alert) => tests.every((test) => test(alert));
}

function matcherTest(text: string): AlertTest {
  const tests = matchersIn(text).map(({ label, operator, value }): AlertTest => {
    const expression = operator.includes('~') ? compileGoRegExp(value) : undefined;
    return (alert) => {
      const given = digString(digObject(alert, 'labels'), label);
      const matches = expression === undefined ? given === value : expression.matches(given);
      return matches !== operator.startsWith('!');
    };
  });
  return (alert) => tests.every((test) => test(alert));
}

function matchersIn(text: string): readonly Matcher[] {
  try {
    const selector = parseQuery(text);
    if (selector.kind !== 'selector' || selector.range !== undefined)
      throw new QueryError('1:1: parse error');
    const name = { label: '__name__', operator: '=' as const, value: selector.name };
    return selector.name === '' ? selector.matchers : [...selector.matchers, name];
  } catch (error) {
    if (error instanceof QueryError || error instanceof UnknownQuery)
      throw internalError(`invalid label_matcher param: ${error.message}`);
    throw error;
  }
}
