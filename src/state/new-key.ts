import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** A private key nobody else has, on the curve P-256: there in a fraction of a millisecond, and not made from the seed. */
export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}
