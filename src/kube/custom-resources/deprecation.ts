import { quote } from '../../core/api-error.js';
import type { Reply, Resource } from '../../registry/contract.js';

/**
 * An answer with the warning that the version asked for is deprecated; the same answer for others.
 *
 * @see kubernetes/apiserver pkg/endpoints/handlers, filters/warning.go
 */
export function withDeprecation(
  reply: Reply | Promise<Reply>,
  { defined }: Resource,
): Reply | Promise<Reply> {
  const text = defined?.deprecation;
  if (text === undefined) return reply;
  const warned = (one: Reply): Reply => {
    const before = [one.headers?.['Warning'] ?? []].flat();
    return { ...one, headers: { ...one.headers, Warning: [`299 - ${quote(text)}`, ...before] } };
  };
  return reply instanceof Promise ? reply.then(warned) : warned(reply);
}
