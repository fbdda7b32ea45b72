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
