import { X509Certificate } from 'node:crypto';
import { dig, digArray, digString, type Json } from '../../core/json.js';
import { sameJson } from '../../core/same-json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { quote } from '../../core/api-error.js';
import { nameProblems } from '../../registry/names.js';
import { readCertificateRequest } from '../certificates/certificate-request.js';
import {
  duplicate,
  forbidden,
  invalidShown,
  invalidValue,
  required,
  unsupported,
  type Cause,
} from './causes.js';

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
    ...given.flatMap((usage, at) =>
      usages.includes(usage) ? [] : [unsupported(`spec.usages[${String(at)}]`, usage, usages)],
    ),
    ...given.flatMap((usage, at) =>
      given.indexOf(usage) < at ? [duplicate(`spec.usages[${String(at)}]`, usage)] : [],
    ),
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

const decisions = ['Approved', 'Denied'];
const lasting = [...decisions, 'Failed'];

/**
 * What is wrong with the status of a request somebody writes: decisions are made elsewhere, and what is issued stays.
 *
 * @see kubernetes/kubernetes pkg/apis/certificates/validation/validation.go ValidateCertificateSigningRequestStatusUpdate
 */
export function certificateStatusProblems(object: KubeObject, previous: KubeObject): Cause[] {
  const [now, was] = [object, previous].map((one) => digArray(one, 'status', 'conditions')) as [
    readonly Json[],
    readonly Json[],
  ];
  const causes = conditionProblems(now);
  const [issued, before] = [object, previous].map((one) => digString(one, 'status', 'certificate'));
  const field = 'status.certificate';
  if (issued !== before && issued !== undefined && issued !== '') {
    const why = certificateProblem(Buffer.from(issued, 'base64').toString('latin1'));
    if (why !== undefined) causes.push(invalidValue(field, '<certificate data>', why));
  }
  const typed = (list: readonly Json[], type: string): readonly Json[] =>
    list.filter((one) => digString(one, 'type') === type);
  const refused = (verb: string, type: string): void => {
    const why = `updates may not ${verb} a condition of type ${quote(type)}`;
    causes.push(forbidden('status.conditions', why));
  };
  for (const type of lasting) if (typed(now, type).length < typed(was, type).length) refused('remove', type);
  for (const type of decisions) {
    const [next, old] = [typed(now, type), typed(was, type)];
    if (next.length > old.length) refused('add', type);
    // Differs from Kubernetes: the real text goes on with a diff of the two Go structs.
    else if (next.length === old.length && !sameJson(next, old)) refused('modify', type);
  }
  if (issued !== before && before !== '' && before !== undefined)
    causes.push(forbidden(field, 'updates may not modify existing certificate content'));
  return causes;
}

/** What is wrong with the conditions of a request. */
export function conditionProblems(conditions: readonly Json[]): Cause[] {
  const seen = new Set<string>();
  return conditions.flatMap((condition, at) => {
    const field = `status.conditions[${String(at)}]`;
    const [type, status] = [digString(condition, 'type'), digString(condition, 'status')];
    const known = lasting.includes(type) ? ['True'] : ['False', 'True', 'Unknown'];
    const causes = type === '' ? [required(`${field}.type`)] : [];
    if (status === '') causes.push(required(`${field}.status`));
    else if (!known.includes(status)) causes.push(unsupported(`${field}.status`, status, known));
    const other = decisions.find((one) => one !== type);
    if (decisions.includes(type) && other !== undefined && seen.has(other)) {
      const why = 'Approved and Denied conditions are mutually exclusive';
      causes.push(invalidValue(`${field}.type`, type, why));
    }
    if (seen.has(type)) causes.push(duplicate(`${field}.type`, type));
    seen.add(type);
    return causes;
  });
}

/** Why a text holds no certificates alone, in the words of kube-apiserver. */
function certificateProblem(text: string): string | undefined {
  const blocks = [
    ...text.matchAll(/-----BEGIN ([^-]+)-----\r?\n((?:[^\n]*: [^\n]*\n)*)([^-]*)-----END \1-----/g),
  ];
  for (const [block, type = '', headers = ''] of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${quote(type)}`;
    if (headers !== '') return 'no PEM block headers are permitted';
    try {
      new X509Certificate(block);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

/** @see kubernetes/kubernetes pkg/apis/certificates/validation/validation.go ValidateSignerName */
function signerProblems(name: string): Cause[] {
  const field = 'spec.signerName';
  if (name === '') return [required(field)];
  if (name === 'kubernetes.io/legacy-unknown')
    return [invalidValue(field, name, 'the legacy signerName is not allowed via this API version')];
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
