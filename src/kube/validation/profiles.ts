import { dig, digString, isJsonObject, type Json } from '../../core/json.js';
import {
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  tooLong,
  unsupported,
  type Cause,
} from './causes.js';
import { relativePathProblems } from './formats.js';
import { goStruct } from './go-struct.js';

const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
/** Longest path of a profile on a node. */
const mostBytes = 4095;

/**
 * What is wrong with the system calls a container may make.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateSeccompProfileField
 */
export function seccompProblems(context: Json, path: string): Cause[] {
  const profile = dig(context, 'seccompProfile');
  if (!isJsonObject(profile)) return [];
  const field = `${path}.seccompProfile`;
  const place = `${field}.localhostProfile`;
  const type = digString(profile, 'type');
  const file = profile['localhostProfile'];
  const causes: Cause[] = [];
  if (type === '') causes.push(required(`${field}.type`, 'type is required when seccompProfile is set'));
  else if (!types.includes(type)) causes.push(unsupported(`${field}.type`, type, types));
  if (type !== 'Localhost') {
    if (file === undefined) return causes;
    const shown = goStruct('core.SeccompProfile', seccompMembers, profile);
    return [...causes, invalidShown(place, shown, 'can only be set when seccomp type is Localhost')];
  }
  return typeof file === 'string'
    ? invalidFor(place, file, relativePathProblems(file))
    : [required(place, 'must be set when seccomp type is Localhost')];
}

const seccompMembers = [
  ['Type', 'type', 'string'],
  ['LocalhostProfile', 'localhostProfile', '*string'],
] as const;

/** What is wrong with the AppArmor profile of a container or pod. @see ValidateAppArmorProfileField there */
export function appArmorProblems(context: Json, path: string): Cause[] {
  const profile = dig(context, 'appArmorProfile');
  if (!isJsonObject(profile)) return [];
  const field = `${path}.appArmorProfile`;
  const place = `${field}.localhostProfile`;
  const type = digString(profile, 'type');
  const file = profile['localhostProfile'];
  if (type === '') return [required(`${field}.type`, 'type is required when appArmorProfile is set')];
  if (!types.includes(type)) return [unsupported(`${field}.type`, type, types)];
  if (type !== 'Localhost')
    return typeof file === 'string'
      ? [invalidValue(place, file, 'can only be set when AppArmor type is Localhost')]
      : [];
  const missing = required(place, 'must be set when AppArmor type is Localhost');
  if (typeof file !== 'string') return [missing];
  const causes: Cause[] = [];
  if (file.trim() !== file) causes.push(invalidValue(place, file, 'must not be padded with whitespace'));
  else if (file === '') causes.push(missing);
  if (Buffer.byteLength(file) > mostBytes) causes.push(tooLong(place, mostBytes));
  return causes;
}
