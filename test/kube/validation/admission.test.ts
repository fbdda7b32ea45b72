import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus } from '../../support/invalid-status.js';

const group = 'admissionregistration.k8s.io';
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

async function refused(kind: string, given: object): Promise<unknown> {
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`;
  const path = `/apis/${group}/v1/${plural.toLowerCase()}`;
  return (await admin.send('POST', path, { metadata: { name: 'x' }, ...given })).json;
}

const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
const sound = {
  name: 'a.example.com',
  clientConfig: { url: 'https://example.com/x' },
  rules: [rule],
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
};
const w = 'webhooks[0]';

type Row = readonly [what: string, hook: object, ...causes: string[]];

describe.for(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'])(
  'a %s is refused for',
  (kind) => {
    test.for<Row>([
      [
        'nothing that is needed',
        { name: '', clientConfig: {}, sideEffects: undefined, admissionReviewVersions: [] },
        `${w}.name: Required value`,
        `${w}.sideEffects: Required value: must specify one of None, NoneOnDryRun`,
        `${w}.clientConfig: Required value: exactly one of url or service is required`,
        `${w}.admissionReviewVersions: Required value: must specify one of v1, v1beta1`,
      ],
      [
        'a name of two parts',
        { name: 'example.com' },
        `${w}.name: Invalid value: "example.com": should be a domain with at least three segments separated by dots`,
      ],
      ['a name that is none', { name: 'A.b.c' }, `${w}.name: Invalid value: "A.b.c": ${subdomain}`],
      [
        'two places to ask',
        { clientConfig: { url: 'https://example.com', service: { name: 'a', namespace: 'b' } } },
        `${w}.clientConfig: Required value: exactly one of url or service is required`,
      ],
      [
        'an address that is not safe',
        { clientConfig: { url: 'http://example.com' } },
        `${w}.clientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
      ],
      [
        'a service at no port',
        { clientConfig: { service: { name: 'a', namespace: 'b', port: 70000 } } },
        `${w}.clientConfig.service.port: Invalid value: 70000: port is not valid: must be between 1 and 65535, inclusive`,
      ],
      [
        'a rule about nothing',
        { rules: [{}] },
        ...['operations', 'apiGroups', 'apiVersions', 'resources'].map(
          (key) => `${w}.rules[0].${key}: Required value`,
        ),
      ],
      [
        'a rule about everything and more',
        {
          rules: [
            {
              apiGroups: ['*', 'apps'],
              apiVersions: ['*', ''],
              operations: ['*', 'READ'],
              resources: ['*', 'pods/*', 'pods/log', '', 'pods'],
              scope: 'Wide',
            },
          ],
        },
        `${w}.rules[0].operations: Invalid value: []admissionregistration.OperationType{"*", "READ"}: if '*' is present, must not specify other operations`,
        `${w}.rules[0].operations[1]: Unsupported value: "READ": supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
        `${w}.rules[0].apiGroups: Invalid value: []string{"*", "apps"}: if '*' is present, must not specify other API groups`,
        `${w}.rules[0].apiVersions: Invalid value: []string{"*", ""}: if '*' is present, must not specify other API versions`,
        `${w}.rules[0].apiVersions[1]: Required value`,
        `${w}.rules[0].resources[2]: Invalid value: "pods/log": if 'pods/*' is present, must not specify pods/log`,
        `${w}.rules[0].resources[3]: Required value`,
        `${w}.rules[0].resources: Invalid value: []string{"*", "pods/*", "pods/log", "", "pods"}: if '*' is present, must not specify other resources without subresources`,
        `${w}.rules[0].scope: Unsupported value: "Wide": supported values: "*", "Cluster", "Namespaced"`,
      ],
      [
        'policies nobody knows, effects, and patience without end',
        { failurePolicy: 'Cry', matchPolicy: 'Close', sideEffects: 'Some', timeoutSeconds: 31 },
        `${w}.failurePolicy: Unsupported value: "Cry": supported values: "Fail", "Ignore"`,
        `${w}.matchPolicy: Unsupported value: "Close": supported values: "Equivalent", "Exact"`,
        `${w}.sideEffects: Unsupported value: "Some": supported values: "None", "NoneOnDryRun"`,
        `${w}.timeoutSeconds: Invalid value: 31: the timeout value must be between 1 and 30 seconds`,
      ],
      [
        'a selector that is none',
        { objectSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
        `${w}.objectSelector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
      ],
      [
        'reviews nobody writes',
        { admissionReviewVersions: ['v2', 'v2', 'V'] },
        `${w}.admissionReviewVersions[1]: Invalid value: "v2": duplicate version`,
        `${w}.admissionReviewVersions[2]: Invalid value: "V": ${dns1035}`,
        `${w}.admissionReviewVersions: Invalid value: []string{"v2", "v2", "V"}: must include at least one of v1, v1beta1`,
      ],
      [
        'conditions that are none',
        {
          matchConditions: [
            { name: 'a', expression: '1' },
            { name: 'a', expression: ' ' },
            { expression: 'true' },
          ],
        },
        `${w}.matchConditions[0].expression: Invalid value: "1": must evaluate to bool but got int`,
        `${w}.matchConditions[1].expression: Required value`,
        `${w}.matchConditions[1].name: Duplicate value: "a"`,
        `${w}.matchConditions[2].name: Required value`,
      ],
    ])('%s', async ([, hook, ...causes]) => {
      const { json } = { json: await refused(kind, { webhooks: [{ ...sound, ...hook }] }) };
      expect(json).toEqual(invalidStatus({ kind, group }, 'x', causes));
    });

    test('two webhooks of one name', async () => {
      expect(await refused(kind, { webhooks: [sound, sound] })).toEqual(
        invalidStatus({ kind, group }, 'x', ['webhooks[1].name: Duplicate value: "a.example.com"']),
      );
    });
  },
);

