import { digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';

/** What a line is made of. */
export interface LogMoment {
  readonly pod: KubeObject;
  readonly container: string;
  readonly seed: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly number: number;
  /** A number that looks random and is not. */
  readonly roll: number;
}

/** What an image logs: lines when it starts, then one every period. */
export interface ImageLog {
  readonly greeting: readonly ((moment: LogMoment) => string)[];
  /** Milliseconds. */
  readonly period: number;
  readonly regular: (moment: LogMoment) => string;
}

/** 32 bits that depend on every character of a text. @see FNV-1a */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function pick(choices: readonly string[], roll: number): string {
  return choices[roll % choices.length] ?? '';
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** `28/Nov/2026:20:15:08 +0000`, as web servers write it. */
function webTime(at: number): string {
  const date = new Date(at);
  const day = `${two(date.getUTCDate())}/${months[date.getUTCMonth()] ?? ''}/${String(date.getUTCFullYear())}`;
  return `${day}:${iso(at).slice(11, 19)} +0000`;
}

/** `I1128 20:15:08.123456       1 `, as Kubernetes' components write it. */
function klog(at: number, file: string, text: string): string {
  const [date = '', time = ''] = iso(at).split('T');
  return `I${date.slice(5, 7)}${date.slice(8, 10)} ${time.slice(0, 12)}000       1 ${file}] ${text}`;
}

const nginx: ImageLog = {
  greeting: [
    () => '/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration',
    () => '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/',
    () => '/docker-entrypoint.sh: Configuration complete; ready for start up',
    ({ at }) =>
      `${iso(at).slice(0, 19).replaceAll('-', '/').replace('T', ' ')} [notice] 1#1: start worker processes`,
  ],
  period: 10_000,
  regular: ({ at, roll, pod }) => {
    const path = pick(['/', '/healthz', '/', '/index.html', '/favicon.ico'], roll);
    const size = path === '/favicon.ico' ? '404 153' : '200 615';
    const from = digString(pod, 'status', 'hostIP') || '10.233.0.1';
    return `${from} - - [${webTime(at)}] "GET ${path} HTTP/1.1" ${size} "-" "kube-probe/1.26" "-"`;
  },
};

const redis: ImageLog = {
  greeting: [
    ({ at }) =>
      `1:C ${webTime(at).slice(0, 11).replaceAll('/', ' ')} ${iso(at).slice(11, 23)} # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
    ({ at }) =>
      `1:M ${webTime(at).slice(0, 11).replaceAll('/', ' ')} ${iso(at).slice(11, 23)} * Ready to accept connections`,
  ],
  period: 60_000,
  regular: ({ at, roll }) => {
    const when = `${webTime(at).slice(0, 11).replaceAll('/', ' ')} ${iso(at).slice(11, 23)}`;
    return `1:M ${when} * ${pick(['100 changes in 300 seconds. Saving...', 'Background saving started by pid 27', 'Background saving terminated with success'], roll)}`;
  },
};

const database: ImageLog = {
  greeting: [
    ({ at }) => `${iso(at)} [Note] Entrypoint script for server started.`,
    ({ at }) => `${iso(at)} [Note] ready for connections.`,
  ],
  period: 60_000,
  regular: ({ at, roll }) =>
    `${iso(at)} ${String(roll % 90)} [Note] ${pick(['checkpoint complete', 'page cleaner: flushed', 'connection closed'], roll)}`,
};

const component: ImageLog = {
  greeting: [
    ({ at, container }) => klog(at, 'server.go:68', `Starting ${container}`),
    ({ at }) => klog(at, 'shared_informer.go:311', 'Waiting for caches to sync'),
    ({ at }) => klog(at, 'shared_informer.go:318', 'Caches are synced'),
  ],
  period: 30_000,
  regular: ({ at, roll, container }) =>
    klog(
      at,
      `${pick(['controller', 'reflector', 'server', 'queue'], roll)}.go:${String(50 + (roll % 400))}`,
      pick(
        [
          `${container}: reconcile finished`,
          'resync of all objects finished',
          'Watch close: 7 items received',
          'successfully renewed lease',
        ],
        roll >>> 3,
      ),
    ),
};

const plain: ImageLog = {
  greeting: [
    ({ at, container }) => `${iso(at)} INFO  ${container} starting`,
    ({ at, container }) => `${iso(at)} INFO  ${container} ready`,
  ],
  period: 15_000,
  regular: ({ at, roll, number }) =>
    `${iso(at)} ${pick(['INFO ', 'INFO ', 'INFO ', 'DEBUG'], roll)} request handled seq=${String(number)} took=${String(1 + (roll % 90))}ms`,
};

/** By a part of the image's name, the first that fits. */
const byImage: readonly (readonly [RegExp, ImageLog])[] = [
  [/nginx|httpd|console|frontend|ingress/, nginx],
  [/redis/, redis],
  [/mysql|mariadb|postgres|mongo/, database],
  [/kube|ks-|coredns|etcd|calico|operator|controller|metrics|prometheus|fluent|openebs|snapshot/, component],
];

/** What containers of an image log. */
export function imageLog(image: string): ImageLog {
  return byImage.find(([pattern]) => pattern.test(image))?.[1] ?? plain;
}
