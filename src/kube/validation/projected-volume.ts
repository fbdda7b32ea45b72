import { dig, digArray, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import {
  forbidden,
  inItems,
  invalidFor,
  invalidShown,
  invalidValue,
  required,
  type Cause,
} from './causes.js';
import { fieldProblems, fileFields, resourceProblems } from './environment.js';
import { filePathProblems } from './formats.js';
import { modeProblems } from './ranges.js';

/** What is wrong with the file a key of a ConfigMap or Secret becomes. */
export function keyFileProblems(file: Json, field: string): Cause[] {
  const path = digString(file, 'path');
  return [
    ...(digString(file, 'key') === '' ? [required(`${field}.key`)] : []),
    ...(path === '' ? [required(`${field}.path`)] : []),
    ...invalidFor(`${field}.path`, path, filePathProblems(path)),
    ...modeProblems(`${field}.mode`, dig(file, 'mode')),
  ];
}

/** What is wrong with a file of the downward API. The field is that of the list, as the real server says it. */
export function downwardProblems(file: Json, field: string): Cause[] {
  const path = digString(file, 'path');
  const causes = path === '' ? [required(`${field}.path`)] : [];
  causes.push(...invalidFor(`${field}.path`, path, filePathProblems(path)));
  const [ofPod, ofContainer] = [dig(file, 'fieldRef'), dig(file, 'resourceFieldRef')];
  if (isJsonObject(ofPod)) {
    causes.push(...fieldProblems(ofPod, `${field}.fieldRef`, fileFields));
    if (isJsonObject(ofContainer))
      causes.push(
        invalidValue(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
      );
  } else if (isJsonObject(ofContainer)) {
    causes.push(...resourceProblems(ofContainer, `${field}.resourceFieldRef`, true));
  } else causes.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...causes, ...modeProblems(`${field}.mode`, dig(file, 'mode'))];
}

/**
 * What is wrong with a volume that several sources are put into.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/validation.go validateProjectionSources
 */
export function projectedProblems(source: JsonObject, field: string): Cause[] {
  const paths = new Set<string>();
  const taken = (path: string, shown: string): Cause[] => {
    if (path === '') return [];
    if (paths.has(path)) return [invalidValue(field, shown, 'conflicting duplicate paths')];
    paths.add(path);
    return [];
  };
  return inItems(source, 'sources', field, (each, place) => {
    const causes: Cause[] = [];
    let given = 0;
    for (const key of ['secret', 'configMap'] as const) {
      const part = dig(each, key);
      if (!isJsonObject(part)) continue;
      given += 1;
      const name = digString(part, 'name');
      if (name === '') causes.push(required(`${place}.${key}.name`));
      causes.push(
        ...inItems(part, 'items', `${place}.${key}`, (file, at) => [
          ...keyFileProblems(file, at),
          ...taken(digString(file, 'path'), name),
        ]),
      );
    }
    const downward = dig(each, 'downwardAPI');
    if (isJsonObject(downward)) {
      given += 1;
      for (const file of digArray(downward, 'items')) {
        const path = digString(file, 'path');
        causes.push(...downwardProblems(file, `${place}.downwardAPI`), ...taken(path, path));
      }
    }
    const token = dig(each, 'serviceAccountToken');
    if (isJsonObject(token)) {
      given += 1;
      causes.push(...tokenProblems(token, `${place}.serviceAccountToken`, field));
    }
    if (given > 1) causes.push(forbidden(place, 'may not specify more than 1 volume type per source'));
    return causes;
  });
}

function tokenProblems(token: JsonObject, place: string, field: string): Cause[] {
  const causes: Cause[] = [];
  const seconds = token['expirationSeconds'];
  const bad = (why: string): void => {
    causes.push(invalidShown(`${place}.expirationSeconds`, JSON.stringify(seconds), why));
  };
  if (typeof seconds === 'number' && seconds < 600) bad('may not specify a duration less than 10 minutes');
  if (typeof seconds === 'number' && seconds > 2 ** 32)
    bad('may not specify a duration larger than 2^32 seconds');
  const path = digString(token, 'path');
  if (path === '') causes.push(required(`${field}.path`));
  else causes.push(...invalidFor(`${field}.path`, path, filePathProblems(path)));
  return causes;
}
