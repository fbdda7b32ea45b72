import { clientAgeProblems } from '../core/client-ages.js';
import { parseGoDuration } from '../core/go-duration.js';
import type { Duration, Options } from '../core/options.js';

/** Options that each are right, but not together. */
export interface Contradiction {
  readonly path: readonly (string | number)[];
  readonly message: string;
  /** The other place the message is about, when it must be named. */
  readonly first?: readonly (string | number)[];
}

/** What options that fit their schema contradict each other in. */
export function contradictions(options: Options): readonly Contradiction[] {
  // A brand distributes a release of its own, all before the one that looks at ages.
  const release = options.brand === undefined ? (options.release ?? 'v4.1') : undefined;
  return [
    ...ageContradictions(options),
    ...doubles('users', 'user', options.users ?? []),
    ...doubles('clients', 'client', options.clients ?? []),
    ...mirrorContradictions(options),
    ...tlsContradictions(options),
    ...doubles('clusters', 'cluster', options.clusters ?? []),
    ...(options.clusters ?? []).flatMap(({ url, kubeconfig }, at) =>
      (url === undefined) === (kubeconfig === undefined)
        ? [{ path: ['clusters', at], message: 'needs either url or kubeconfig; give one of the two' }]
        : [],
    ),
    ...(options.clients ?? []).flatMap((client, at) =>
      clientAgeProblems(client, release).map(({ member, message }) => ({
        path: ['clients', at, member],
        message,
      })),
    ),
  ];
}

/** Objects come from the Kubernetes underneath: none are made up beside it. */
function mirrorContradictions({
  kubeApiserver,
  world = 'empty',
  generate,
}: Options): readonly Contradiction[] {
  if (kubeApiserver === undefined) return [];
  const message = 'contradicts kubeApiserver, which brings objects of its own; leave one of the two out';
  return [
    ...(world === 'empty' ? [] : [{ path: ['world'], message }]),
    ...(generate === undefined ? [] : [{ path: ['generate'], message }]),
  ];
}

const tlsOptions = ['tlsCa', 'tlsCaKey', 'tlsCert', 'tlsKey', 'tlsSan'] as const;

/** A certificate is issued from a CA with its key, or given with its own. The texts may be given as the names of files. */
function tlsContradictions(options: Options): readonly Contradiction[] {
  const paths = new Map(
    tlsOptions.flatMap((name) => {
      const path = [name, `${name}File`].find(
        (one) => (options as Readonly<Record<string, unknown>>)[one] !== undefined,
      );
      return path === undefined ? [] : [[name, path] as const];
    }),
  );
  const isNew = [options.tlsCa, (options as { readonly tlsCaFile?: string }).tlsCaFile].includes('new');
  const without = (one: TlsOption, other: TlsOption, message: string): Contradiction[] =>
    paths.has(one) && !paths.has(other) ? [{ path: [paths.get(one) ?? one], message }] : [];
  const beside = (one: TlsOption, message: string): Contradiction[] =>
    paths.has('tlsCert') && paths.has(one) ? [{ path: [paths.get(one) ?? one], message }] : [];
  const first = tlsOptions.find((name) => paths.has(name));
  return [
    ...(first !== undefined && options.tlsPort === undefined
      ? [
          {
            path: [paths.get(first) ?? first],
            message: 'there is no HTTPS port; give tlsPort (--tls-port), too',
          },
        ]
      : []),
    ...without('tlsCert', 'tlsKey', 'needs the private key; give tlsKey (--tls-key), too'),
    ...without('tlsKey', 'tlsCert', 'needs the certificate; give tlsCert (--tls-cert), too'),
    ...without('tlsCaKey', 'tlsCa', 'needs the CA; give tlsCa (--tls-ca), too'),
    ...(isNew || paths.has('tlsCert')
      ? []
      : without(
          'tlsCa',
          'tlsCaKey',
          'needs its private key to issue a certificate; give tlsCaKey (--tls-ca-key), too',
        )),
    ...(paths.has('tlsCert')
      ? []
      : without(
          'tlsSan',
          'tlsCa',
          'needs a CA to issue a certificate from; give tlsCa (--tls-ca FILE|new), too',
        )),
    ...(isNew
      ? beside('tlsCa', 'contradicts tlsCert, which is of another CA; leave one of the two out')
      : []),
    ...(isNew && paths.has('tlsCaKey')
      ? [{ path: [paths.get('tlsCaKey') ?? 'tlsCaKey'], message: 'contradicts a new CA; leave it out' }]
      : []),
    ...beside('tlsCaKey', 'contradicts tlsCert: nothing is issued; leave one of the two out'),
    ...beside('tlsSan', 'contradicts tlsCert: nothing is issued; leave one of the two out'),
  ];
}

type TlsOption = (typeof tlsOptions)[number];

function ageContradictions(options: Options): readonly Contradiction[] {
  if (options.refreshTokenMaxAge === undefined) return [];
  const path = ['refreshTokenMaxAge'];
  if (options.accessTokenInactivityTimeout !== undefined)
    return [{ path, message: 'contradicts accessTokenInactivityTimeout; give one of the two' }];
  if (milliseconds(options.refreshTokenMaxAge) >= milliseconds(options.accessTokenMaxAge ?? '2h')) return [];
  const message = 'is shorter than the life of access tokens; make it longer, or accessTokenMaxAge shorter';
  return [{ path, message }];
}

function doubles(
  option: string,
  what: string,
  entries: readonly { readonly name: string }[],
): readonly Contradiction[] {
  const seen = new Map<string, number>();
  return entries.flatMap(({ name }, at): Contradiction[] => {
    const earlier = seen.get(name);
    if (earlier === undefined) {
      seen.set(name, at);
      return [];
    }
    const message = `${what} "${name}" is given twice`;
    return [{ path: [option, at, 'name'], message, first: [option, earlier, 'name'] }];
  });
}

function milliseconds(duration: Duration): number {
  return typeof duration === 'number' ? duration * 1000 : (parseGoDuration(duration) ?? 0);
}
