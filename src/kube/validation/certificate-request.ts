import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { readCertificateRequest } from '../certificates/certificate-request.js';
import { duplicate, invalidShown, required, unsupported, type Cause } from './causes.js';

const usages = [
  ...[
    'any',
    'cert sign',
    'client auth',
    'code signing',
    'content commitment',
    'crl sign',
    'data encipherment',
  ],
  ...['decipher only', 'digital signature', 'email protection', 'encipher only', 'ipsec end system'],
  ...['ipsec tunnel', 'ipsec user', 'key agreement', 'key encipherment', 'microsoft sgc', 'netscape sgc'],
  ...['ocsp signing', 's/mime', 'server auth', 'signing', 'timestamping'],
];

/**
 * What is wrong with a certificate signing request.
 *
 * @see kubernetes/kubernetes pkg/apis/certificates/validation/validation.go
 */
export function certificateRequestProblems(object: KubeObject, previous: KubeObject | undefined): Cause[] {
  if (previous !== undefined) return [];
  const given = digArray(object, 'spec', 'usages').map(String);
  const seconds = dig(object, 'spec', 'expirationSeconds');
  return [
    ...requestProblems(Buffer.from(digString(object, 'spec', 'request'), 'base64')),
    ...(given.length === 0 ? [required('spec.usages')] : []),
    ...given.flatMap((usage, at) => {
      const field = `spec.usages[${String(at)}]`;
      if (!usages.includes(usage)) return [unsupported(field, usage, usages)];
      return given.indexOf(usage) < at ? [duplicate(field, usage)] : [];
    }),
    ...(digString(object, 'spec', 'signerName') === '' ? [required('spec.signerName')] : []),
    ...(typeof seconds === 'number' && seconds < 600
      ? [
          invalidShown(
            'spec.expirationSeconds',
            String(seconds),
            'may not specify a duration less than 600 seconds (10 minutes)',
          ),
        ]
      : []),
  ];
}

function requestProblems(request: Buffer): Cause[] {
  try {
    readCertificateRequest(request.toString('utf8'));
    return [];
  } catch (error) {
    const shown = `[]byte{${[...request].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`;
    return [invalidShown('spec.request', shown, error instanceof Error ? error.message : String(error))];
  }
}
