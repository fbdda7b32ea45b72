import { ApiError, badRequest, internalOf, qualified, quote } from '../../../core/api-error.js';
import { goQuote } from '../../../core/go-format.js';
import {
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../../core/json.js';
import { parseGoJson } from '../../../core/go-json.js';
import { applyJsonPatch, readJsonPatch, type PatchOperation } from '../../../core/json-patch.js';
import { admissionRequest } from '../admission-request.js';
import { isGuard, type Attributes } from '../attributes.js';
import { conditionsHold } from '../match-conditions.js';
import { matchedVersion, selectorsMatch } from '../match-rules.js';
import { attributesAt, objectAt } from './at-version.js';
import { callWebhook } from './call-webhook.js';
import { findWebhooks, type Webhook, type WebhookKind } from './find-webhooks.js';
import { readReview, refusalCode, refusalText, reviewOf, type Verdict } from './review.js';

/** Webhooks are asked again at most once. */
const defaultSeconds = 10;

/**
 * Asks the mutating webhooks about a write, one after the other, and those that want to be asked again once more when a
 * later one has changed something.
 *
 * @param warn Told what they warn of.
 * @returns the object as they leave it; `undefined` when they leave it alone
 * @throws ApiError when one refuses, or cannot be asked and must be
 * @see kubernetes/apiserver pkg/admission/plugin/webhook/mutating/dispatcher.go
 */
export async function mutate(
  attributes: Attributes,
  warn: (text: string) => void,
): Promise<JsonObject | undefined> {
  if (isGuard(attributes.resource, 'webhooks')) return undefined;
  const hooks = findWebhooks(attributes.context.cluster.store, 'mutating');
  let { object } = attributes;
  const invoked = new Map<Webhook, JsonObject | undefined>();
  for (const round of [1, 2]) {
    for (const hook of hooks) {
      const again = invoked.has(hook) && invoked.get(hook) !== object;
      if (round === 2 && (!again || digString(hook.spec, 'reinvocationPolicy') !== 'IfNeeded')) continue;
      const current = { ...attributes, object };
      const said = await ask(hook, 'mutating', current, warn);
      if (said === undefined) continue;
      const next = patched(hook, said.object, said);
      if (next !== said.object) object = await objectAt(attributes, next, attributes.version);
      invoked.set(hook, object);
    }
  }
  return object === attributes.object ? undefined : object;
}

/**
 * Asks the validating webhooks about a write, all at once.
 *
 * @param warn Told what they warn of.
 * @throws ApiError when one refuses, or cannot be asked and must be
 * @see kubernetes/apiserver pkg/admission/plugin/webhook/validating/dispatcher.go
 */
export async function validate(attributes: Attributes, warn: (text: string) => void): Promise<void> {
  if (isGuard(attributes.resource, 'webhooks')) return;
  const hooks = findWebhooks(attributes.context.cluster.store, 'validating');
  const outcomes = await Promise.allSettled(hooks.map((hook) => ask(hook, 'validating', attributes, warn)));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** What a webhook says, and of what; `undefined` when it is not asked, or need not answer. */
async function ask(
  hook: Webhook,
  kind: WebhookKind,
  attributes: Attributes,
  warn: (text: string) => void,
): Promise<(Verdict & Pick<Attributes, 'object'>) | undefined> {
  const { spec, name } = hook;
  const equivalent = digString(spec, 'matchPolicy') !== 'Exact';
  const version = matchedVersion(digArray(spec, 'rules'), attributes, equivalent);
  if (version === undefined || !selectorsMatch(spec, attributes)) return undefined;
  const { world } = attributes.context;
  const seen = version === attributes.version ? attributes : await attributesAt(attributes, version);
  const request = admissionRequest(seen, version, world.random.uuid());
  const fails = digString(spec, 'failurePolicy') !== 'Ignore';
  if (!holds(spec, request, attributes, fails)) return undefined;
  if (attributes.dryRun && !['None', 'NoneOnDryRun'].includes(digString(spec, 'sideEffects')))
    throw badRequest(`admission webhook ${goQuote(name)} does not support dry run`);
  let verdict: Verdict;
  try {
    verdict = await called(hook, kind, attributes, request);
  } catch (error) {
    const why = messageOf(error);
    const { entry } = attributes.context;
    if (entry !== undefined) world.journal.note(entry, `webhook ${name}: ${why}`);
    if (!fails) return undefined;
    throw internalOf(`failed calling webhook ${goQuote(name)}: ${why}`);
  }
  verdict.warnings.forEach(warn);
  if (!verdict.allowed) throw refusal(name, verdict.result);
  return { ...verdict, object: seen.object };
}

function holds(spec: JsonObject, request: JsonObject, attributes: Attributes, fails: boolean): boolean {
  const conditions = digArray(spec, 'matchConditions').filter(isJsonObject);
  if (conditions.length === 0) return true;
  const { holds: all, problem } = conditionsHold(conditions, request);
  if (problem === undefined) return all;
  if (!fails) return false;
  const { resource, name } = attributes;
  throw new ApiError(403, 'Forbidden', `${qualified(resource)} ${quote(name)} is forbidden: ${problem}`, {
    details: {
      ...(name !== '' && { name }),
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.plural,
    },
  });
}

async function called(
  { spec }: Webhook,
  kind: WebhookKind,
  { context }: Attributes,
  request: JsonObject,
): Promise<Verdict> {
  const seconds = typeof spec['timeoutSeconds'] === 'number' ? spec['timeoutSeconds'] : defaultSeconds;
  const review = reviewOf(request, digArray(spec, 'admissionReviewVersions'));
  let answer: Json;
  try {
    answer = await callWebhook(context, digObject(spec, 'clientConfig'), review, seconds);
  } catch (error) {
    throw new Error(`failed to call webhook: ${messageOf(error)}`, { cause: error });
  }
  let verdict: Verdict;
  try {
    verdict = readReview(answer, review, kind);
  } catch (error) {
    throw new Error(`received invalid webhook response: ${messageOf(error)}`, { cause: error });
  }
  const { allowed, patch, patchType } = verdict;
  if (allowed && patch !== '' && patchType !== 'JSONPatch' && parsesAsPatch(patch))
    throw new Error(`unsupported patch type ${goQuote(patchType)}`);
  return verdict;
}

function refusal(name: string, result: JsonObject | undefined): ApiError {
  const details = digObject(result, 'details');
  return new ApiError(refusalCode(result), digString(result, 'reason'), refusalText(name, result), {
    ...(Object.keys(details).length > 0 && { details }),
  });
}

function patched(
  { name }: Webhook,
  object: JsonObject | undefined,
  { patch }: Verdict,
): JsonObject | undefined {
  if (patch === '') return object;
  let operations: readonly PatchOperation[];
  try {
    operations = readJsonPatch(parseGoJson(patch, 'unmarshal'), patch);
  } catch (error) {
    throw internalOf(messageOf(error));
  }
  if (operations.length === 0) return object;
  if (object === undefined)
    throw internalOf(
      `admission webhook ${goQuote(name)} attempted to modify the object, which is not supported for this operation`,
    );
  let next: Json;
  try {
    next = applyJsonPatch(object, operations);
  } catch (error) {
    throw internalOf(messageOf(error instanceof Error ? (error.cause ?? error) : error));
  }
  if (isJsonObject(next)) return next;
  throw internalOf(`the patch of admission webhook ${goQuote(name)} makes no object`);
}

/** Whether a patch says something, in whatever words: only then is its type looked at. */
function parsesAsPatch(patch: string): boolean {
  try {
    return readJsonPatch(parseGoJson(patch, 'unmarshal')).length > 0;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
