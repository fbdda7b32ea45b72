import type { KubeObject } from '../../../core/kube-object.js';
import { inRange, type ReleaseName } from '../../../core/release.js';
import type { Resource, ResourceHooks } from '../../../registry/contract.js';
import { asDefined, checkBySchema } from '../hooks.js';
import { ownSchema } from './own-schema.js';

/**
 * What the definitions of KubeSphere's own kinds have kube-apiserver do to each object that is written: members the schema
 * does not know are dropped, defaults filled in, the rest is checked.
 *
 * A definition that somebody changes brings its own hooks besides, see `defined-kind.ts`.
 */
export function ownHooks(resource: Resource): ResourceHooks {
  const schemaOf = (object: KubeObject, release: ReleaseName): ReturnType<typeof ownSchema> =>
    isDefined(resource, release) ? ownSchema(resource, versionOf(object)) : undefined;
  return {
    prepare: (object, _previous, { world }) => {
      const schema = schemaOf(object, world.release.name);
      return schema === undefined ? object : asDefined(object, schema);
    },
    validate: (object, previous, context) => {
      const schema = schemaOf(object, context.world.release.name);
      if (schema !== undefined) checkBySchema(object, previous, { group: resource.group, schema }, context);
    },
  };
}

/**
 * Whether a release has a definition of a kind: the users of 2.1 are accounts of another kind of store, up to 3.0 the app
 * store is a service of its own, and Jenkins keeps the pipelines of 2.1 and the runs up to 3.1.
 */
export function isDefined({ custom, group, plural }: Resource, release: ReleaseName): boolean {
  if (group === 'iam.kubesphere.io') return custom && inRange(release, { since: 'v3.0' });
  if (plural.startsWith('helm')) return custom && inRange(release, { since: 'v3.1' });
  if (plural === 'pipelines') return custom && inRange(release, { since: 'v3.0' });
  if (plural === 'pipelineruns') return custom && inRange(release, { since: 'v3.3' });
  return custom;
}

function versionOf({ apiVersion }: KubeObject): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}
