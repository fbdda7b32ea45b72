import type { ReleaseName } from './release.js';
import type { OAuthClient } from './settings.js';

/** Shortest own age of a client, in seconds, that the admission of 4.1 lets through. */
const shortest = 600;

/** A member of a client that would not do what it says. */
export interface ClientAgeProblem {
  readonly member: 'accessTokenMaxAgeSeconds' | 'accessTokenInactivityTimeoutSeconds';
  readonly message: string;
}

/** What is wrong with the own ages of a client's tokens: one without the other does nothing, 4.1 refuses short ones. */
export function clientAgeProblems(
  client: OAuthClient,
  release: ReleaseName | undefined,
): readonly ClientAgeProblem[] {
  const ages = [
    ['accessTokenMaxAgeSeconds', client.accessTokenMaxAgeSeconds ?? 0],
    ['accessTokenInactivityTimeoutSeconds', client.accessTokenInactivityTimeoutSeconds ?? 0],
  ] as const;
  return ages.flatMap(([member, age], at): ClientAgeProblem[] => {
    if (age === 0) return [];
    const [other, otherAge] = ages[1 - at] ?? ['', 0];
    if (otherAge === 0) return [{ member, message: `does nothing without ${other}; give both, or none` }];
    if (release !== 'v4.1' || age >= shortest) return [];
    return [{ member, message: `KubeSphere ${release} takes no less than 600 seconds, not ${String(age)}` }];
  });
}
