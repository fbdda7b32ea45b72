import { digString, type JsonObject } from '../../core/json.js';
import { unsupported, type Cause } from './causes.js';
import { neededProblems } from './ranges.js';

const managed =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}';
const blob = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';

/** What is wrong with a disk of Azure. @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateAzureDisk */
export function azureDiskProblems(source: JsonObject, field: string): Cause[] {
  const causes = neededProblems(source, field, ['diskName', 'diskURI']);
  const choices = [
    ['cachingMode', ['None', 'ReadOnly', 'ReadWrite']],
    ['kind', ['Dedicated', 'Managed', 'Shared']],
  ] as const;
  for (const [key, supported] of choices) {
    const value = source[key];
    if (typeof value === 'string' && !supported.some((one) => one === value))
      causes.push(unsupported(`${field}.${key}`, value, supported));
  }
  const uri = digString(source, 'diskURI');
  const kind = source['kind'];
  if (kind === undefined) return causes;
  const [start, shown] = kind === 'Managed' ? ['/subscriptions/', managed] : ['https://', blob];
  return uri.startsWith(start) ? causes : [...causes, unsupported(`${field}.diskURI`, uri, [shown])];
}
