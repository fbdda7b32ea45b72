import { encodeYaml } from '../core/go-yaml.js';
import { digString, encodeCompact, type Json, type JsonObject } from '../core/json.js';
import type { KubeObject } from '../core/kube-object.js';
import { inRange } from '../core/release.js';
import type { Reply, Resource } from '../registry/contract.js';
import { encodeForCaller, wantsPretty, type Accepted, type Negotiation } from '../registry/negotiation.js';
import { typed, untyped } from '../registry/typed-json.js';
import type { ListPage } from '../registry/verbs/list.js';
import { listBytes, type ListedForm } from './list-bytes.js';
import { asRead } from './custom-resources/hooks.js';
import {
  noPartialListOfOne,
  noPartialOfList,
  partialMetadata,
  partialMetadataList,
} from './partial-metadata.js';
import { protobufList, protobufObject, protobufValue } from './protobuf/answers.js';
import { protobufType } from './protobuf/envelope.js';
import { apiVersionOf, collectionPath, formName, linkedObject, type ServedKind } from './served-kind.js';
import { buildTable, printerOf } from './table/table.js';
import { readIncludeObject, transformOf, type Transform } from './transform.js';
import type { StoredObject } from '../state/object-store.js';

/** How an answer is to be written. */
export interface AnswerForm {
  readonly negotiation: Negotiation;
  readonly accepted: Accepted;
  /** The `includeObject` query parameter: what a table carries beside its cells. */
  readonly include: string | null;
  /** Milliseconds since 1970 by the world's clock, for ages in tables. */
  readonly now: number;
}

/** An object as kube-apiserver shows it: native kinds in the order of their Go types, custom resources sorted. */
export function shownObject(object: KubeObject, kind: ServedKind, item = false): JsonObject {
  const { resource, version } = kind;
  const current = { ...linkedObject(object, kind), apiVersion: apiVersionOf(kind), kind: resource.kind };
  if (resource.custom) return untyped(asRead(current, resource));
  const { kind: _kind, apiVersion: _apiVersion, ...members } = typed(current, resource, version);
  return item ? members : { kind: resource.kind, apiVersion: apiVersionOf(kind), ...members };
}

/** Objects as a `Table`. @param columns False leaves the definitions of the columns out */
export function shownTable(
  objects: readonly KubeObject[],
  metadata: JsonObject,
  kind: ServedKind,
  { include, now, accepted }: AnswerForm,
  columns = true,
): JsonObject {
  const shown = objects.map((object) => shownObject(object, kind) as unknown as KubeObject);
  return buildTable(printerOf(kind.resource, kind.release), shown, {
    includeObject: readIncludeObject(include),
    now,
    metadata,
    version: transformOf(accepted.parameters)?.version ?? 'v1',
    columns,
  });
}

/**
 * Answers with objects nobody stores, as a `Table` when one is asked for.
 *
 * @param value The answer in its plain form.
 * @param resource Whose columns a table has.
 */
export function answerUnstored(
  value: JsonObject,
  objects: readonly JsonObject[],
  resource: Pick<Resource, 'group' | 'plural'>,
  kind: Pick<ServedKind, 'release'>,
  form: AnswerForm,
  status = 200,
): Reply {
  const transform = transformOf(form.accepted.parameters);
  if (transform?.as !== 'Table') return answer(value, form, status);
  const { include, now } = form;
  const table = buildTable(
    printerOf({ ...resource, custom: false }, kind.release),
    objects as readonly unknown[] as readonly KubeObject[],
    {
      includeObject: readIncludeObject(include),
      now,
      metadata: { resourceVersion: digString(value, 'metadata', 'resourceVersion') },
      version: transform.version,
    },
  );
  return answer(table, form, status);
}

/** The bytes of an object as compact JSON with a newline, kept with it. */
export function shownBytes(stored: StoredObject, kind: ServedKind): Buffer {
  return stored.bytes(`kube ${formName(kind)}`, (object) => `${encodeCompact(shownObject(object, kind))}\n`);
}

