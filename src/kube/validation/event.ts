import { dig, digObject, digString, isJsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { qualifiedNameProblems } from '../../registry/names.js';
import { asCoreEvent } from '../events/event-forms.js';
import { goLiteral, immutableProblems, invalidFor, invalidValue, required, type Cause } from './causes.js';

const shortText = 128;
const noteText = 1024;

/**
 * What is wrong with an Event of `events.k8s.io`, which must say everything that those of the core group may leave out, and
 * of which only the series goes on. Fields go by their names in the core group.
 *
 * @see kubernetes/kubernetes pkg/apis/core/validation/events.go ValidateEventCreate, ValidateEventUpdate
 */
export function eventProblems(given: KubeObject, previous: KubeObject | undefined): Cause[] {
  const event = asCoreEvent(given);
  const causes = everyEventProblems(event, 'reportingController');
  if (previous !== undefined) return [...causes, ...changeProblems(event, asCoreEvent(previous))];
  causes.push(...seriesProblems(event));
  if (digString(event, 'eventTime') === '') causes.push(required('eventTime'));
  const type = digString(event, 'type');
  if (type !== 'Normal' && type !== 'Warning')
    causes.push(invalidValue('type', '', `has invalid value: ${type}`));
  for (const key of ['firstTimestamp', 'lastTimestamp', 'count'])
    if (dig(event, key)) causes.push(invalidValue(key, '', 'needs to be unset'));
  const { component, host } = digObject(event, 'source');
  if (component || host) causes.push(invalidValue('source', '', 'needs to be unset'));
  return causes;
}

/** What is wrong with an Event of the core group. */
export function coreEventProblems(event: KubeObject): Cause[] {
  return everyEventProblems(event, 'reportingComponent');
}

/**
 * Of Events only those that say when they were made need more than a place.
 *
 * @param controller What the version calls who reports it.
 * @see legacyValidateEvent there
 */
function everyEventProblems(event: KubeObject, controller: string): Cause[] {
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
  const reporter = digString(event, 'reportingComponent');
  if (reporter === '') causes.push(required(controller));
  causes.push(...invalidFor(controller, reporter, qualifiedNameProblems(reporter)));
  for (const key of ['reportingInstance', 'action', 'reason'])
    if (digString(event, key) === '') causes.push(required(key));
    else causes.push(...lengthProblems(event, key, shortText));
  return [...causes, ...lengthProblems(event, 'message', noteText)];
}

function seriesProblems(event: KubeObject): Cause[] {
  const { series } = event;
  if (!isJsonObject(series)) return [];
  const { count } = series;
  return [
    ...(typeof count === 'number' && count >= 2
      ? []
      : [invalidValue('series.count', '', 'should be at least 2')]),
    ...(digString(series, 'lastObservedTime') === '' ? [required('series.lastObservedTime')] : []),
  ];
}

/** Members that stay as they are, in the order they are looked at; the reason is looked at twice. */
const lasting = [
  ...['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count'],
  ...['reason', 'type', 'eventTime', 'action', 'related', 'reportingComponent', 'reportingInstance'],
];

function changeProblems(event: KubeObject, previous: KubeObject): Cause[] {
  const isSame = JSON.stringify(event['series']) === JSON.stringify(previous['series']);
  return [
    ...(isSame ? [] : seriesProblems(event)),
    ...lasting.flatMap((key) =>
      immutableProblems(
        key === 'reportingComponent' ? 'reportingController' : key,
        event[key],
        previous[key],
        goLiteral(event[key]),
      ),
    ),
  ];
}

function lengthProblems(event: KubeObject, key: string, most: number): Cause[] {
  return Buffer.byteLength(digString(event, key)) > most
    ? [invalidValue(key, '', `can have at most ${String(most)} characters`)]
    : [];
}
