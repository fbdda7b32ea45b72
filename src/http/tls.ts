import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { packageFile } from '../core/package-file.js';

/** Certificate and private key of the HTTPS door, as PEM in one text. */
export interface TlsMaterial {
  readonly identity: string;
  /** PEM of the CA that clients have to trust. */
  readonly ca: string;
}

/** Path of the CA that clients of the HTTPS door have to trust: public test material that ships with the package. */
export const caFile: string = fileURLToPath(packageFile('fixtures/keys/test-ca.pem'));

/**
 * The certificate of the HTTPS door, for localhost, loopback addresses and the names containers give it.
 *
 * Nothing is made at start: a fixed pair costs a fraction of a millisecond, and needs to be trusted once.
 */
export async function readTlsMaterial(): Promise<TlsMaterial> {
  const [identity, ca] = await Promise.all([
    readFile(packageFile('fixtures/keys/test-tls.pem'), 'utf8'),
    readFile(caFile, 'utf8'),
  ]);
  return { identity, ca };
}
