import type { Reply, WriteContext } from '../registry/contract.js';

/** A reply with `Warning` headers, one for each text and none twice. @see apimachinery pkg/util/net/http.go NewWarningHeader */
export function withWarnings(reply: Reply, warnings: readonly string[]): Reply {
  if (warnings.length === 0) return reply;
  const before = reply.headers?.['Warning'] ?? [];
  const headers = [...new Set(warnings)].map((text) => `299 - "${text.replace(/["\\]/g, '\\$&')}"`);
  const all = [...(typeof before === 'string' ? [before] : before), ...headers];
  return { ...reply, headers: { ...reply.headers, Warning: all } };
}

/** A context whose hooks' warnings are gathered. */
export function warningInto<T extends WriteContext>(context: T, told: string[]): T {
  return { ...context, warn: (text: string) => told.push(text) };
}
