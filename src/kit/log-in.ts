import { inRange, type ReleaseName } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { LoginAnswer } from './fake-ks-apiserver.js';

/** A request that logs in. */
interface LoginRequest {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** Logs in with a password, the way of the release, with its stock client unless told another. @throws Error with status and body when refused */
export async function logIn(
  url: string,
  release: ReleaseName,
  user: string,
  password: string,
  client?: Pick<OAuthClient, 'name' | 'secret'>,
): Promise<LoginAnswer> {
  const { path, contentType, body } = loginRequest(release, user, password, client);
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': contentType },
    body,
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`login of ${user} was refused with ${String(response.status)}: ${text}`);
  return JSON.parse(text) as LoginAnswer;
}

/** 2.1 takes JSON, 3.0 a form without a client, later ones a form with one. */
export function loginRequest(
  release: ReleaseName,
  user: string,
  password: string,
  client: Pick<OAuthClient, 'name' | 'secret'> = stockClient(release),
): LoginRequest {
  if (release === 'v2.1') {
    const body = JSON.stringify({ username: user, password });
    return { path: '/kapis/iam.kubesphere.io/v1alpha2/login', contentType: 'application/json', body };
  }
  const form = new URLSearchParams({ grant_type: 'password', username: user, password });
  if (inRange(release, { since: 'v3.1' })) {
    form.set('client_id', client.name);
    form.set('client_secret', client.secret);
  }
  return { path: '/oauth/token', contentType: 'application/x-www-form-urlencoded', body: form.toString() };
}

function stockClient(release: ReleaseName): Pick<OAuthClient, 'name' | 'secret'> {
  return { name: inRange(release, { until: 'v3.1' }) ? 'default' : 'kubesphere', secret: 'kubesphere' };
}
