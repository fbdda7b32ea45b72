import { dig, digObject, digString, type Json } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import {
  duplicate,
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  type Cause,
} from './causes.js';
import { goQuantity, isHugePages, quantityOf, resourceNameProblems, shownQuantity } from './quantities.js';

const limitTypes = ['Pod', 'Container', 'PersistentVolumeClaim'];

/**
 * What is wrong with a LimitRange.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateLimitRange
 */
export function limitRangeProblems(object: KubeObject): Cause[] {
  const types = new Set<string>();
  return inItems(object['spec'], 'limits', 'spec', (item, field) => {
    const type = digString(item, 'type');
    const place = `${field}.type`;
    const causes = invalidFor(place, type, qualifiedNameProblems(type));
    if (causes.length === 0 && !type.includes('/') && !limitTypes.includes(type))
      causes.push(invalidValue(place, type, 'must be a standard limit type or fully qualified'));
    if (types.has(type)) causes.push(duplicate(place, type));
    types.add(type);
    return [...causes, ...itemProblems(item, type, field)];
  });
}

function itemProblems(item: Json, type: string, field: string): Cause[] {
  const of = type === 'Pod' || type === 'Container' ? 'container' : 'any';
  const named = (key: string): Cause[] =>
    Object.keys(digObject(item, key)).flatMap((name) =>
      resourceNameProblems(name, `${field}.${key}[${name}]`, of),
    );
  const causes = [...named('max'), ...named('min')];
  const usual = ['default', 'defaultRequest'];
  if (type === 'Pod')
    causes.push(
      ...usual
        .filter((key) => Object.keys(digObject(item, key)).length > 0)
        .map((key) => forbidden(`${field}.${key}`, "may not be specified when `type` is 'Pod'")),
    );
  else causes.push(...usual.flatMap(named));
  if (
    type === 'PersistentVolumeClaim' &&
    ['min', 'max'].every((key) => dig(item, key, 'storage') === undefined)
  ) {
    const why = 'either minimum or maximum storage value is required, but neither was provided';
    causes.push(required(`${field}.limits`, why));
  }
  causes.push(...named('maxLimitRequestRatio'));
  const keys = ['max', 'min', ...(type === 'Pod' ? [] : usual), 'maxLimitRequestRatio'];
  const names = new Set(keys.flatMap((key) => Object.keys(digObject(item, key))));
  // Defaults of pods are refused above, and not looked at.
  const { default: _, defaultRequest: __, ...looked } = digObject(item);
  const judged = type === 'Pod' ? looked : item;
  return [...causes, ...[...names].flatMap((name) => orderProblems(judged, name, field))];
}

/** Members that must not be above others, what messages call them, and which of the two is shown. */
const orders = [
  ['min', 'max', 'min value', 'max value', 'min', 'min'],
  ['min', 'defaultRequest', 'min value', 'default request value', 'defaultRequest', 'defaultRequest'],
  ['defaultRequest', 'max', 'default request value', 'max value', 'defaultRequest', 'defaultRequest'],
  [
    'defaultRequest',
    'default',
    'default request value',
    'default limit value',
    'defaultRequest',
    'defaultRequest',
  ],
  ['min', 'default', 'min value', 'default value', 'default', 'min'],
  ['default', 'max', 'default value', 'max value', 'default', 'max'],
] as const;

function orderProblems(item: Json, name: string, field: string): Cause[] {
  const causes: Cause[] = [];
  for (const [low, high, lowText, highText, place, shown] of orders) {
    const [less, more] = [quantityOf(dig(item, low, name)), quantityOf(dig(item, high, name))];
    if (less === undefined || more === undefined || less.milli <= more.milli) continue;
    const [from, to] = [shownQuantity(dig(item, low, name)), shownQuantity(dig(item, high, name))];
    const why = `${lowText} ${from} is greater than ${highText} ${to}`;
    const given = quantityOf(dig(item, shown, name));
    const text = given === undefined ? '' : goQuantity(given);
    causes.push(invalidShown(`${field}.${place}[${name}]`, text, why));
  }
  const given = dig(item, 'maxLimitRequestRatio', name);
  const ratio = quantityOf(given);
  if (ratio !== undefined && ratio.milli < 1000n) {
    const shown = shownQuantity(given);
    const why = `ratio ${shown} is less than 1`;
    causes.push(invalidShown(`${field}.maxLimitRequestRatio[${name}]`, goQuantity(ratio), why));
  }
  const [least, most] = [quantityOf(dig(item, 'min', name)), quantityOf(dig(item, 'max', name))];
  if (ratio !== undefined && least !== undefined && most !== undefined) {
    const highest = Number(most.milli) / Number(least.milli);
    if (Number(ratio.milli) / 1000 > highest) {
      const why = `ratio ${shownQuantity(given)} is greater than max/min = ${highest.toFixed(6)}`;
      causes.push(invalidShown(`${field}.maxLimitRequestRatio[${name}]`, goQuantity(ratio), why));
    }
  }
  return [...causes, ...pageProblems(item, name, field)];
}

/** Huge pages cannot be had beyond what is asked for. */
function pageProblems(item: Json, name: string, field: string): Cause[] {
  const [most, asked] = ['default', 'defaultRequest'].map((key) => dig(item, key, name));
  const [limit, request] = [quantityOf(most), quantityOf(asked)];
  if (!isHugePages(name) || limit === undefined || request === undefined) return [];
  if (limit.milli === request.milli) return [];
  const why = `default value ${shownQuantity(most)} must equal to defaultRequest value ${shownQuantity(asked)} in ${name}`;
  return [invalidShown(`${field}.defaultRequest[${name}]`, goQuantity(request), why)];
}
