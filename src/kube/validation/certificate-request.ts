import { dig, digArray, digString } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { quote } from '../../core/api-error.js';
import { nameProblems } from '../../registry/names.js';
import { readCertificateRequest } from '../certificates/certificate-request.js';
import { duplicate, invalidShown, invalidValue, required, unsupported, type Cause } from './causes.js';

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
    ...signerProblems(digString(object, 'spec', 'signerName')),
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

/** @see kubernetes/kubernetes pkg/apis/certificates/validation/validation.go ValidateSignerName */
function signerProblems(name: string): Cause[] {
  const field = 'spec.signerName';
  if (name === '') return [required(field)];
  const [domain = '', path = '', ...more] = name.split('/');
  const wanted = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
  if (!name.includes('/') || more.length > 0) return [invalidValue(field, name, wanted)];
  const causes = labelCauses(field, domain);
  if (!domain.includes('.'))
    causes.push(
      invalidValue(field, domain, 'should be a domain with at least two segments separated by dots'),
    );
  return [...causes, ...labelCauses(field, path)];
}

/** What is wrong with the first of the labels between dots that anything is wrong with. */
function labelCauses(field: string, text: string): Cause[] {
  for (const label of text.split('.')) {
    const problems = nameProblems(label, 'label');
    if (problems.length > 0)
      return problems.map((why) => invalidValue(field, text, `validating label ${quote(label)}: ${why}`));
  }
  return [];
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
