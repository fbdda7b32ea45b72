import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { oauthConfig } from '../../src/oauth/oauth-config.js';
import { call } from '../support/call.js';

const path = '/kapis/config.kubesphere.io/v1alpha2/configs/oauth';
const provider = {
  name: 'corp',
  mappingMethod: 'auto',
  type: 'LDAPIdentityProvider',
  provider: { host: 'ldap:389', managerPassword: 'x', clientSecret: 'y' },
};
const signKeyData = readFileSync(new URL('../../fixtures/keys/test-rs256.pem', import.meta.url)).toString(
  'base64',
);

test.for([
  [
    'v3.0',
    {
      identityProviders: [{ name: 'corp', mappingMethod: 'auto', type: 'LDAPIdentityProvider' }],
      clients: [{ Name: 'web', redirectURIs: ['*'] }],
      accessTokenMaxAge: 7200000000000,
      accessTokenInactivityTimeout: 7200000000000,
    },
  ],
  [
    'v3.4',
    {
      issuer: 'kubesphere',
      '-': signKeyData,
      identityProviders: [
        {
          name: 'corp',
          mappingMethod: 'auto',
          disableLoginConfirmation: false,
          type: 'LDAPIdentityProvider',
          provider: { host: 'ldap:389' },
        },
      ],
      clients: [{ name: 'web', redirectURIs: ['*'] }],
      accessTokenMaxAge: 7200000000000,
      accessTokenInactivityTimeout: 7200000000000,
    },
  ],
] as const)('%s prints its options without secrets', async ([release, expected]) => {
  const config = {
    authentication: {
      oauthOptions: {
        identityProviders: [provider],
        clients: [{ name: 'web', secret: 's', redirectURIs: ['*'] }],
        ...(release === 'v3.4' && { signKeyData }),
      },
    },
  };
  await using ks = await startFakeKsApiserver({ release, world: { config, objects: [] } });
  const answer = await call(ks.url, path);
  expect(answer.body).toBe(JSON.stringify(expected, null, 1));
});

test('4.1 prints issuer, providers and clients', async () => {
  const secret = (type: string, name: string, text: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: 'kubesphere-system', labels: { 'config.kubesphere.io/type': type } },
    type: `config.kubesphere.io/${type}`,
    data: { 'configuration.yaml': Buffer.from(text).toString('base64') },
  });
  const objects = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kubesphere-system' } },
    secret(
      'identityprovider',
      'idp',
      'name: corp\nmappingMethod: auto\ntype: LDAPIdentityProvider\nprovider:\n  host: ldap\n  managerPassword: x\n',
    ),
    secret(
      'oauthclient',
      'c1',
      'name: web\nsecret: s\nredirectURIs: ["https://x"]\naccessTokenMaxAgeSeconds: 700\n',
    ),
    secret('oauthclient', 'broken', '{{{'),
    { ...secret('oauthclient', 'wrong-type', 'name: hidden'), type: 'Opaque' },
  ];
  await using ks = await startFakeKsApiserver({ world: { objects } });
  expect(JSON.stringify(oauthConfig(ks.world))).toBe(
    JSON.stringify({
      issuer: {
        url: 'http://ks-console.kubesphere-system.svc:30880',
        accessTokenMaxAge: 7200000000000,
        accessTokenInactivityTimeout: 1800000000000,
        maximumClockSkew: 10000000000,
      },
      identityProviders: [
        {
          name: 'corp',
          mappingMethod: 'auto',
          type: 'LDAPIdentityProvider',
          hidden: false,
          disabled: false,
          displayName: '',
          provider: { host: 'ldap' },
        },
      ],
      clients: [
        {
          name: 'web',
          trusted: false,
          grantMethod: 'auto',
          redirectURIs: ['https://x'],
          accessTokenMaxAgeSeconds: 700,
        },
      ],
    }),
  );
});
