import { digString } from '../../core/json.js';
import type { WriteContext } from '../../registry/contract.js';
import { rootCertificate } from '../namespaces/root-certificate.js';

/** A client certificate and its key, both in PEM. */
export interface ClientCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

/** The kubeconfig of a user, as client-go writes one; without a certificate it names nobody yet. */
export function kubeconfigText(
  { world, cluster }: Pick<WriteContext, 'world' | 'cluster'>,
  user: string,
  client?: ClientCertificate,
): string {
  const service = cluster.store.find({ group: '', plural: 'services' }, 'default', 'kubernetes')?.object;
  const address = digString(service, 'spec', 'clusterIP') || '10.96.0.1';
  const name = yamlText(user);
  const context = yamlText(`${user}@local`);
  const users =
    client === undefined
      ? 'users: null'
      : `users:
- name: ${name}
  user:
    client-certificate-data: ${base64(client.certificate)}
    client-key-data: ${base64(client.privateKey)}`;
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(rootCertificate(world))}
    server: https://${address}:443
  name: local
contexts:
- context:
    cluster: local
    namespace: default
    user: ${name}
  name: ${context}
current-context: ${context}
kind: Config
preferences: {}
${users}
`;
}

/** Text as a plain scalar, in quotes where it would be read as a number or the like. */
function yamlText(text: string): string {
  return /^[a-z][a-z0-9.@-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(text)
    ? text
    : `"${text}"`;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What a kubeconfig says of the one who uses it. */
export type Credentials =
  { readonly state: 'awaited' | 'missing' } | { readonly state: 'given'; readonly certificate: string };

/**
 * Looks for the client certificate in a kubeconfig: one without users awaits it.
 *
 * Differs from KubeSphere: files are not parsed, so one written by hand in another form counts as one without.
 */
export function readCredentials(text: string): Credentials {
  if (text === '') return { state: 'missing' };
  const data = /client-certificate-data"?:\s*"?([A-Za-z0-9+/=]+)/.exec(text)?.[1];
  if (data !== undefined)
    return { state: 'given', certificate: Buffer.from(data, 'base64').toString('utf8') };
  return { state: /^"?users"?:\s*(?:null|\[\])?\s*$(?!\n-)/m.test(text) ? 'awaited' : 'missing' };
}
