import { digArray, digString, type Json, type JsonObject } from '../../core/json.js';
import { duplicate, invalidValue, required, type Cause } from './causes.js';

const mostBytes = 253;
const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const pattern = `^(${segment}[\\./])*${segment}$`;
const valid = new RegExp(pattern);

/** Kernel parameters every pod that shares nothing with its node has its own of, by how their names begin. */
const ofNetwork = /^net[./]/;
const ofProcesses = /^(kernel[./](shm|msg|sem)|fs[./]mqueue[./])/;

/**
 * What is wrong with the kernel parameters of a pod.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateSysctls
 */
export function sysctlProblems(context: Json, spec: JsonObject, path: string): Cause[] {
  const names = new Set<string>();
  return digArray(context, 'sysctls').flatMap((sysctl, at) => {
    const field = `${path}.sysctls[${String(at)}].name`;
    const name = digString(sysctl, 'name');
    const causes: Cause[] = [];
    if (name === '') causes.push(required(field));
    else if (name.length > mostBytes || !valid.test(name)) {
      const why = `must have at most ${String(mostBytes)} characters and match regex ${pattern}`;
      causes.push(invalidValue(field, name, why));
    } else if (names.has(name)) causes.push(duplicate(field, name));
    names.add(name);
    if (spec['hostNetwork'] === true && ofNetwork.test(name))
      causes.push(invalidValue(field, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec['hostIPC'] === true && ofProcesses.test(name))
      causes.push(invalidValue(field, name, "may not be specified when 'hostIPC' is true"));
    return causes;
  });
}
