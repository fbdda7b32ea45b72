import { digObject, type Json } from '../../core/json.js';
import { formatQuantity, parseQuantity, type Quantity } from '../../core/quantity.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import { invalidFor, invalidValue, required, type Cause } from './causes.js';

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

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

/** Whether a resource is Kubernetes' own, of which a container may use more than it asked for. */
function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

function mayExceed(name: string): boolean {
  return isNative(name) && !isHugePages(name);
}

/** What is wrong with the name of a resource: of a container, of a quota, or of anything. */
export function resourceNameProblems(
  name: string,
  field: string,
  of: 'container' | 'quota' | 'any',
): Cause[] {
  const bad = invalidFor(field, name, qualifiedNameProblems(name));
  if (bad.length > 0) return bad;
  if (name.includes('/')) {
    const isExtended = !isNative(name) && !name.startsWith('requests.');
    return of === 'container' && !isNative(name) && !isExtended
      ? [invalidValue(field, name, "doesn't follow extended resource name standard")]
      : [];
  }
  const causes: Cause[] = [];
  if (!standardNames.has(name) && !isHugePages(name))
    causes.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
  if (of === 'container' && !containerNames.has(name) && !isHugePages(name))
    causes.push(invalidValue(field, name, 'must be a standard resource for containers'));
  if (of === 'quota' && !quotaNames.has(name) && !isHugePages(name))
    causes.push(invalidValue(field, name, 'must be a standard resource for quota'));
  return causes;
}

/** What is wrong with how much of a resource there is. */
export function amountProblems(name: string, value: Json | undefined, field: string): Cause[] {
  const quantity = quantityOf(value);
  if (quantity === undefined) return [];
  if (quantity.milli < 0n)
    return [invalidValue(field, formatQuantity(quantity), 'must be greater than or equal to 0')];
  const isWhole = quantity.milli % 1000n === 0n;
  // Differs from Kubernetes: its message shows the Go struct of the quantity.
  return isWhole || (!integerNames.has(name) && isNative(name))
    ? []
    : [invalidValue(field, formatQuantity(quantity), 'must be an integer')];
}

/**
 * What is wrong with what a container asks for.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateContainerResourceRequirements
 */
export function requirementProblems(resources: Json | undefined, path: string): Cause[] {
  const limits = digObject(resources, 'limits');
  const causes: Cause[] = [];
  for (const [name, value] of Object.entries(limits)) {
    const field = `${path}.limits[${name}]`;
    causes.push(...resourceNameProblems(name, field, 'container'), ...amountProblems(name, value, field));
  }
  for (const [name, value] of Object.entries(digObject(resources, 'requests'))) {
    const field = `${path}.requests[${name}]`;
    causes.push(...resourceNameProblems(name, field, 'container'), ...amountProblems(name, value, field));
    const [asked, most] = [quantityOf(value), quantityOf(limits[name])];
    if (asked === undefined) continue;
    if (most === undefined) {
      if (!mayExceed(name))
        causes.push(required(`${path}.limits`, 'Limit must be set for non overcommitable resources'));
      continue;
    }

    if (asked.milli > most.milli || (asked.milli !== most.milli && !mayExceed(name))) {
      const wanted = mayExceed(name) ? 'less than or equal' : 'equal';
      const why = `must be ${wanted} to ${name} limit of ${formatQuantity(most)}`;
      causes.push(invalidValue(`${path}.requests`, formatQuantity(asked), why));
    }
  }
  return causes;
}
