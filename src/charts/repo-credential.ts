import { digObject, digString, type JsonObject } from '../core/json.js';
import type { RepoCredential } from './fetch.js';

/** User and password of a URL; nothing for a URL without. */
export function credentialIn(url: string): JsonObject & RepoCredential {
  const { username, password } = URL.canParse(url) ? new URL(url) : { username: '', password: '' };
  if (username === '') return {};
  return { username: plain(username), password: plain(password) };
}

/** A part of a URL without its escapes; as it is when they cannot be read. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** How a repository's object says it is to be asked. */
export function credentialOf(repo: JsonObject): RepoCredential {
  const credential = digObject(repo, 'spec', 'credential');
  return {
    username: digString(credential, 'username'),
    password: digString(credential, 'password'),
    ...(credential['insecureSkipTLSVerify'] === false && { insecureSkipTLSVerify: false }),
  };
}
