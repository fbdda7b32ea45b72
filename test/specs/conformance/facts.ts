import type { Operation } from '../../../src/specs/spec-index.js';
import { appStoreFacts } from './app-store-facts.js';
import { generalFacts } from './general-facts.js';
import type { Facts } from './need.js';

/** Facts that hold in one API group only; they go before the general ones. */
const ofGroups: Readonly<Record<string, Facts>> = { 'application.kubesphere.io': appStoreFacts };

/**
 * A fact of a table for an operation, by the words of its path.
 *
 * @param isOfAll False: only one that is for its method
 */
export function factFor<Table extends 'queries' | 'bodies'>(
  table: Table,
  { method, path }: Operation,
  isOfAll = true,
): Facts[Table][string] | undefined {
  const words = path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'));
  const last = words.at(-1) ?? '';
  const places = [words.slice(-2).join('/'), last].flatMap((place) => [
    `${method} ${place}`,
    ...(isOfAll ? [place] : []),
  ]);
  return found(table, path, places);
}

/** A fact of a table about what a variable of a path names. @param noun The word before it */
export function factAbout<Table extends 'values' | 'manifests' | 'names'>(
  table: Table,
  path: string,
  noun: string,
  variable?: string,
): Facts[Table][string] | undefined {
  return found(table, path, variable === undefined ? [noun] : [`${noun} ${variable}`, variable]);
}

function found<Table extends keyof Facts>(
  table: Table,
  path: string,
  places: readonly string[],
): Facts[Table][string] | undefined {
  const group = path.split('/')[2] ?? '';
  const own = Object.hasOwn(ofGroups, group) ? ofGroups[group] : undefined;
  for (const facts of [own, generalFacts])
    for (const place of places)
      if (facts !== undefined && Object.hasOwn(facts[table], place))
        return facts[table][place] as Facts[Table][string];
  return undefined;
}
