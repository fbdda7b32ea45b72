import { inRange, type ReleaseName } from '../../../core/release.js';

/** What the definition of users says of passwords: bounds in characters, and whether kinds of characters are asked for. */
export interface PasswordRule {
  readonly shortest: number;
  /** Absent: any. */
  readonly longest?: number;
  readonly mixed: boolean;
}

/** The rule of a release; `undefined` where there is none. */
export function passwordRule(release: ReleaseName): PasswordRule | undefined {
  if (inRange(release, { since: 'v3.4' })) return { shortest: 8, longest: 64, mixed: true };
  if (inRange(release, { since: 'v3.3' })) return { shortest: 6, mixed: false };
  return undefined;
}

/** The pattern of the schema, which messages repeat: a small letter, a capital and a digit in any order, or a hash. */
export const passwordPattern: string = [
  ...[
    '[a-z] [A-Z] [0-9]',
    '[a-z] [0-9] [A-Z]',
    '[A-Z] [a-z] [0-9]',
    '[A-Z] [0-9] [a-z]',
    '[0-9] [a-z] [A-Z]',
    '[0-9] [A-Z] [a-z]',
  ].map((order) => `^(.*${order.replaceAll(' ', '.*')}.*)$`),
  '^(\\$2[ayb]\\$.{56})$',
].join('|');
