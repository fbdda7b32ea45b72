import type { JsonObject } from '../core/json.js';
import { flat, hexOf, numberOf } from './identity.js';

const megabyte = 1024 * 1024;

/** An image's name without its tag. */
function repositoryOf(image: string): string {
  const colon = image.lastIndexOf(':');
  return colon > image.lastIndexOf('/') ? image.slice(0, colon) : image;
}

/** An image by its digest, as `status.images` and `imageID` name it. */
export function imageDigest(image: string): string {
  return flat(repositoryOf(image), '@sha256:', hexOf(image));
}

/** An image as a node lists it in `status.images`. */
export function nodeImage(image: string): JsonObject {
  const sizeBytes = 5 * megabyte + numberOf(image, 300 * megabyte);
  return { names: [imageDigest(image), image], sizeBytes };
}

/** The list of images of a node, the largest first, as the kubelet reports it. */
export function nodeImages(images: Iterable<string>): JsonObject[] {
  return [...new Set(images)]
    .map((image) => ({ image, entry: nodeImage(image) }))
    .sort(
      (a, b) => Number(b.entry['sizeBytes']) - Number(a.entry['sizeBytes']) || (a.image < b.image ? -1 : 1),
    )
    .slice(0, mostImages)
    .map(({ entry }) => entry);
}

/** Images a kubelet reports at most. */
const mostImages = 50;
