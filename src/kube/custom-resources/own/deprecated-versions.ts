import { inRange, type ReleaseName } from '../../../core/release.js';
import type { Resource } from '../../../registry/contract.js';

/** Whether the definition of a KubeSphere kind calls a version deprecated: all but the stored one since 4.1. */
export function isDeprecated({ custom, versions }: Resource, version: string, release: ReleaseName): boolean {
  return custom && inRange(release, { since: 'v4.1' }) && version !== versions[0];
}
