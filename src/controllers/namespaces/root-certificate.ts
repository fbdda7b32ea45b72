import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-file.js';

/** Name of the ConfigMap every namespace has it in. */
export const rootCertificateName = 'kube-root-ca.crt';

let known: string | undefined;

/** What clients of the HTTPS door have to trust, in PEM; read when it is first needed. */
export function rootCertificate(): string {
  known ??= readFileSync(packageFile('fixtures/keys/test-ca.pem'), 'utf8');
  return known;
}
