import { expect } from 'vitest';
import type { Asker } from './ask.js';
import type { WebhookServer } from './webhook-server.js';

const group = '/apis/admissionregistration.k8s.io/v1';
const anyMap = [
  { apiGroups: [''], apiVersions: ['v1'], operations: ['*'], resources: ['configmaps'], scope: '*' },
];

/** Writes a configuration with one webhook, for ConfigMaps unless `spec` has other rules. */
export async function configureWebhook(
  admin: Asker,
  kind: 'Mutating' | 'Validating',
  server: Pick<WebhookServer, 'url' | 'caBundle'>,
  spec: Readonly<Record<string, unknown>> = {},
  name = 'hook.example.com',
): Promise<void> {
  const path = `${group}/${kind.toLowerCase()}webhookconfigurations`;
  const made = await admin.send('POST', path, webhookConfiguration(server, spec, name));
  expect(made.status, made.text).toBe(201);
}

/** A configuration with one webhook, for ConfigMaps unless `spec` has other rules. */
export function webhookConfiguration(
  server: Pick<WebhookServer, 'url' | 'caBundle'>,
  spec: Readonly<Record<string, unknown>> = {},
  name = 'hook.example.com',
): object {
  return {
    metadata: { name },
    webhooks: [
      {
        name,
        clientConfig: { url: `${server.url}/check`, caBundle: server.caBundle },
        rules: anyMap,
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
        timeoutSeconds: 5,
        ...spec,
      },
    ],
  };
}

/** Rules for every write to some kinds of a group. */
export function rulesFor(
  apiGroup: string,
  ...resources: readonly string[]
): Readonly<Record<string, unknown>> {
  return { rules: [{ apiGroups: [apiGroup], apiVersions: ['*'], operations: ['*'], resources }] };
}

/** The response of a webhook that lets a write pass and changes it. */
export function patching(...operations: readonly object[]): Readonly<Record<string, unknown>> {
  return {
    allowed: true,
    patchType: 'JSONPatch',
    patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
  };
}
