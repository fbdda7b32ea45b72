import { dig, digArray, digString, isJsonObject } from '../../../core/json.js';
import type { KubeObject } from '../../../core/kube-object.js';
import { nameProblems } from '../../../registry/names.js';
import {
  forbidden,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from '../../validation/causes.js';
import { webhookClientProblems } from '../../validation/webhook-client.js';

const path = 'spec.conversion';
const known = ['v1', 'v1beta1'];

/**
 * What is wrong with `spec.conversion` of a definition, its fields named as the real server names them.
 *
 * @see kubernetes/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go validateCustomResourceConversion
 */
export function conversionProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  const strategy = digString(object, 'spec', 'conversion', 'strategy');
  const config = dig(object, 'spec', 'conversion', 'webhook', 'clientConfig');
  const versions = versionsIn(object);
  if (strategy === 'Webhook') {
    const client = isJsonObject(config)
      ? webhookClientProblems(config, `${path}.webhookClientConfig`)
      : [required(`${path}.webhookClientConfig`, 'required when strategy is set to Webhook')];
    // What was accepted without a version anybody knows may go on without one.
    const mayBeUnknown =
      previous !== undefined && versionsIn(previous).length > 0 && !hasKnown(versionsIn(previous));
    return [...client, ...versionProblems(versions, mayBeUnknown)];
  }
  const why = 'should not be set when strategy is not set to Webhook';
  const more = [
    ...(isJsonObject(config) ? [forbidden(`${path}.webhookClientConfig`, why)] : []),
    ...(versions.length > 0 ? [forbidden(`${path}.conversionReviewVersions`, why)] : []),
  ];
  if (strategy === '') return [required(`${path}.strategy`), ...more];
  if (strategy === 'None') return more;
  return [unsupported(`${path}.strategy`, strategy, ['None', 'Webhook']), ...more];
}

function versionsIn(object: KubeObject): string[] {
  return digArray(object, 'spec', 'conversion', 'webhook', 'conversionReviewVersions').map(String);
}

function hasKnown(versions: readonly string[]): boolean {
  return versions.some((version) => known.includes(version));
}

function versionProblems(versions: readonly string[], mayBeUnknown: boolean): Cause[] {
  const field = `${path}.conversionReviewVersions`;
  if (versions.length === 0) return [required(field)];
  const causes = versions.flatMap((version, at) => {
    const place = `${field}[${String(at)}]`;
    if (versions.indexOf(version) < at) return [invalidValue(place, version, 'duplicate version')];
    return nameProblems(version, 'dns1035').map((why) => invalidValue(place, version, why));
  });
  if (mayBeUnknown || hasKnown(versions)) return causes;
  const shown = `[]string{${versions.map((version) => JSON.stringify(version)).join(', ')}}`;
  return [...causes, invalidShown(field, shown, `must include at least one of ${known.join(', ')}`)];
}
