import {
  readClient,
  readCluster,
  readDuration,
  readNumber,
  readRateLimit,
  readSwitch,
  readUser,
} from './read-text.js';
import type { Flag } from './setting.js';

/** How to run a server, as opposed to what it is. */
const servingFlags = new Set(['host', 'port', 'tls-port', 'cluster', 'kube-apiserver', 'log-level', 'json']);

/** Every option that can be given on the command line or in the environment, in the order of the help text. */
export const optionFlags: readonly Flag[] = [
  { name: 'host', path: ['host'], value: 'ADDRESS', help: 'address to listen on (default 127.0.0.1)' },
  {
    name: 'port',
    path: ['port'],
    value: 'N',
    help: 'HTTP port; 0 picks a free one (default 9090)',
    read: readNumber,
  },
  {
    name: 'tls-port',
    path: ['tlsPort'],
    value: 'N',
    help: 'HTTPS port, for kubectl and the like; 0 picks a free one (default: none)',
    read: readNumber,
  },
  {
    name: 'release',
    path: ['release'],
    value: 'NAME',
    help: 'v2.1, v3.0, v3.1, v3.3, v3.4 or v4.1 (default v4.1)',
  },
  { name: 'brand', path: ['brand'], value: 'NAME', help: 'a rebranded distribution of a release' },
  {
    name: 'world',
    path: ['world'],
    value: 'NAME|PATH',
    help: 'default, empty, or a file or folder of Kubernetes objects',
  },
  {
    name: 'nodes',
    path: ['generate', 'nodes'],
    value: 'N',
    help: 'generated nodes to add',
    read: readNumber,
  },
  {
    name: 'namespaces',
    path: ['generate', 'namespaces'],
    value: 'N',
    help: 'generated namespaces to add',
    read: readNumber,
  },
  { name: 'pods', path: ['generate', 'pods'], value: 'N', help: 'generated pods to add', read: readNumber },
  {
    name: 'users',
    path: ['generate', 'users'],
    value: 'N',
    help: 'generated users to add',
    read: readNumber,
  },
  {
    name: 'seed',
    path: ['seed'],
    value: 'SEED',
    help: 'same seed, same names, uids and data',
    read: readNumber,
  },
  {
    name: 'scenario',
    path: ['scenarios'],
    value: 'NAME|FILE',
    many: true,
    separator: ',',
    help: 'a situation to start in; several combine',
  },
  { name: 'now', path: ['now'], value: 'TIME', help: 'stand still at this moment (RFC 3339)' },
  {
    name: 'token-max-age',
    path: ['accessTokenMaxAge'],
    value: 'DURATION',
    help: 'life of access tokens (default 2h)',
    read: readDuration,
  },
  {
    name: 'refresh-token-max-age',
    path: ['refreshTokenMaxAge'],
    value: 'DURATION',
    help: 'life of refresh tokens: token-max-age and inactivity-timeout together',
    read: readDuration,
  },
  {
    name: 'inactivity-timeout',
    path: ['accessTokenInactivityTimeout'],
    value: 'DURATION',
    help: 'how much longer refresh tokens live than access tokens',
    read: readDuration,
  },
  {
    name: 'clock-skew',
    path: ['maximumClockSkew'],
    value: 'DURATION',
    help: 'maximumClockSkew (default 10s)',
    read: readDuration,
  },
  {
    name: 'multiple-login',
    path: ['multipleLogin'],
    help: 'several sessions of a user at a time; --no-multiple-login for one',
    read: readSwitch,
  },
  {
    name: 'rate-limit',
    path: ['rateLimit'],
    value: 'N/DURATION',
    help: 'failed logins of one user before a refusal (default 10/10m)',
    read: readRateLimit,
  },
  { name: 'issuer', path: ['issuer'], value: 'URL', help: 'iss of tokens' },
  {
    name: 'jwt-secret',
    path: ['jwtSecret'],
    value: 'TEXT',
    help: 'HS256 secret (default: a public test secret)',
  },
  { name: 'sign-key', path: ['signKeyFile'], value: 'FILE', help: 'PEM of an RSA private key for id tokens' },
  {
    name: 'kube-version',
    path: ['kubeVersion'],
    value: 'VERSION',
    help: 'gitVersion of the Kubernetes underneath, such as v1.29.2',
  },
  {
    name: 'user',
    path: ['users'],
    value: 'NAME:PASSWORD[:GLOBALROLE]',
    many: true,
    help: 'a login to add or change; also ,state=Disabled ,groups=a+b ,email=…',
    read: readUser,
  },
  {
    name: 'client',
    path: ['clients'],
    value: 'ID:SECRET',
    many: true,
    help: 'an OAuth client; also ,grantMethod=… ,redirectURI=… ,trusted=… ,accessTokenMaxAge=…',
    read: readClient,
  },
  {
    name: 'cluster',
    path: ['clusters'],
    value: 'NAME=URL|FILE',
    many: true,
    help: 'a member that requests are passed on to: URL of its ks-apiserver, or a kubeconfig',
    read: readCluster,
  },
  {
    name: 'kube-apiserver',
    path: ['kubeApiserver'],
    value: 'URL|FILE',
    help: 'a real Kubernetes to answer /api and /apis: its URL, or a kubeconfig',
  },
  {
    name: 'log-level',
    path: ['logLevel'],
    value: 'LEVEL',
    help: 'silent, error, warn or info: what to tell on stderr (default warn)',
  },
  {
    name: 'json',
    path: ['json'],
    help: 'print one line of JSON instead of a banner when ready',
    read: readSwitch,
  },
];

/** The options that say what a world is, for commands that make one without serving it. */
export const worldFlags: readonly Flag[] = optionFlags.filter(({ name }) => !servingFlags.has(name));
