import { readFileSync } from 'node:fs';
import { packageFile } from '../../core/package-file.js';
import type { World } from '../../state/world.js';

/** Name of the ConfigMap every namespace has it in. */
export const rootCertificateName = 'kube-root-ca.crt';

let known: string | undefined;

/** What clients of the HTTPS door of a world have to trust, in PEM. */
export function rootCertificate({ settings }: Pick<World, 'settings'>): string {
  return settings.authority?.certificate ?? packagedCertificate();
}

/** The CA that ships with the package, in PEM; read when it is first needed. */
export function packagedCertificate(): string {
  known ??= readFileSync(packageFile('fixtures/keys/test-ca.pem'), 'utf8');
  return known;
}
