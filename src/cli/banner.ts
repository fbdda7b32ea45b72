import { version } from '../core/version.js';
import type { InProcessFake } from '../kit/fake-ks-apiserver.js';
import { loginRequest } from '../kit/log-in.js';
import type { SpecSource } from '../specs/published-specs.js';

const shownLogins = 8;
const shownRepairs = 10;

/** What a person sees when a server is ready: where it is, who can log in, and a first request. */
export function banner(
  { url, tlsUrl, controlUrl, world, tokens }: InProcessFake,
  specs: readonly SpecSource[] = [],
): string {
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
    ...section(
      'Documents given:',
      specs.flatMap((spec) => specLines(spec, controlUrl)),
    ),
    ...section('Log in:', [`  ${loginCommand(url, world, ...firstLogin(world))}`]),
    '',
  ].join('\n');
}

/** A document somebody gave, and the first of what had to be repaired in it. */
function specLines(
  { name, source = '', operations, replaced, repairs = [] }: SpecSource,
  controlUrl: string,
): string[] {
  const more = repairs.length - shownRepairs;
  const place = replaced === true ? 'in the place of the packaged one' : 'added';
  return [
    `  ${name} (${source}): ${String(operations)} operations, ${place}, ${String(repairs.length)} repairs`,
    ...repairs.slice(0, shownRepairs).map((repair) => `    ${repair}`),
    ...(more > 0 ? [`    and ${String(more)} more: curl -s ${controlUrl}/specs`] : []),
  ];
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
