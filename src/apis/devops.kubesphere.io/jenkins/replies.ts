import type { Json, JsonObject } from '../../../core/json.js';
import { inRange } from '../../../core/release.js';
import type { Reply, RequestContext } from '../../../registry/contract.js';
import { json, jsonType, textType } from '../../../registry/reply.js';
import { isJenkinsAlone } from './jobs.js';
import { shaped, shapeOf30, withSortedKeys, type Shape } from './shape.js';

/**
 * What Jenkins answers as it is passed on: 2.1 takes its bytes, later releases read it into a struct and print that.
 *
 * @see kubesphere/kubesphere pkg/kapis/devops/v1alpha2/devops.go
 */
export function blueReply(context: RequestContext, value: JsonObject, shape: Shape): Reply {
  return isJenkinsAlone(context) ? raw(value) : json(shaped(value, shapeOf(context, shape)));
}

/** As {@link blueReply}, for a list. */
export function blueListReply(context: RequestContext, values: readonly JsonObject[], shape: Shape): Reply {
  if (isJenkinsAlone(context)) return raw(values);
  return json(structs(context, values, shape));
}

/** A list and how many there are in all, under the name releases have for that. */
export function blueCountReply(
  context: RequestContext,
  values: readonly JsonObject[],
  shape: Shape,
  total: number,
  totalKey: string,
): Reply {
  // 2.1 reads lists into maps, which Go prints with their keys in order.
  if (isJenkinsAlone(context)) return raw({ items: values.map(withSortedKeys), total_count: total });
  return json({ items: structs(context, values, shape), [totalKey]: total });
}

/** Values read into a struct, as the release has it. */
export function structs(context: RequestContext, values: readonly JsonObject[], shape: Shape): JsonObject[] {
  const own = shapeOf(context, shape);
  return values.map((value) => shaped(value, own));
}

function shapeOf({ release }: RequestContext, shape: Shape): Shape {
  return inRange(release.name, { until: 'v3.0' }) ? shapeOf30(shape) : shape;
}

function raw(value: Json): Reply {
  return { status: 200, contentType: jsonType, body: JSON.stringify(value) };
}

/** Text as Jenkins has it. */
export function textReply(text: string, headers?: Reply['headers']): Reply {
  return { status: 200, contentType: textType, body: text, ...(headers && { headers }) };
}

/** The part of a list that `start` and `limit` ask for. */
export function cut<T>({ query }: RequestContext, list: readonly T[]): readonly T[] {
  const number = (key: string, otherwise: number): number => {
    const text = query.get(key) ?? '';
    return /^\d+$/.test(text) ? Number(text) : otherwise;
  };
  const start = number('start', 0);
  return list.slice(start, start + number('limit', 100));
}
