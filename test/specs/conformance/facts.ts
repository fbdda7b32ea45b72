import type { ReleaseName } from '../../../src/core/release.js';
import { appStoreFacts } from './app-store-facts.js';
import { devopsFacts } from './devops-facts.js';
import { generalFacts } from './general-facts.js';
import { factsOf21 } from './facts-2.1.js';
import type { Facts, Need } from './need.js';
import { openpitrixFacts } from './openpitrix-facts.js';
import { passedOnFacts } from './passed-on-facts.js';

/** Facts that hold in one API group only; they go before the general ones. */
const ofGroups: Readonly<Record<string, Facts>> = {
  'application.kubesphere.io': appStoreFacts,
  'devops.kubesphere.io': devopsFacts,
  'openpitrix.io': openpitrixFacts,
};

/**
 * A fact of a table for an operation, by the words of its path.
 *
 * @param isOfAll False: only one that is for its method
 */
export function factFor<Table extends 'queries' | 'bodies'>(
  table: Table,
  { operation, release }: Need,
  isOfAll = true,
): Facts[Table][string] | undefined {
  const { method, path } = operation;
  const words = path.split('/').filter((segment) => segment !== '' && !segment.startsWith('{'));
  const last = words.at(-1) ?? '';
  const places = [words.slice(-2).join('/'), last].flatMap((place) => [
    `${method} ${place}`,
    ...(isOfAll ? [place] : []),
  ]);
  return found(table, path, release, places);
}

/** A fact of a table about what a variable of a path names. @param noun The word before it */
export function factAbout<Table extends 'values' | 'manifests' | 'names'>(
  table: Table,
  { operation, release }: Need,
  noun: string,
  variable?: string,
): Facts[Table][string] | undefined {
  return found(
    table,
    operation.path,
    release,
    variable === undefined ? [noun] : [`${noun} ${variable}`, variable],
  );
}

function found<Table extends keyof Facts>(
  table: Table,
  path: string,
  release: ReleaseName,
  places: readonly string[],
): Facts[Table][string] | undefined {
  const group = path.split('/')[2] ?? '';
  const own = Object.hasOwn(ofGroups, group) ? ofGroups[group] : undefined;
  const whole = path.endsWith('/{path}') ? passedOnFacts : undefined;
  for (const facts of [whole, own, release === 'v2.1' ? factsOf21 : undefined, generalFacts])
    for (const place of places)
      if (facts !== undefined && Object.hasOwn(facts[table], place))
        return facts[table][place] as Facts[Table][string];
  return undefined;
}
