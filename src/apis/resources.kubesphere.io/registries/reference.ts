/** Where an image is. */
export interface ImageReference {
  /** Host and port. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest with its algorithm. */
  readonly identifier: string;
}

/** Docker Hub, where images without a host are. */
export const hub = 'index.docker.io';
const host = /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i;
const tag = /^[\w.-]{1,128}$/;
const digest = /^[a-z\d]+(?:[.+_-][a-z\d]+)*:[\da-f]{32,}$/;
const repositoryCharacters = 'abcdefghijklmnopqrstuvwxyz0123456789_-./';

/** A reference that cannot be read, with the message of go-containerregistry. */
export class UnreadableReference extends Error {
  override readonly name = 'UnreadableReference';
}

/**
 * Reads `[HOST/]REPOSITORY`.
 *
 * @throws UnreadableReference
 * @see google/go-containerregistry pkg/name/repository.go
 */
export function parseRepository(text: string): Omit<ImageReference, 'identifier'> {
  if (text === '') throw new UnreadableReference('a repository name must be specified');
  const slash = text.indexOf('/');
  const first = slash === -1 ? '' : text.slice(0, slash);
  const isHost = first === 'localhost' || /[.:]/.test(first);
  const registry = isHost ? first : hub;
  const path = isHost ? text.slice(slash + 1) : text;
  if (!host.test(registry))
    throw new UnreadableReference(`registries must be valid RFC 3986 URI authorities: ${registry}`);
  if (path.length < 2 || path.length > 255)
    throw new UnreadableReference(`repository must be between 2 and 255 characters in length: ${path}`);
  if (!/^[a-z\d_\-./]+$/.test(path)) {
    const only = `repository can only contain the characters \`${repositoryCharacters}\``;
    throw new UnreadableReference(`${only}: ${path}`);
  }
  return { registry, repository: registry === hub && !path.includes('/') ? `library/${path}` : path };
}

/**
 * Reads `[HOST/]REPOSITORY[:TAG|@DIGEST]`; the tag is `latest` unless one is given.
 *
 * @throws UnreadableReference
 */
export function parseReference(text: string): ImageReference {
  const unreadable = new UnreadableReference(`could not parse reference: ${text}`);
  const [, name = '', sum] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const repository = colon === -1 ? name : name.slice(0, colon);
  const given = colon === -1 ? 'latest' : name.slice(colon + 1);
  if (!tag.test(given) || (sum !== undefined && !digest.test(sum))) throw unreadable;
  try {
    return { ...parseRepository(repository), identifier: sum ?? given };
  } catch (error) {
    throw error instanceof UnreadableReference ? unreadable : error;
  }
}
