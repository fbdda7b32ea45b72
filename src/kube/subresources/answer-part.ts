import type { JsonObject } from '../../core/json.js';
import type { Reply } from '../../registry/contract.js';
import { typed } from '../../registry/typed-json.js';
import { answer, type AnswerForm } from '../encoding.js';

/** Answers with an object of a kind that is not the one stored, in the order of its Go type. */
export function answerTyped(
  object: JsonObject,
  type: { readonly kind: string; readonly apiVersion: string },
  form: AnswerForm,
  status = 200,
): Reply {
  return answer(asTyped(object, type), form, status);
}

/** An object of a kind that is not the one stored, in the order of its Go type. */
export function asTyped(
  object: JsonObject,
  { kind, apiVersion }: { readonly kind: string; readonly apiVersion: string },
): JsonObject {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/', 2) : ['', apiVersion];
  const folder = group === '' ? 'core' : (group.split('.', 1)[0] ?? group);
  // Betas of these kinds have the fields of the first stable version.
  const types = { [version]: `${folder}/${version.replace(/(?:alpha|beta)\d+$/, '')}.${kind}` };
  const { kind: _kind, apiVersion: _apiVersion, ...members } = typed(object, { types }, version);
  return { kind, apiVersion, ...members };
}

/** Says that something was done, as a write of something that is not stored answers. */
export function answerDone(form: AnswerForm, code = 201): Reply {
  return answer({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code }, form, code);
}
