import { worldFlags } from '../config/flags.js';
import { configFlag, describeFlags, loadConfig } from '../config/load-config.js';
import { readDuration } from '../config/read-text.js';
import type { Flag } from '../config/setting.js';
import type { TokenRequest } from '../control/mint.js';
import { didYouMean } from '../core/did-you-mean.js';
import { parseGoDuration } from '../core/go-duration.js';
import { InputError } from '../core/input-error.js';
import type { Command, CommandContext } from './command.js';
import { urlFlag, withFake } from './with-fake.js';

const types = ['access', 'refresh', 'static', 'id', 'code'] as const;
const algorithms = ['HS256', 'HS384', 'HS512', 'RS256', 'none'] as const;

const own: readonly Flag[] = [
  { name: 'user', path: ['user'], value: 'NAME', help: 'whose token (default admin)' },
  {
    name: 'serviceaccount',
    path: ['serviceaccount'],
    value: 'NAMESPACE/NAME',
    help: 'or of a ServiceAccount',
  },
  {
    name: 'type',
    path: ['type'],
    value: 'TYPE',
    help: `${types.join(', ')} (default access)`,
    read: readType,
  },
  {
    name: 'expires-in',
    path: ['expires-in'],
    value: 'DURATION',
    help: 'life from now on; -5m: ran out five minutes ago',
    read: readLife,
  },
  {
    name: 'issued-at',
    path: ['issued-at'],
    value: 'TIME|DURATION',
    help: 'iat, as a moment or from now on',
    read: readMoment,
  },
  {
    name: 'not-before',
    path: ['not-before'],
    value: 'TIME|DURATION',
    help: 'nbf, likewise',
    read: readMoment,
  },
  { name: 'issuer', path: ['issuer'], value: 'URL', help: 'iss' },
  { name: 'client-id', path: ['client-id'], value: 'ID', help: 'aud' },
  { name: 'key', path: ['key'], value: 'wrong|SECRET', help: 'sign with a wrong key, or with this secret' },
  { name: 'alg', path: ['alg'], value: 'ALG', help: algorithms.join(', '), read: readAlgorithm },
  { name: 'garbage', path: ['garbage'], help: 'not a token at all' },
  { name: 'forgotten', path: ['forgotten'], help: 'signed and in time, but the server does not remember it' },
  urlFlag,
];
/** Options that say what the world is, but for those the command itself gives another meaning. */
const options = worldFlags.filter(({ name }) => !own.some((flag) => flag.name === name));

/** Prints a token, valid or wrong in a chosen way. */
export const tokenCommand: Command = {
  help: () =>
    [
      'Usage: fake-ks-apiserver token [flags]',
      '',
      describeFlags(own),
      '',
      'With --url the running server mints it and remembers it. Without, it is made here, with the keys of a server',
      'started with the same flags; such a server accepts static tokens only, as it remembers those it issued itself.',
      '',
      'Without --url also:',
      '',
      describeFlags([...options, configFlag]),
      '',
    ].join('\n'),
  run: printToken,
};

async function printToken({ argv, environment, print }: CommandContext): Promise<number> {
  const config = await loadConfig({ argv, environment, options, own });
  const token = await withFake(config, environment, (ks) => ks.token(requestOf(config.own)));
  print(`${token}\n`);
  return 0;
}

function requestOf(given: ReadonlyMap<string, unknown>): TokenRequest {
  const names: Readonly<Record<string, keyof TokenRequest>> = {
    user: 'user',
    serviceaccount: 'serviceAccount',
    type: 'type',
    'expires-in': 'expiresIn',
    'issued-at': 'issuedAt',
    'not-before': 'notBefore',
    issuer: 'issuer',
    'client-id': 'clientId',
    key: 'key',
    alg: 'alg',
  };
  const request = Object.entries(names).flatMap(([flag, member]) =>
    given.has(flag) ? [[member, given.get(flag)] as const] : [],
  );
  const account = given.get('serviceaccount');
  if (typeof account === 'string' && !/^[^/]+\/[^/]+$/.test(account)) {
    throw new InputError([`--serviceaccount: must be NAMESPACE/NAME, not "${account}"`]);
  }
  if (account !== undefined && given.has('user')) {
    throw new InputError(['--serviceaccount: contradicts --user; give one of the two']);
  }
  return {
    ...(Object.fromEntries(request) as TokenRequest),
    ...(given.has('garbage') && { garbage: true }),
    ...(given.has('forgotten') && { remembered: false }),
  };
}

function readType(text: string): string {
  if ((types as readonly string[]).includes(text)) return text === 'code' ? text : `${text}_token`;
  throw new Error(`unknown type "${text}"${didYouMean(text, types)}`);
}

function readAlgorithm(text: string): string {
  if ((algorithms as readonly string[]).includes(text)) return text;
  throw new Error(`unknown algorithm "${text}"${didYouMean(text, algorithms)}`);
}

function readLife(text: string): number | string {
  const life = readDuration(text);
  if (typeof life === 'number' || parseGoDuration(life) !== undefined) return life;
  throw new Error(`must be a duration: seconds, or text such as 2h, 10m0s or -5m, not "${text}"`);
}

function readMoment(text: string): number | string {
  const moment = readDuration(text);
  if (typeof moment === 'number' || parseGoDuration(moment) !== undefined) return moment;
  if (!Number.isNaN(Date.parse(moment))) return moment;
  throw new Error(`must be a moment such as 2024-05-01T12:00:00Z, or a duration from now on, not "${text}"`);
}
