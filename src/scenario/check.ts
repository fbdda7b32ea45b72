import { parseGoDuration } from '../core/go-duration.js';
import { digString } from '../core/json.js';
import { releaseNames, type ReleaseRange } from '../core/release.js';
import type { Path } from '../core/positioned-yaml.js';
import type { ClusterChanges, ExpectedStep, Scenario } from './scenario.js';
import { containerProblems } from './check-containers.js';
import type { Problem } from './schema.js';

/** What is wrong with a scenario that has the right shape: doubles, contradictions, names nobody declared. */
export function contentProblems(scenario: Scenario): Problem[] {
  const tokens = Object.entries(scenario.tokens ?? {});
  return [
    ...rangeProblems(scenario, []),
    ...doubles(
      scenario.users?.map(({ name }) => name),
      ['users'],
      'user',
    ),
    ...doubles(
      scenario.clients?.map(({ name }) => name),
      ['clients'],
      'client',
    ),
    ...objectProblems(scenario, []),
    ...Object.entries(scenario.clusters ?? {}).flatMap(([name, changes]) =>
      objectProblems(changes, ['clusters', name]),
    ),
    ...clockProblems(scenario),
    ...tokens.flatMap(([name, { user, serviceAccount }]) =>
      (user === undefined) === (serviceAccount === undefined)
        ? [{ path: ['tokens', name], text: 'names nobody or two; give either user or serviceAccount' }]
        : [],
    ),
    ...(scenario.faults ?? []).flatMap(({ delay, reset, status }, at) =>
      delay === undefined && reset !== true && status === undefined
        ? [{ path: ['faults', at], text: 'does nothing; give delay, reset or status' }]
        : [],
    ),
    ...containerProblems(scenario),
    ...stepProblems(scenario),
  ];
}

function rangeProblems({ since, until }: ReleaseRange, path: Path): Problem[] {
  if (since === undefined || until === undefined) return [];
  if (releaseNames.indexOf(since) <= releaseNames.indexOf(until)) return [];
  return [{ path: [...path, 'until'], text: `got ${until}, which is before since (${since}); swap them` }];
}

function doubles(names: readonly string[] | undefined, path: Path, what: string): Problem[] {
  const seen = new Set<string>();
  return (names ?? []).flatMap((name, at) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path: [...path, at, 'name'], text: `${what} "${name}" is given twice; keep one of them` }];
  });
}

function objectProblems({ objects = [] }: ClusterChanges, path: Path): Problem[] {
  const seen = new Set<string>();
  return objects.flatMap((object, at) => {
    const [name, generateName] = [
      digString(object, 'metadata', 'name'),
      digString(object, 'metadata', 'generateName'),
    ];
    const place = [...path, 'objects', at, 'metadata'];
    if (name === '') {
      return generateName === '' ? [{ path: place, text: 'has no name; add name or generateName' }] : [];
    }
    const kind = digString(object, 'kind');
    const key = [
      digString(object, 'apiVersion'),
      kind,
      digString(object, 'metadata', 'namespace'),
      name,
    ].join(' ');
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const text = `${kind} "${name}" is given twice; keep one of them`;
    return [{ path: [...place, 'name'], text }];
  });
}

function clockProblems({ clock }: Scenario): Problem[] {
  const moment = clock?.freeze;
  if (moment === undefined || !Number.isNaN(Date.parse(moment))) return [];
  return [{ path: ['clock', 'freeze'], text: `got "${moment}", which is no date; correct it` }];
}

function stepProblems({ tokens, expect = [] }: Scenario): Problem[] {
  const known = new Set(Object.keys(tokens ?? {}));
  return expect.flatMap((step, at) => {
    const problems = [...rangeProblems(step, ['expect', at]), ...oneStepProblems(step, at)];
    const wanted = step.request?.token;
    if (wanted !== undefined && !known.has(wanted)) {
      const text = `no token or captured value is called "${wanted}"; declare it under tokens or capture it before`;
      problems.push({ path: ['expect', at, 'request', 'token'], text });
    }
    for (const name of Object.keys(step.capture ?? {})) known.add(name);
    return problems;
  });
}

function oneStepProblems(step: ExpectedStep, at: number): Problem[] {
  const { advance, request, response } = step;
  if (advance !== undefined) {
    const alone = request === undefined && response === undefined;
    return alone
      ? []
      : [{ path: ['expect', at], text: 'moves the clock and sends a request; make it two steps' }];
  }
  if (request === undefined || response === undefined) {
    return [{ path: ['expect', at], text: 'is neither advance nor request with response; give one of them' }];
  }
  const bodies = [request.form, request.json, request.body].filter((body) => body !== undefined);
  return bodies.length > 1
    ? [{ path: ['expect', at, 'request'], text: 'has two bodies; keep one of form, json and body' }]
    : [];
}

/** Milliseconds of a duration that the schema has let through: seconds as a number, or Go's notation. */
export function milliseconds(duration: string | number): number {
  return typeof duration === 'number' ? duration * 1000 : (parseGoDuration(duration) ?? 0);
}
