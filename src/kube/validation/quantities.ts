import type { Json } from '../../core/json.js';
import { formatQuantity, parseQuantity, type Quantity } from '../../core/quantity.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import { invalidShown, invalidValue, type Cause } from './causes.js';

const containerNames = new Set(['cpu', 'memory', 'ephemeral-storage']);
const objectCounts = ['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets'];
const quotaNames = new Set([
  ...containerNames,
  ...objectCounts,
  ...['configmaps', 'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'],
  ...['requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage'],
  ...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage'],
]);
const standardNames = new Set([...quotaNames, 'storage']);
/** Counted one by one: half of one makes no sense. */
const integerNames = new Set([
  ...objectCounts,
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

/** A quantity as stored; `undefined` when there is none. */
export function quantityOf(value: Json | undefined): Quantity | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined;
}

/** A quantity in its canonical form. */
export function shownQuantity(value: Json | undefined): string {
  const quantity = quantityOf(value);
  return quantity === undefined ? '' : formatQuantity(quantity);
}

/** Whether a resource is memory in pages of one size. */
export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** Whether a quota can have a resource that is Kubernetes' own. */
export function isQuotaName(name: string): boolean {
  return quotaNames.has(name);
}

/** Whether a resource is Kubernetes' own. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** Whether a container may use more of a resource than it asked for. */
export function mayExceed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

/**
 * What is wrong with the name of a resource: of a container, of a quota, or of anything.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateResourceName
 */
export function resourceNameProblems(
  name: string,
  field: string,
  of: 'container' | 'quota' | 'any',
): Cause[] {
  // Go shows what is not a plain string without quotes.
  const bad = (why: string): Cause => invalidShown(field, name, why);
  const isQualified = name.includes('/');
  const causes = qualifiedNameProblems(name).map(bad);
  if (causes.length === 0 && !isQualified && !standardNames.has(name) && !isHugePages(name))
    causes.push(bad('must be a standard resource type or fully qualified'));
  if (of === 'quota' && !isQualified && !quotaNames.has(name) && !isHugePages(name))
    causes.push(bad('must be a standard resource for quota'));
  if (of !== 'container') return causes;
  if (!isQualified && !containerNames.has(name) && !isHugePages(name))
    causes.push(bad('must be a standard resource for containers'));
  if (isQualified && !isNative(name) && !isExtended(name))
    causes.push(bad("doesn't follow extended resource name standard"));
  return causes;
}

/** Whether a resource is one of somebody else's, which a quota can name too. */
function isExtended(name: string): boolean {
  return !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0;
}

/** What is wrong with how much of a resource there is. */
export function amountProblems(name: string, value: Json | undefined, field: string): Cause[] {
  const quantity = quantityOf(value);
  if (quantity === undefined) return [];
  if (quantity.milli < 0n)
    return [invalidValue(field, formatQuantity(quantity), 'must be greater than or equal to 0')];
  const isWhole = quantity.milli % 1000n === 0n;
  return isWhole || (!integerNames.has(name) && (isNative(name) || !isExtended(name)))
    ? []
    : [invalidShown(field, goQuantity(quantity), 'must be an integer')];
}

/**
 * A quantity the way Go prints its struct.
 *
 * Differs from Kubernetes: it prints the number as it was written, where only the canonical form is known here.
 */
export function goQuantity(quantity: Quantity): string {
  const [value, scale] = quantity.milli % 1000n === 0n ? [quantity.milli / 1000n, 0] : [quantity.milli, -3];
  const format = quantity.format === 'binary' ? 'BinarySI' : 'DecimalSI';
  return `resource.Quantity{i:resource.int64Amount{value:${String(value)}, scale:${String(scale)}}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:${JSON.stringify(formatQuantity(quantity))}, Format:"${format}"}`;
}
