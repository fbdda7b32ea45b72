import { digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import {
  forbidden,
  immutableProblems,
  invalidFor,
  invalidValue,
  required,
  tooLong,
  type Cause,
} from './causes.js';
import { configKeyProblems } from './formats.js';
import { unreadableProblem } from './go-json.js';

/** Most bytes all values of a ConfigMap or Secret may have together. */
const mostBytes = 1024 * 1024;

/** What is wrong with a ConfigMap. @see kubernetes/kubernetes pkg/apis/core/validation/validation.go ValidateConfigMap */
export function configMapProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const causes = frozenProblems(object, previous, ['data', 'binaryData']);
  const binary = digObject(object, 'binaryData');
  let size = 0;
  for (const [key, value] of Object.entries(digObject(object, 'data'))) {
    causes.push(...invalidFor(`data[${key}]`, key, configKeyProblems(key)));
    if (Object.hasOwn(binary, key))
      causes.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
    size += Buffer.byteLength(typeof value === 'string' ? value : '');
  }
  for (const [key, value] of Object.entries(binary)) {
    causes.push(...invalidFor(`binaryData[${key}]`, key, configKeyProblems(key)));
    size += decodedBytes(value);
  }
  // The field of an object as a whole, the way Go prints an empty path.
  return size > mostBytes ? [...causes, tooLong('[]', mostBytes)] : causes;
}

/** What was declared immutable and is not what it was. */
function frozenProblems(
  object: KubeObject,
  previous: KubeObject | undefined,
  members: readonly string[],
): Cause[] {
  if (previous?.['immutable'] !== true) return [];
  const changed = members.filter((key) => !sameJson(digObject(object, key), digObject(previous, key)));
  const fields = object['immutable'] === true ? changed : ['immutable', ...changed];
  return fields.map((field) => forbidden(field, 'field is immutable when `immutable` is set'));
}

function decodedBytes(value: unknown): number {
  return typeof value === 'string' ? Buffer.byteLength(value, 'base64') : 0;
}

/** What is wrong with a Secret: its keys, its size, and what its type asks for. */
export function secretProblems(secret: KubeObject, previous: KubeObject | undefined): Cause[] {
  const type = digString(secret, 'type');
  const data = digObject(secret, 'data');
  const causes =
    previous === undefined
      ? []
      : immutableProblems('type', type, digString(previous, 'type'), JSON.stringify(type));
  causes.push(...frozenProblems(secret, previous, ['data']));
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    causes.push(...invalidFor(`data[${key}]`, key, configKeyProblems(key)));
    size += decodedBytes(value);
  }
  if (size > mostBytes) causes.push(tooLong('data', mostBytes));
  return [...causes, ...typeProblems(type, data, secret)];
}

const accountKey = 'kubernetes.io/service-account.name';

function typeProblems(type: string, data: JsonObject, secret: KubeObject): Cause[] {
  const needed = (...keys: string[]): Cause[] =>
    keys.filter((key) => !Object.hasOwn(data, key)).map((key) => required(`data[${key}]`));
  switch (type) {
    case 'kubernetes.io/service-account-token':
      return digString(secret, 'metadata', 'annotations', accountKey) === ''
        ? [required(`metadata.annotations[${accountKey}]`)]
        : [];
    case 'kubernetes.io/dockercfg':
      return [...needed('.dockercfg'), ...jsonProblems(data, '.dockercfg')];
    case 'kubernetes.io/dockerconfigjson':
      return [...needed('.dockerconfigjson'), ...jsonProblems(data, '.dockerconfigjson')];
    case 'kubernetes.io/basic-auth': {
      const absent = needed('username', 'password');
      return absent.length === 2 ? absent : [];
    }
    case 'kubernetes.io/ssh-auth':
      return decodedBytes(data['ssh-privatekey']) === 0 ? [required('data[ssh-privatekey]')] : [];
    case 'kubernetes.io/tls':
      return needed('tls.crt', 'tls.key');
    default:
      return [];
  }
}

/** What keeps a value from being a JSON object; the value itself is never told. */
function jsonProblems(data: JsonObject, key: string): Cause[] {
  if (!Object.hasOwn(data, key)) return [];
  const text = Buffer.from(digString(data, key), 'base64').toString('utf8');
  const why = unreadableProblem(text, 'map[string]interface {}', 'object');
  return why === undefined ? [] : [invalidValue(`data[${key}]`, '<secret contents redacted>', why)];
}
