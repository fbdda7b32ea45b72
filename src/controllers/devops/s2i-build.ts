import { createHash } from 'node:crypto';
import { dig, digObject, digString, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { formatTimestamp } from '../../state/clock.js';

function configOf(builder: KubeObject): JsonObject {
  return digObject(builder, 'spec', 'config');
}

/** The image a run builds, with its tag. */
export function imageOf(run: KubeObject, builder: KubeObject): string {
  const tag = digString(run, 'spec', 'newTag') || digString(configOf(builder), 'tag') || 'latest';
  return `${digString(configOf(builder), 'imageName')}:${tag}`;
}

/** What a run builds from, as its status shows it, and whether there is any such thing. */
export function sourceOf(
  run: KubeObject,
  builder: KubeObject,
): { readonly isThere: boolean; readonly shown: JsonObject } {
  const config = configOf(builder);
  const sourceUrl = digString(run, 'spec', 'newSourceURL') || digString(config, 'sourceUrl');
  const revisionId = digString(run, 'spec', 'newRevisionId') || digString(config, 'revisionId') || 'master';
  const builderImage =
    digString(builder, 'spec', 'fromTemplate', 'builderImage') || digString(config, 'builderImage');
  const image = builderImage === '' ? {} : { builderImage };
  if (dig(config, 'isBinaryURL') === true)
    return {
      isThere: sourceUrl !== '',
      shown: { ...image, binaryName: sourceUrl.split('/').at(-1) ?? '', sourceUrl },
    };
  const commitID = digest('sha1', `${sourceUrl} ${revisionId}`);
  return { isThere: sourceUrl !== '', shown: { ...image, commitID, revisionId, sourceUrl } };
}

/** What a run has built, as its status shows it. Sizes and ids are made up. */
export function resultOf(run: KubeObject, builder: KubeObject, now: number): JsonObject {
  const image = imageOf(run, builder);
  const id = digest('sha256', `${run.metadata.uid ?? ''} ${image}`);
  return {
    commandPull: `docker pull ${image}`,
    imageCreated: formatTimestamp(now),
    imageID: `sha256:${id}`,
    imageName: image,
    imageRepoTags: [image],
    imageSize: 100_000_000 + (Number.parseInt(id.slice(0, 7), 16) % 400_000_000),
  };
}

/** What the container of a run writes. */
export function linesOf(run: KubeObject, builder: KubeObject): readonly string[] {
  const { shown, isThere } = sourceOf(run, builder);
  if (!isThere) return ['Build failed: no source to build from'];
  const image = imageOf(run, builder);
  return [
    `Cloning ${digString(shown, 'sourceUrl')} ...`,
    `Using builder image ${digString(shown, 'builderImage') || 'scratch'}`,
    '---> Installing application source...',
    '---> Building application from source...',
    `Build completed successfully: ${image}`,
    `Pushing image ${image} ...`,
    'Push successfully',
  ];
}

function digest(algorithm: string, text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}
