import { ApiError, quote } from '../../core/api-error.js';
import type { ReleaseName } from '../../core/release.js';
import type { Reply, Resource } from '../../registry/contract.js';
import { isDeprecated } from './own/deprecated-versions.js';

/**
 * An answer with the warning that the version asked for is deprecated, refusals included; the same answer for others.
 *
 * @param serve Answers the request, or throws.
 * @see kubernetes/apiextensions-apiserver pkg/apiserver/customresource_handler.go, kubernetes/apiserver
 *   pkg/endpoints/filters/warning.go
 */
export function withDeprecation(
  serve: () => Reply | Promise<Reply>,
  resource: Resource,
  version: string,
  release: ReleaseName,
): Reply | Promise<Reply> {
  const text = textOf(resource, version, release);
  return text === undefined ? serve() : warned(serve, `299 - ${quote(text)}`);
}

async function warned(serve: () => Reply | Promise<Reply>, warning: string): Promise<Reply> {
  try {
    const reply = await serve();
    const before = [reply.headers?.['Warning'] ?? []].flat();
    return { ...reply, headers: { ...reply.headers, Warning: [warning, ...before] } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw error.with({ Warning: warning });
  }
}

function textOf(resource: Resource, version: string, release: ReleaseName): string | undefined {
  const { defined, group, kind } = resource;
  if (defined !== undefined) return defined.deprecation;
  return isDeprecated(resource, version, release) ? `${group}/${version} ${kind} is deprecated` : undefined;
}