test('a mutating webhook is refused for an unknown policy on being asked again', async () => {
  const kind = 'MutatingWebhookConfiguration';
  expect(await refused(kind, { webhooks: [{ ...sound, reinvocationPolicy: 'Often' }] })).toEqual(
    invalidStatus({ kind, group }, 'x', [
      `${w}.reinvocationPolicy: Unsupported value: "Often": supported values: "IfNeeded", "Never"`,
    ]),
  );
});

const policy = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }] };

describe('a ValidatingAdmissionPolicy is refused for', () => {
  test.for<readonly [what: string, spec: object, ...causes: string[]]>([
    [
      'saying nothing',
      { matchConstraints: undefined, validations: [] },
      'spec.matchConstraints: Required value',
      'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
      'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
    ],
    ['being about nothing', { matchConstraints: {} }, 'spec.matchConstraints.resourceRules: Required value'],
    [
      'resources it names twice or badly',
      { matchConstraints: { resourceRules: [{ ...rule, resourceNames: ['a', 'a', 'b/c'] }] } },
      'spec.matchConstraints.resourceRules[0].resourceNames[1]: Duplicate value: "a"',
      `spec.matchConstraints.resourceRules[0].resourceNames[2]: Invalid value: "b/c": may not contain '/'`,
    ],
    [
      'a failure policy and a reason nobody knows',
      { failurePolicy: 'Cry', validations: [{ expression: 'true', reason: 'Mood' }] },
      'spec.failurePolicy: Unsupported value: "Cry": supported values: "Fail", "Ignore"',
      'spec.validations[0].reason: Unsupported value: "Mood": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ],
    [
      'parameters of no kind',
      { paramKind: { apiVersion: 'a/b/c' } },
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      'spec.paramKind.kind: Required value',
    ],
    [
      'variables that are none',
      { variables: [{}, { name: 'for', expression: 'true' }] },
      'spec.variables[0].name: Required value: name is not specified',
      'spec.variables[0].expression: Required value: expression is not specified',
      'spec.variables[1].name: Invalid value: "for": name is not a valid CEL identifier',
    ],
    [
      'validations that do not judge, and messages that say nothing',
      {
        validations: [
          { expression: "'a'", message: 'a\nb' },
          { expression: 'true', messageExpression: ' ' },
          {},
        ],
      },
      `spec.validations[0].expression: Invalid value: "'a'": must evaluate to bool but got string`,
      'spec.validations[0].message: Invalid value: "a\\nb": message must not contain line breaks',
      'spec.validations[1].messageExpression: Invalid value: " ": must be non-empty if specified',
      'spec.validations[2].expression: Required value: expression is not specified',
    ],
    [
      'annotations that are none',
      {
        auditAnnotations: [
          { key: 'a', valueExpression: '1' },
          { key: 'a', valueExpression: '' },
        ],
      },
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
      'spec.auditAnnotations[1].valueExpression: Required value: valueExpression is not specified',
      'spec.auditAnnotations[1].key: Duplicate value: "a"',
    ],
  ])('%s', async ([, spec, ...causes]) => {
    const kind = 'ValidatingAdmissionPolicy';
    expect(await refused(kind, { spec: { ...policy, ...spec } })).toEqual(
      invalidStatus({ kind, group }, 'x', causes),
    );
  });
});

describe('a ValidatingAdmissionPolicyBinding is refused for', () => {
  test.for<readonly [what: string, spec: object, ...causes: string[]]>([
    [
      'saying nothing',
      {},
      'spec.policyName: Required value',
      'spec.validationActions: Required value: at least one validation action is required',
    ],
    [
      'actions twice, unknown, or one beside what makes it useless',
      { policyName: 'p', validationActions: ['Deny', 'Deny', 'Shout', 'Warn'] },
      'spec.validationActions[1]: Duplicate value: "Deny"',
      'spec.validationActions[2]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
      'spec.validationActions: Invalid value: []admissionregistration.ValidationAction{"Deny", "Deny", "Shout", "Warn"}: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
    [
      'parameters by name and by label',
      { policyName: 'p', validationActions: ['Deny'], paramRef: { name: 'a', selector: {} } },
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Required value',
    ],
    [
      'parameters that are none',
      { policyName: 'p', validationActions: ['Deny'], paramRef: { parameterNotFoundAction: 'Cry' } },
      'spec.paramRef: Required value: one of name or selector must be specified',
      'spec.paramRef.parameterNotFoundAction: Unsupported value: "Cry": supported values: "Deny", "Allow"',
    ],
  ])('%s', async ([, spec, ...causes]) => {
    const kind = 'ValidatingAdmissionPolicyBinding';
    expect(await refused(kind, { spec })).toEqual(invalidStatus({ kind, group }, 'x', causes));
  });
});
