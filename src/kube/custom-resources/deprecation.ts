import { ApiError, quote } from '../../core/api-error.js';
import type { ReleaseName } from '../../core/release.js';
import { minorOf } from '../../core/kubernetes-minor.js';
import type { Reply, RequestContext, Resource } from '../../registry/contract.js';
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
  { world, release }: Pick<RequestContext, 'world' | 'release'>,
): Reply | Promise<Reply> {
  const minor = minorOf(world.settings.kubernetesVersion);
  const text = nativeText(resource, version, minor) ?? textOf(resource, version, release.name);
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

/** Native versions kube-apiserver calls deprecated, the minor version since when it does so, and what it says to use. */
const deprecated: ReadonlyMap<string, readonly [since: number, instead?: string]> = new Map([
  ['v1 componentstatuses', [19]],
  ['v1 endpoints', [33, 'discovery.k8s.io/v1 EndpointSlice']],
]);

/** @see kubernetes/apiserver pkg/endpoints/deprecation/deprecation.go */
function nativeText({ group, plural, kind }: Resource, version: string, minor: number): string | undefined {
  const [since, instead] = (group === '' ? deprecated.get(`${version} ${plural}`) : undefined) ?? [];
  if (since === undefined || minor < since) return undefined;
  const use = instead === undefined ? '' : `; use ${instead}`;
  return `${version} ${kind} is deprecated in v1.${String(since)}+${use}`;
}

function textOf(resource: Resource, version: string, release: ReleaseName): string | undefined {
  const { defined, group, kind } = resource;
  if (defined !== undefined) return defined.deprecation;
  return isDeprecated(resource, version, release) ? `${group}/${version} ${kind} is deprecated` : undefined;
}
