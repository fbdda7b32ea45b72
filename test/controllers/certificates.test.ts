import { createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as, type Answer, type Asker } from '../support/ask.js';
import { jane } from '../support/certificate-request.js';

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

function request(spec: object = {}): object {
  return {
    metadata: { name: 'jane' },
    spec: {
      request: Buffer.from(jane).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['digital signature', 'client auth'],
      username: 'somebody else',
      ...spec,
    },
  };
}

async function approve(admin: Asker): Promise<Answer> {
  const { json } = await admin.get(`${path}/jane`);
  const conditions = [{ type: 'Approved', status: 'True', reason: 'KubectlApprove', message: 'fine' }];
  return admin.send('PUT', `${path}/jane/approval`, { ...json, status: { conditions } });
}

describe('a certificate signing request', () => {
  test('is signed once it is approved', async () => {
    await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z' });
    const admin = await as(ks, 'admin');
    const made = await admin.send('POST', path, request({ expirationSeconds: 3600 }));
    expect([made.status, made.json.spec['username'], made.json.spec['groups']]).toEqual([
      201,
      'system:serviceaccount:kubesphere-system:kubesphere',
      ['system:serviceaccounts', 'system:serviceaccounts:kubesphere-system', 'system:authenticated'],
    ]);
    expect((await approve(admin)).status).toBe(200);
    const { status } = (await admin.get(`${path}/jane`)).json as unknown as {
      readonly status: { readonly certificate: string };
    };
    const certificate = new X509Certificate(Buffer.from(status.certificate, 'base64'));
    expect(certificate).toMatchObject({
      subject: 'O=dev\nCN=jane',
      issuer: 'CN=kubernetes',
      validFrom: 'Jan  2 02:59:05 2026 GMT',
      validTo: 'Jan  2 04:04:05 2026 GMT',
      ca: false,
      keyUsage: ['1.3.6.1.5.5.7.3.2'],
    });
    const key = readFileSync(new URL('../../fixtures/keys/test-rs256.pem', import.meta.url), 'utf8');
    expect(certificate.verify(createPublicKey(key))).toBe(true);
  });

  test('gives the same certificate in every run', async () => {
    const run = async (): Promise<unknown> => {
      await using ks = await startFakeKsApiserver({ now: '2026-01-02T03:04:05Z', seed: 7 });
      const admin = await as(ks, 'admin');
      await admin.send('POST', path, request());
      await approve(admin);
      return (await admin.get(`${path}/jane`)).json['status'];
    };
    expect(await run()).toEqual(await run());
  });

  test('cannot be changed, and fails with usages its signer does not give', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', path, request({ usages: ['server auth'] }));
    const patch = { spec: { usages: ['client auth'] } };
    const patched = await admin.send('PATCH', `${path}/jane`, patch, 'application/merge-patch+json');
    expect([patched.status, patched.json.spec['usages']]).toEqual([200, ['server auth']]);
    await approve(admin);
    expect((await admin.get(`${path}/jane`)).json['status']).toMatchObject({
      conditions: [
        { type: 'Approved' },
        {
          type: 'Failed',
          reason: 'SignerValidationFailure',
          message: 'invalid usage for client certificate: server auth',
        },
      ],
    });
  });

  test('of another signer is left to that signer', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    await admin.send('POST', path, request({ signerName: 'example.com/mine' }));
    await approve(admin);
    expect((await admin.get(`${path}/jane`)).json['status']).not.toHaveProperty('certificate');
  });

  test.for([
    [
      { request: Buffer.from('hi').toString('base64') },
      'spec.request: Invalid value: []byte{0x68, 0x69}: PEM block type must be CERTIFICATE REQUEST',
    ],
    [{ usages: [] }, 'spec.usages: Required value'],
    [{ usages: ['client auth', 'client auth'] }, 'spec.usages[1]: Duplicate value: "client auth"'],
    [{ signerName: '' }, 'spec.signerName: Required value'],
    [
      { expirationSeconds: 5 },
      'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ] as const)('is refused with %j', async ([spec, why]) => {
    await using ks = await startFakeKsApiserver();
    const { status, json } = await (await as(ks, 'admin')).send('POST', path, request(spec));
    expect([status, json['message']]).toEqual([
      422,
      `CertificateSigningRequest.certificates.k8s.io "jane" is invalid: ${why}`,
    ]);
  });

  test('whose bytes were tampered with is refused', async () => {
    await using ks = await startFakeKsApiserver();
    const admin = await as(ks, 'admin');
    const tampered = jane.replace(/A(.{8}\n-----END)/, 'B$1').replace('MI', 'MJ');
    const answer = await admin.send(
      'POST',
      path,
      request({ request: Buffer.from(tampered).toString('base64') }),
    );
    expect(answer.status).toBe(422);
  });
});