/** Answers with any value in the form asked for. */
export function answer(value: Json, form: AnswerForm, status = 200): Reply {
  const { accepted, negotiation } = form;
  if (accepted.wire === protobufType) return protobufValue(value, status);
  if (accepted.wire === 'application/yaml')
    return { status, contentType: accepted.wire, body: encodeYaml(value) };
  return {
    status,
    contentType: 'application/json',
    body: encodeForCaller(value, negotiation, accepted.parameters),
  };
}

/** One object as a table of one row, or as its metadata alone. */
export function transformed(
  object: KubeObject,
  { as, version }: Transform,
  kind: ServedKind,
  form: AnswerForm,
  columns = true,
): JsonObject {
  if (as !== 'Table') return partialMetadata(linkedObject(object, kind), version);
  const { resourceVersion = '' } = object.metadata;
  return shownTable([object], { resourceVersion }, kind, form, columns);
}

/** Answers with one object; compact JSON comes from bytes kept with it. */
export function answerObject(stored: StoredObject, kind: ServedKind, form: AnswerForm, status = 200): Reply {
  const transform = transformOf(form.accepted.parameters);
  if (transform?.as === 'PartialObjectMetadataList') throw noPartialListOfOne(kind.resource);
  if (transform !== undefined) return answer(transformed(stored.object, transform, kind, form), form, status);
  if (form.accepted.wire === protobufType) return protobufObject(stored, kind, status);
  if (!isCompact(form)) return answer(shownObject(stored.object, kind), form, status);
  return { status, contentType: 'application/json', body: shownBytes(stored, kind) };
}

/** Answers with a page of objects; compact JSON is joined from bytes kept with them and leaves in pieces. */
export function answerList(page: ListPage, kind: ServedKind, form: AnswerForm, namespace: string): Reply {
  const { resource } = kind;
  const metadata = listMetadata(page, kind, namespace);
  const transform = transformOf(form.accepted.parameters);
  if (transform?.as === 'PartialObjectMetadata') throw noPartialOfList(resource);
  if (transform !== undefined) {
    const objects = page.items.map(({ object }) => object);
    const shown =
      transform.as === 'Table'
        ? shownTable(objects, metadata, kind, form)
        : partialMetadataList(
            objects.map((object) => linkedObject(object, kind)),
            { ...metadata, ...(metadata['continue'] === '' && { continue: undefined }) },
            transform.version,
          );
    return answer(shown, form);
  }
  if (form.accepted.wire === protobufType) return protobufList(page.items, kind, metadata);
  const head = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(kind), metadata };
  if (!isCompact(form)) {
    const items = page.items.map(({ object }) => shownObject(object, kind, true));
    return answer(resource.custom ? untyped({ ...head, items }) : { ...head, items }, form);
  }
  const [before, after] = resource.custom
    ? [
        `{"apiVersion":${JSON.stringify(head.apiVersion)},"items":[`,
        `],"kind":${JSON.stringify(head.kind)},"metadata":${encodeCompact(untyped(metadata))}}\n`,
      ]
    : [`${encodeCompact(head).slice(0, -1)},"items":[`, ']}\n'];
  const body = listBytes(page, before, after, itemForm(kind));
  return { status: 200, contentType: 'application/json', body };
}

function listMetadata(page: ListPage, kind: ServedKind, namespace: string): JsonObject {
  const linked = inRange(kind.release, { until: 'v3.0' });
  return {
    ...(linked && { selfLink: collectionPath(kind, namespace) }),
    resourceVersion: page.version,
    ...(page.continue !== undefined ? { continue: page.continue } : kind.resource.custom && { continue: '' }),
    ...(page.remaining !== undefined && { remainingItemCount: page.remaining }),
  };
}

function isCompact({ accepted, negotiation }: AnswerForm): boolean {
  return accepted.wire === 'application/json' && !wantsPretty(negotiation, accepted.parameters);
}

function itemForm(kind: ServedKind): ListedForm {
  return {
    name: `kube item ${formName(kind)}`,
    encode: (object) => encodeCompact(shownObject(object, kind, true)),
  };
}
