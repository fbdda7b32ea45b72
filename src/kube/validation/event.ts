import { dig, digObject, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { invalidValue, required, type Cause } from './causes.js';

const shortText = 128;
const noteText = 1024;

/**
 * What is wrong with an Event of `events.k8s.io`, which must say everything that those of the core group may leave out.
 * Fields go by their names in the core group.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/events.go ValidateEventCreate
 */
export function eventProblems(event: KubeObject, previous: KubeObject | undefined): Cause[] {
  if (previous !== undefined) return [];
  const { namespace = '' } = event.metadata;
  const causes: Cause[] = [];
  const isDated = digString(event, 'eventTime') !== '';
  const regarded = digString(event, 'regarding', 'namespace');
  const elsewhere = isDated
    ? regarded === '' && namespace !== 'default' && namespace !== 'kube-system'
    : regarded !== namespace && !(regarded === '' && namespace === 'default');
  if (elsewhere)
    causes.push(invalidValue('involvedObject.namespace', regarded, 'does not match event.namespace'));
  if (isDated) causes.push(...textProblems(event));
  else causes.push(required('eventTime'));
  const type = digString(event, 'type');
  if (type !== 'Normal' && type !== 'Warning')
    causes.push(invalidValue('type', '', `has invalid value: ${type}`));
  for (const [key, field] of [
    ['deprecatedFirstTimestamp', 'firstTimestamp'],
    ['deprecatedLastTimestamp', 'lastTimestamp'],
    ['deprecatedCount', 'count'],
  ] as const) {
    if (dig(event, key)) causes.push(invalidValue(field, '', 'needs to be unset'));
  }
  const { component, host } = digObject(event, 'deprecatedSource');
  if (component || host) causes.push(invalidValue('source', '', 'needs to be unset'));
  return causes;
}

/**
 * What is wrong with an Event of the core group, of which only those that say when they were made need more than a place.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/events.go legacyValidateEvent
 */
export function coreEventProblems(event: KubeObject): Cause[] {
  const { namespace = '' } = event.metadata;
  const involved = digString(event, 'involvedObject', 'namespace');
  const isDated = digString(event, 'eventTime') !== '';
  const fits = isDated
    ? involved !== '' || namespace === 'default' || namespace === 'kube-system'
    : involved === namespace || (involved === '' && namespace === 'default');
  const causes = fits
    ? []
    : [invalidValue('involvedObject.namespace', involved, 'does not match event.namespace')];
  if (!isDated) return causes;
  if (digString(event, 'reportingComponent') === '') causes.push(required('reportingController'));
  for (const key of ['reportingInstance', 'action', 'reason'])
    if (digString(event, key) === '') causes.push(required(key));
    else causes.push(...lengthProblems(event, key, key, shortText));
  return [...causes, ...lengthProblems(event, 'message', 'message', noteText)];
}

function textProblems(event: KubeObject): Cause[] {
  const causes = digString(event, 'reportingController') === '' ? [required('reportingController')] : [];
  for (const key of ['reportingInstance', 'action', 'reason'])
    if (digString(event, key) === '') causes.push(required(key));
    else causes.push(...lengthProblems(event, key, key, shortText));
  return [...causes, ...lengthProblems(event, 'note', 'message', noteText)];
}

function lengthProblems(event: KubeObject, key: string, field: string, most: number): Cause[] {
  return Buffer.byteLength(digString(event, key)) > most
    ? [invalidValue(field, '', `can have at most ${String(most)} characters`)]
    : [];
}
