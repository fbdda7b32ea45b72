/**
 * Recorded cases this fake answers differently, with the reason. The list only shrinks: a case that differs without being
 * listed fails, and so does a listed one that does not differ any more.
 */
export const differences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'v3.4': {},
  'v4.1': {},
};
