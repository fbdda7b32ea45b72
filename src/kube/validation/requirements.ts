import { digArray, digObject, digString, type Json, type JsonObject } from '../../core/json.js';
import { formatQuantity } from '../../core/quantity.js';
import { nameProblems } from '../../registry/names.js';
import { duplicate, forbidden, invalidFor, invalidValue, missing, required, type Cause } from './causes.js';
import {
  amountProblems,
  isHugePages,
  mayExceed,
  quantityOf,
  resourceNameProblems,
  shownQuantity,
} from './quantities.js';

/**
 * What is wrong with what a container asks for.
 *
 * @param claims Names of the devices its pod claims.
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateResourceRequirements
 */
export function requirementProblems(
  resources: Json | undefined,
  path: string,
  claims: ReadonlySet<string> = new Set(),
): Cause[] {
  const [limits, requests] = [digObject(resources, 'limits'), digObject(resources, 'requests')];
  const causes = amountsProblems(limits, `${path}.limits`);
  for (const [name, value] of Object.entries(requests)) {
    const field = `${path}.requests[${name}]`;
    causes.push(...namedProblems(name, value, field));
    causes.push(...excessProblems(name, value, limits[name], path));
    causes.push(...pageProblems(name, value, field));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    causes.push(forbidden(path, 'HugePages require cpu or memory'));
  return [...causes, ...claimedProblems(digArray(resources, 'claims'), `${path}.claims`, claims)];
}

/** What is wrong with amounts of resources, by their names. */
export function amountsProblems(amounts: JsonObject, path: string): Cause[] {
  return Object.entries(amounts).flatMap(([name, value]) => {
    const field = `${path}[${name}]`;
    return [...namedProblems(name, value, field), ...pageProblems(name, value, field)];
  });
}

function namedProblems(name: string, value: Json | undefined, field: string): Cause[] {
  return [...resourceNameProblems(name, field, 'container'), ...amountProblems(name, value, field)];
}

function excessProblems(
  name: string,
  value: Json | undefined,
  limit: Json | undefined,
  path: string,
): Cause[] {
  const [asked, most] = [quantityOf(value), quantityOf(limit)];
  if (asked === undefined) return [];
  if (most === undefined)
    return mayExceed(name)
      ? []
      : [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  if (asked.milli < most.milli ? mayExceed(name) : asked.milli === most.milli) return [];
  const wanted = mayExceed(name) ? 'less than or equal' : 'equal';
  const why = `must be ${wanted} to ${name} limit of ${formatQuantity(most)}`;
  return [invalidValue(`${path}.requests`, formatQuantity(asked), why)];
}

/** Memory in pages of one size comes in whole pages. */
function pageProblems(name: string, value: Json | undefined, field: string): Cause[] {
  if (!isHugePages(name)) return [];
  const [amount, page] = [quantityOf(value), quantityOf(name.slice(name.indexOf('hugepages-') + 10))];
  if (amount === undefined) return [];
  if (page !== undefined && page.milli > 0n && amount.milli % page.milli === 0n) return [];
  const shown = shownQuantity(value);
  return [invalidValue(field, shown, `${shown} is not positive integer multiple of ${name}`)];
}

/** What is wrong with the devices a container uses, of those its pod claims. @see validateResourceClaimNames there */
function claimedProblems(used: readonly Json[], path: string, claims: ReadonlySet<string>): Cause[] {
  const seen = new Set<string>();
  return used.flatMap((claim, at) => {
    const field = `${path}[${String(at)}]`;
    const [name, request] = [digString(claim, 'name'), digString(claim, 'request')];
    if (name === '') return [required(field)];
    const causes: Cause[] = [];
    const key = request === '' ? name : `${name}/${request}`;
    if (seen.has(name)) causes.push(duplicate(field, name));
    else {
      if (request !== '')
        causes.push(...invalidFor(`${field}.request`, request, nameProblems(request, 'label')));
      if (seen.has(key)) causes.push(duplicate(field, key));
      else if (request === '')
        for (const other of seen) if (other.startsWith(`${name}/`)) causes.push(duplicate(field, name));
      seen.add(key);
    }
    if (claims.has(name)) return causes;
    const known = [...claims].sort().join(', ');
    const found = missing(field, name);
    const rest = known === '' ? ' which is empty' : `: ${known}`;
    const message = `${found.message}: must be one of the names in pod.spec.resourceClaims${rest}`;
    return [...causes, { ...found, message }];
  });
}
