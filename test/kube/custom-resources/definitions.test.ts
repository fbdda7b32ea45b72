import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.js';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetsPath, widgetVersion } from './widget.js';

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

/** A schema whose spec has these members. */
function specOf(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties: { spec: { type: 'object', properties, ...more } } };
}

/** A schema whose member `spec.a` is this one. */
function member(schema: JsonObject): JsonObject {
  return specOf({ a: schema });
}

async function problemsOf(definition: JsonObject): Promise<readonly string[]> {
  const { status, json } = await admin.send('POST', `${definitionsPath}?dryRun=All`, definition);
  if (status === 201) return [];
  const { causes } = json['details'] as { causes: { field: string; message: string }[] };
  return causes.map(({ field, message }) => `${field}: ${message}`);
}

const root = 'spec.validation.openAPIV3Schema';
const a = `${root}.properties[spec].properties[a]`;
const text = { type: 'string' };
const map = { type: 'array', 'x-kubernetes-list-type': 'map' };
const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

describe('a definition is refused for a schema', () => {
  test.for<readonly [what: string, schema: JsonObject, ...problems: string[]]>([
    ['of a list of nothing', member({ type: 'array' }), `${a}.items: Required value: must be specified`],
    [
      'of lists in lists of nothing',
      member({ type: 'array', items: { type: 'array' } }),
      `${a}.items.items: Required value: must be specified`,
    ],
    [
      'with a type nobody knows',
      member({ type: 'text' }),
      `${a}.type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
    ],
    [
      'of nothing but null',
      member({ type: 'null' }),
      `${a}.type: Unsupported value: "null": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      `${a}.type: Forbidden: type cannot be set to null, use nullable as an alternative`,
    ],
    [
      'with keywords that are not for definitions',
      member({ ...text, id: 'x', $ref: '#/y', definitions: { b: text }, patternProperties: { c: text } }),
      ...['id', 'patternProperties', 'definitions', '$ref'].map(
        (key) => `${a}.${key}: Forbidden: ${key} is not supported`,
      ),
    ],
    [
      'of items that are one each',
      member({ type: 'array', items: [text] }),
      `${a}.items: Forbidden: items must be a schema object and not an array`,
    ],
    [
      'that can be null at the root',
      { type: 'object', nullable: true },
      `${root}.nullable: Forbidden: nullable cannot be true at the root`,
    ],
    [
      'of another type at the root',
      { type: 'array', items: text },
      `${root}.type: Invalid value: "array": must be object at the root`,
    ],
    [
      'that says what a resource is in other types',
      { type: 'object', properties: { kind: { type: 'integer' }, metadata: { type: 'string' } } },
      `${root}.properties[kind].type: Invalid value: "integer": must be string`,
      `${root}.properties[metadata].type: Invalid value: "string": must be object`,
    ],
    [
      'that says more of metadata than names',
      {
        type: 'object',
        properties: { metadata: { type: 'object', properties: { name: text, labels: { type: 'object' } } } },
      },
      `${root}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
    ],
    [
      'with a default for the kind',
      { type: 'object', properties: { kind: { ...text, default: 'x' } } },
      `${root}.properties[kind].default: Forbidden: must not be set in top-level kind`,
    ],
    [
      'with everything that belongs outside of alternatives',
      specOf(
        { a: text },
        {
          anyOf: [
            {
              properties: { a: { description: 'x', default: 'y', nullable: true, title: 'z' } },
              additionalProperties: false,
              'x-kubernetes-preserve-unknown-fields': true,
            },
          ],
        },
      ),
      `${root}.properties[spec].anyOf[0].additionalProperties: Forbidden: must be undefined to be structural`,
      `${root}.properties[spec].anyOf[0].properties[a].default: Forbidden: must be undefined to be structural`,
      `${root}.properties[spec].anyOf[0].properties[a].description: Forbidden: must be empty to be structural`,
      `${root}.properties[spec].anyOf[0].properties[a].nullable: Forbidden: must be false to be structural`,
      `${root}.properties[spec].anyOf[0].properties[a].title: Forbidden: must be empty to be structural`,
      `${root}.properties[spec].anyOf[0].x-kubernetes-preserve-unknown-fields: Forbidden: must be false to be structural`,
      `${root}.properties[spec].anyOf[0].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive`,
    ],
    [
      'with an alternative that speaks of what is nowhere described',
      { type: 'object', not: { properties: { b: { enum: ['x'] } } } },
      `${root}.properties[b]: Required value: because it is defined in ${root}.not.properties[b]`,
    ],
    [
      'of a number or a text that is a resource and keeps anything',
      member({
        'x-kubernetes-int-or-string': true,
        'x-kubernetes-preserve-unknown-fields': true,
        'x-kubernetes-embedded-resource': true,
      }),
      `${a}.type: Required value: must be object if x-kubernetes-embedded-resource is true`,
      `${a}.x-kubernetes-embedded-resource: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
      `${a}.x-kubernetes-preserve-unknown-fields: Invalid value: true: must be false if x-kubernetes-int-or-string is true`,
    ],
    [
      'of a resource that says nothing of itself',
      member({ type: 'object', 'x-kubernetes-embedded-resource': true }),
      `${a}.properties: Required value: must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields`,
    ],
    [
      'that says it keeps nothing',
      member({ type: 'object', 'x-kubernetes-preserve-unknown-fields': false }),
      `${a}.x-kubernetes-preserve-unknown-fields: Invalid value: false: must be true or undefined`,
    ],
    [
      'with a pattern that is none',
      member({ ...text, pattern: '(' }),
      `${a}.pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
    ],
    [
      'with a default of members nobody knows',
      member({ type: 'object', properties: { b: text }, default: { b: 'x', c: [1, null, 1.5] } }),
      `${a}.default: Invalid value: map[string]interface {}{"b":"x", "c":[]interface {}{1, interface {}(nil), 1.5}}: must not have unknown fields`,
    ],
    [
      'with a default that only fits with the defaults within',
      member({
        type: 'object',
        required: ['b'],
        properties: { b: { ...text, default: 'x' } },
        default: {},
      }),
      `${a}.default.b: Required value`,
    ],
    [
      'with a default that breaks a rule',
      member({ type: 'integer', default: 3, 'x-kubernetes-validations': [{ rule: 'self < 3' }] }),
      `${a}.default: Invalid value: "integer": failed rule: self < 3`,
    ],
    [
      'of a list told apart by keys without keys and items',
      member(map),
      `${a}.items: Required value: must be specified`,
      `${a}.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
      `${a}.items: Required value: must have a schema if x-kubernetes-list-type is map`,
    ],
    [
      'of a list of texts told apart by keys',
      member({ ...map, 'x-kubernetes-list-map-keys': ['name'], items: text }),
      `${a}.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    ],
    [
      'of a list told apart by keys that are none',
      member({
        ...map,
        'x-kubernetes-list-map-keys': ['n', 'n', 'l', 'x'],
        items: {
          type: 'object',
          nullable: true,
          properties: { n: { ...text, nullable: true }, l: { type: 'array', items: text } },
        },
      }),
      `${a}.x-kubernetes-list-map-keys: Invalid value: []string{"n", "n", "l", "x"}: must not contain duplicate entries`,
      `${a}.items.properties[l].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
      `${a}.x-kubernetes-list-map-keys: Invalid value: []string{"n", "n", "l", "x"}: entries must all be names of item properties`,
      `${a}.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is map`,
      ...['n', 'n', 'l'].flatMap((key) => [
        `${a}.items.properties[${key}].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
        ...(key === 'n'
          ? [
              `${a}.items.properties[n].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable`,
            ]
          : []),
      ]),
    ],
    [
      'of keys of a list that has none',
      member({ type: 'array', items: text, 'x-kubernetes-list-map-keys': ['name'] }),
      `${a}.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty`,
    ],
    [
      'of kinds of lists and maps nobody knows, on what is neither',
      member({ ...text, 'x-kubernetes-list-type': 'bag', 'x-kubernetes-map-type': 'flat' }),
      `${a}.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified`,
      `${a}.x-kubernetes-map-type: Unsupported value: "flat": supported values: "atomic", "granular"`,
      `${a}.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified`,
      `${a}.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"`,
    ],
    [
      'of a set of things with parts',
      member({ type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } }),
      `${a}.items.x-kubernetes-map-type: Invalid value: "null": must be atomic as item of a list with x-kubernetes-list-type=set`,
    ],
    [
      'with rules that are written badly',
      member({
        type: 'object',
        properties: { b: text },
        'x-kubernetes-validations': [
          { rule: ' ' },
          { rule: 'true', message: ' ' },
          { rule: 'true', message: 'a\nb' },
          { rule: 'true &&\ntrue' },
          { rule: 'true', reason: 'Why', fieldPath: '.c', messageExpression: ' ' },
        ],
      }),
      `${a}.x-kubernetes-validations[0].rule: Required value: rule is not specified`,
      `${a}.x-kubernetes-validations[1].message: Invalid value: " ": message must be non-empty if specified`,
      `${a}.x-kubernetes-validations[2].message: Invalid value: "a\\nb": message must not contain line breaks`,
      `${a}.x-kubernetes-validations[3].message: Required value: message must be specified if rule contains line breaks`,
      `${a}.x-kubernetes-validations[4].messageExpression: Required value: messageExpression must be non-empty if specified`,
      `${a}.x-kubernetes-validations[4].reason: Unsupported value: "Why": supported values: "FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"`,
      `${a}.x-kubernetes-validations[4].fieldPath: Invalid value: ".c": fieldPath must be a valid path`,
    ],
    [
      'with a rule on what was there before, where that cannot be told',
      member({
        type: 'array',
        maxItems: 9,
        items: { ...text, maxLength: 9, 'x-kubernetes-validations': [{ rule: 'self == oldSelf' }] },
      }),
      `${a}.items.x-kubernetes-validations[0].rule: Invalid value: "self == oldSelf": oldSelf cannot be used on the uncorrelatable portion of the schema within ${a}`,
    ],
    [
      'with a rule that says it can do without what it does not ask for',
      member({ ...text, 'x-kubernetes-validations': [{ rule: "self != ''", optionalOldSelf: true }] }),
      `${a}.x-kubernetes-validations[0].optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule`,
    ],
  ])('%s', async ([, schema, ...problems]) => {
    expect(await problemsOf(widgetDefinition([widgetVersion(schema)]))).toEqual(problems);
  });

  test('of one version, by the name of that version', async () => {
    const versions = [
      widgetVersion(member(text)),
      widgetVersion(member({ type: 'array' }), { name: 'v2', storage: false }),
    ];
    const place = 'spec.versions[1].schema.openAPIV3Schema.properties[spec].properties[a]';
    expect(await problemsOf(widgetDefinition(versions))).toEqual([
      `${place}.items: Required value: must be specified`,
    ]);
  });

  test('that says how many members there are, when its status is written by itself', async () => {
    const schema = { ...member(text), maxProperties: 3 };
    const [problem] = await problemsOf(
      widgetDefinition([widgetVersion(schema, { subresources: { status: {} } })]),
    );
    expect(problem).toMatch(
      /^spec.validation.openAPIV3Schema: Invalid value: .*: only \[Description Type .* XValidations\] fields are allowed at the root of the schema if the status subresource is enabled$/,
    );
  });

  test('whose rule cannot be read, with the rule as Go prints it', async () => {
    const schema = member({ ...text, 'x-kubernetes-validations': [{ rule: 'self ==' }] });
    const [problem] = await problemsOf(widgetDefinition([widgetVersion(schema)]));
    expect(problem).toContain(
      `${a}.x-kubernetes-validations[0].rule: Invalid value: apiextensions.ValidationRule{Rule:"self ==", Message:"", MessageExpression:"", Reason:(*apiextensions.FieldValueErrorReason)(nil), FieldPath:"", OptionalOldSelf:(*bool)(nil)}: compilation failed: ERROR: <input>:`,
    );
  });
});

describe('a definition is refused for', () => {
  const schema = member(text);
  const one = (more: JsonObject): JsonObject => widgetDefinition([widgetVersion(schema, more)]);
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
  const converted = (conversion: JsonObject): JsonObject =>
    widgetDefinition([widgetVersion(schema)], { conversion });
  test.for<readonly [what: string, definition: JsonObject, ...problems: string[]]>([
    [
      'names that are none',
      widgetDefinition([widgetVersion(schema)], {
        names: {
          ...names,
          singular: 'Widget',
          kind: 'W_',
          listKind: 'W_',
          shortNames: ['W'],
          categories: ['1'],
        },
      }),
      `spec.names.singular: Invalid value: "Widget": ${dns1035}`,
      `spec.names.kind: Invalid value: "W_": may have mixed case, but should otherwise match: ${dns1035}`,
      `spec.names.listKind: Invalid value: "W_": may have mixed case, but should otherwise match: ${dns1035}`,
      `spec.names.shortNames[0]: Invalid value: "W": ${dns1035}`,
      'spec.names.listKind: Invalid value: "W_": kind and listKind may not be the same',
      `spec.names.categories[0]: Invalid value: "1": ${dns1035}`,
    ],
    [
      'a version of a bad name, twice',
      one({ name: '1' }),
      `spec.versions[0].name: Invalid value: "1": ${dns1035}`,
      `spec.version: Invalid value: "1": ${dns1035}`,
    ],
    [
      'versions of one name',
      widgetDefinition([widgetVersion(schema), widgetVersion(schema, { storage: false })]),
      'spec.versions: Invalid value: []apiextensions.CustomResourceDefinitionVersion{apiextensions.CustomResourceDefinitionVersion{Name:"v1", Served:true, Storage:true, Deprecated:false, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}, apiextensions.CustomResourceDefinitionVersion{Name:"v1", Served:true, Storage:false, Deprecated:false, DeprecationWarning:(*string)(nil), Schema:(*apiextensions.CustomResourceValidation)(nil), Subresources:(*apiextensions.CustomResourceSubresources)(nil), AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil), SelectableFields:[]apiextensions.SelectableField(nil)}}: must contain unique version names',
    ],
    [
      'a warning of a version that is not deprecated',
      one({ deprecationWarning: 'old' }),
      'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
    ],
    [
      'an empty warning',
      one({ deprecated: true, deprecationWarning: '' }),
      'spec.versions[0].deprecationWarning: Invalid value: "": must not be an empty string',
    ],
    [
      'a warning that cannot be printed',
      one({ deprecated: true, deprecationWarning: 'ä\tb' }),
      'spec.versions[0].deprecationWarning: Invalid value: "ä\\tb": must only contain printable UTF-8 characters; non-printable character found at index 2',
    ],
    [
      'a scale without paths, or with wrong ones',
      one({ subresources: { scale: { statusReplicasPath: '.spec.x', labelSelectorPath: 'x' } } }),
      'spec.subresources.scale.specReplicasPath: Required value',
      'spec.subresources.scale.statusReplicasPath: Invalid value: ".spec.x": should be a json path under .status',
      'spec.subresources.scale.labelSelectorPath: Invalid value: "x": must be a simple json path starting with .',
    ],
    [
      'columns that show nothing',
      one({ additionalPrinterColumns: [{}, { name: 'a', type: 'string', format: 'x', jsonPath: 'a' }] }),
      'spec.additionalPrinterColumns[0].name: Required value',
      'spec.additionalPrinterColumns[0].type: Required value: must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Required value',
      'spec.additionalPrinterColumns[1].format: Invalid value: "x": must be one of byte,date,date-time,double,float,int32,int64,password',
      'spec.additionalPrinterColumns[1].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    ],
    [
      'fields to select by that are none',
      one({
        selectableFields: ['', '.spec', '.spec.b', ".spec['a']", '.spec.a', '.spec.a'].map((jsonPath) => ({
          jsonPath,
        })),
      }),
      'spec.selectableFields[0].jsonPath: Required value',
      'spec.selectableFields[1].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec.b": is an invalid path: does not refer to a valid field',
      `spec.selectableFields[3].jsonPath: Invalid value: ".spec['a']": is an invalid path: array notation is not allowed`,
      'spec.selectableFields[5].jsonPath: Duplicate value: ".spec.a"',
    ],
    [
      'a conversion nobody knows',
      converted({ strategy: 'Magic' }),
      'spec.conversion.strategy: Unsupported value: "Magic": supported values: "None", "Webhook"',
    ],
    [
      'a webhook without a conversion',
      converted({ strategy: 'None', webhook: { clientConfig: {}, conversionReviewVersions: ['v1'] } }),
      ...['webhookClientConfig', 'conversionReviewVersions'].map(
        (key) => `spec.conversion.${key}: Forbidden: should not be set when strategy is not set to Webhook`,
      ),
    ],
    [
      'a conversion without a webhook',
      converted({ strategy: 'Webhook' }),
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ],
    [
      'a webhook that cannot be called, and reviews it does not know',
      converted({
        strategy: 'Webhook',
        webhook: {
          clientConfig: { url: 'http://u:p@/a?b#c' },
          conversionReviewVersions: ['v3', 'v3'],
        },
      }),
      `spec.conversion.webhookClientConfig.url: Invalid value: "http": 'https' is the only allowed URL scheme; desired format: https://host[/path]`,
      'spec.conversion.webhookClientConfig.url: Invalid value: "": host must be specified; desired format: https://host[/path]',
      'spec.conversion.webhookClientConfig.url: Invalid value: "u:p": user information is not permitted in the URL',
      'spec.conversion.webhookClientConfig.url: Invalid value: "c": fragments are not permitted in the URL',
      'spec.conversion.webhookClientConfig.url: Invalid value: "b": query parameters are not permitted in the URL',
      'spec.conversion.conversionReviewVersions[1]: Invalid value: "v3": duplicate version',
      'spec.conversion.conversionReviewVersions: Invalid value: []string{"v3", "v3"}: must include at least one of v1, v1beta1',
    ],
    [
      'keeping all that is unknown',
      widgetDefinition([widgetVersion(schema)], { preserveUnknownFields: true }),
      'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    ],
    [
      'an approval that is none',
      {
        ...widgetDefinition([widgetVersion(schema)], { group: 'x.k8s.io' }),
        metadata: { name: 'widgets.x.k8s.io', annotations: { 'api-approved.kubernetes.io': 'yes' } },
      },
      'metadata.annotations[api-approved.kubernetes.io]: Invalid value: "yes": protected groups must have approval annotation "api-approved.kubernetes.io" with either a URL or a reason starting with "unapproved", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ])('%s', async ([, definition, ...problems]) => {
    expect(await problemsOf(definition)).toEqual(problems);
  });

  test('a bad schema when it is updated, too', async () => {
    await admin.send('POST', definitionsPath, widgetDefinition([widgetVersion(schema)]));
    const path = `${definitionsPath}/widgets.shop.example.com`;
    const versions = [widgetVersion(member({ type: 'array' }))];
    const { json } = await admin.send('PATCH', path, { spec: { versions } }, 'application/merge-patch+json');
    expect(json['message']).toBe(
      `CustomResourceDefinition.apiextensions.k8s.io "widgets.shop.example.com" is invalid: ${a}.items: Required value: must be specified`,
    );
  });
});

test('a custom resource of another kind is refused once it is checked, not when it is read', async () => {
  await using other = await startFakeKsApiserver();
  const user = await as(other, 'admin');
  await user.send('POST', definitionsPath, widgetDefinition([widgetVersion(member({ type: 'string' }))]));
  const given = { apiVersion: 'shop.example.com/v1', kind: 'Gadget', metadata: { name: 'a' } };
  const { status, json } = await user.send('POST', widgetsPath, given);
  expect([status, json['message']]).toEqual([
    422,
    'Gadget.shop.example.com "a" is invalid: kind: Invalid value: "Gadget": must be Widget',
  ]);
});
