import { version } from '../core/version.js';
import type { InProcessFake } from '../kit/fake-ks-apiserver.js';
import { loginRequest } from '../kit/log-in.js';

const shownLogins = 8;

/** What a person sees when a server is ready: where it is, who can log in, and a first request. */
export function banner({ url, tlsUrl, controlUrl, world, tokens }: InProcessFake): string {
  const { name, tag, brand } = world.release;
  const flag = brand === undefined ? `--release ${name}` : `--brand '${brand.name}'`;
  const logins = [...world.passwords].map(([user, [password = '']]) => `  ${user} / ${password}`);
  const more = logins.length - shownLogins;
  const named = Object.entries(tokens).map(([token, text]) => `  ${token}: ${text}`);
  return [
    `fake-ks-apiserver ${version}, KubeSphere ${tag} (${flag}), listens at ${url}`,
    `Its control API is ${controlUrl}`,
    ...(tlsUrl === undefined
      ? []
      : [
          `HTTPS, as kubectl needs it, at ${tlsUrl}: fake-ks-apiserver kubeconfig --url ${url} > kubeconfig.yaml`,
        ]),
    ...section('Logins:', [
      ...logins.slice(0, shownLogins),
      ...(more > 0 ? [`  and ${String(more)} more`] : []),
    ]),
    ...section('Tokens of the scenarios:', named),
    ...section('Log in:', [`  ${loginCommand(url, world, ...firstLogin(world))}`]),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines];
}

function firstLogin({ passwords }: InProcessFake['world']): [user: string, password: string] {
  const [[user, [password = '']] = ['admin', ['P@88w0rd']]] = passwords;
  return [user, password];
}

/** A curl line that logs in, in the way of the release. */
function loginCommand(
  url: string,
  { release }: InProcessFake['world'],
  user: string,
  password: string,
): string {
  const { path, contentType, body } = loginRequest(release.name, user, password, release.brand?.client);
  if (contentType === 'application/json')
    return `curl -s -H 'Content-Type: application/json' -d '${body}' ${url}${path}`;
  const fields = [...new URLSearchParams(body)].map(([key, value]) => `-d ${key}='${value}'`).join(' ');
  return `curl -s ${fields} ${url}${path}`;
}
