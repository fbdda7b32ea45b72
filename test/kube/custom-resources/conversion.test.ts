import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as } from '../../support/ask.js';
import { definitionsPath, widgetDefinition, widgetVersion } from './widget.js';

const conversion = {
  strategy: 'Webhook',
  webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://127.0.0.1:1/convert' } },
};
const schema = { type: 'object' };

test('a definition that wants its versions converted by webhook is refused, unless there is one version only', async () => {
  await using ks = await startFakeKsApiserver({ world: 'empty' });
  const admin = await as(ks, 'admin');
  const versions = [widgetVersion(schema), widgetVersion(schema, { name: 'v2', storage: false })];
  const refused = await admin.send('POST', definitionsPath, widgetDefinition(versions, { conversion }));
  expect([refused.status, refused.json['message']]).toEqual([
    501,
    'fake-ks-apiserver does not implement conversion by webhook between versions of a definition',
  ]);
  const one = await admin.send('POST', definitionsPath, widgetDefinition(undefined, { conversion }));
  expect(one.status, one.text).toBe(201);
  const more = { spec: { versions } };
  const patched = await admin.send(
    'PATCH',
    `${definitionsPath}/widgets.shop.example.com`,
    more,
    'application/merge-patch+json',
  );
  expect(patched.status).toBe(501);
});
