import { digString, type JsonObject } from '../../../src/core/json.js';
import { chartOf } from '../../support/chart.js';
import { Raw, type Facts, type Need } from './need.js';

const store = '/kapis/application.kubesphere.io/v2';
/** An app to upload, or more of the one the path names. */
const app = ({ name, params }: Need): JsonObject => ({
  appName: params['app'] ?? name,
  appType: 'helm',
  workspace: params['workspace'] ?? 'demo',
  package: chartOf('hello').toString('base64'),
});
/** A version the app does not have, or the one the path names. */
const version = ({ count, params: { app: owner = '', version: known } }: Need): JsonObject => ({
  appType: 'helm',
  package: chartOf('hello', known?.slice(owner.length + 1) ?? `2.0.${String(count)}`).toString('base64'),
});
/** Takes a version of an app from draft to where it can be installed. */
async function publish({ call }: Need, versions: string, name: string): Promise<void> {
  for (const state of ['submitted', 'passed', 'active'])
    await call('POST', `${versions}/${name}/action`, { state });
}
/** Installs what there is to install, or changes what the path names. */
async function release(need: Need): Promise<JsonObject> {
  const { name, params, call } = need;
  const appID = `app-of-${name}`;
  await call('POST', `${store}/apps`, { ...app(need), appName: appID });
  const appVersionID = `${appID}-1.0.0`;
  await publish(need, `${store}/apps/${appID}/versions`, appVersionID);
  const labels = {
    'application.kubesphere.io/app-id': appID,
    'kubesphere.io/cluster': 'host',
    'kubesphere.io/workspace': 'demo',
    'kubesphere.io/namespace': 'shop',
  };
  const spec = { appID, appVersionID, appType: 'helm' };
  return { metadata: { name: params['application'] ?? name, labels }, spec };
}
const inStore = { cluster: 'host', group: '', version: 'v1', resource: 'configmaps', namespace: 'shop' };

/** What holds in the app store of 4.1. */
export const appStoreFacts: Facts = {
  values: {},
  queries: { cr: () => inStore },
  bodies: {
    apps: app,
    'apps/versions': version,
    'versions/action': { state: 'submitted' },
    'apps/action': async (need) => {
      const { app: name = '' } = need.params;
      await publish(need, `${store}/apps/${name}/versions`, `${name}-1.0.0`);
      return { state: 'active' };
    },
    applications: release,
    'POST categories': ({ name, params }) => ({ metadata: { name: params['category'] ?? name } }),
    repos: ({ name, params, charts }) => ({
      metadata: { name: params['repo'] ?? name },
      spec: { url: charts },
    }),
    'PATCH repos': ({ params, charts }) =>
      new Raw(
        'application/json',
        JSON.stringify({ metadata: { name: params['repo'] ?? '' }, spec: { url: charts } }),
      ),
    'PATCH apps': new Raw('application/json', '{"description":"changed"}'),
    cr: ({ name }) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'shop' } }),
  },
  manifests: {
    examplecr: ({ count }) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `dogs${String(count)}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: `dogs${String(count)}`, kind: 'Dog', singular: 'dog', listKind: 'DogList' },
        versions: [
          { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
        ],
      },
    }),
  },
  names: {
    apps: (made) => digString(made, 'appName'),
    versions: (made) => `${digString(made, 'appName')}-${digString(made, 'versionName')}`,
  },
};
