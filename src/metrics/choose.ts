import { compileGoRegExp, RegExpError, type GoRegExp } from '../core/go-regexp.js';
import type { RequestContext } from '../registry/contract.js';
import type { Choice } from './levels.js';

const nothing: Pick<GoRegExp, 'finds' | 'matches'> = { finds: () => false, matches: () => false };

/** A filter over names of metrics: found anywhere in them. What Go cannot read finds nothing. */
export function metricFilter(text: string | null): (name: string) => boolean {
  if (text === null || text === '') return () => true;
  try {
    return compileGoRegExp(text).finds;
  } catch (error) {
    if (error instanceof RegExpError) return nothing.finds;
    throw error;
  }
}

/**
 * What a request is about. Prometheus looks for the whole name of a resource.
 *
 * @throws RegExpError for a filter that Prometheus would refuse
 */
export function choiceOf({ params, query }: RequestContext): Choice {
  const filter = query.get('resources_filter') ?? '';
  const pairs = query.get('namespaced_resources_filter') ?? '';
  return {
    query,
    param: (name) => params[name] ?? '',
    takes: filter === '' ? () => true : compileGoRegExp(filter).matches,
    ...(pairs !== '' && { takesPod: pairFilter(pairs) }),
  };
}

/** `namespace/pod|namespace/pod`; a dollar at the end of one is cut. */
function pairFilter(text: string): (namespace: string, name: string) => boolean {
  const tests = text.split('|').flatMap((pair) => {
    const [namespace = '', name, ...more] = pair.replace(/\$$/, '').split('/');
    if (name === undefined || more.length > 0) return [];
    return [{ namespace: compileGoRegExp(namespace), name: compileGoRegExp(name) }];
  });
  return (namespace, name) =>
    tests.some((test) => test.namespace.matches(namespace) && test.name.matches(name));
}
