import { version } from '../core/version.js';
import type { World } from '../state/world.js';

/** What a person sees when a server is ready: where it is, who can log in, and a first request. */
export function banner(url: string, world: World): string {
  const { name, tag } = world.release;
  const logins = [...world.passwords]
    .slice(0, shownLogins)
    .map(([user, [password = '']]) => `  ${user} / ${password}`);
  const more = world.passwords.size - logins.length;
  return [
    `fake-ks-apiserver ${version} imitating KubeSphere ${tag} (--release ${name}) at ${url}`,
    '',
    ...(logins.length > 0
      ? ['Logins:', ...logins, ...(more > 0 ? [`  and ${String(more)} more`] : []), '']
      : []),
    'Try:',
    `  ${loginCommand(url, world)}`,
    '',
  ].join('\n');
}

const shownLogins = 8;

/** A curl line that logs in, in the way of the release. */
function loginCommand(url: string, { release, passwords, settings }: World): string {
  const [user = 'admin', known = []] = passwords.entries().next().value ?? [];
  const password = known[0] ?? 'P@88w0rd';
  if (release.name === 'v2.1') {
    const body = JSON.stringify({ username: user, password });
    return `curl -s -H 'Content-Type: application/json' -d '${body}' ${url}/kapis/iam.kubesphere.io/v1alpha2/login`;
  }
  const client = settings.clients[0] ?? { name: 'kubesphere', secret: 'kubesphere' };
  const withClient =
    release.name === 'v3.0' ? '' : ` -d client_id='${client.name}' -d client_secret='${client.secret}'`;
  return `curl -s -d grant_type=password -d username='${user}' -d password='${password}'${withClient} ${url}/oauth/token`;
}
