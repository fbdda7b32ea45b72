import { digString, type JsonObject } from '../../../src/core/json.js';
import type { KubeObject } from '../../../src/core/kube-object.js';
import { inRange } from '../../../src/core/release.js';
import { chartOf } from '../../support/chart.js';
import { Raw, type Facts, type Need } from './need.js';

const v1 = '/kapis/openpitrix.io/v1';
const icon = Buffer.from('icon').toString('base64');
const packageOf = (version = '1.0.0'): string => chartOf('hello', version).toString('base64');

function newest({ host }: Need, plural: string): KubeObject | undefined {
  return host.store.list({ group: 'application.kubesphere.io', plural }).at(-1)?.object;
}

/** An app of its own, with an icon. */
async function upload(need: Need): Promise<JsonObject> {
  const made = await need.call('POST', `${v1}/apps`, {
    name: need.name,
    icon,
    version_package: packageOf(),
    isv: 'demo',
  });
  return { app_id: digString(made, 'app_id'), version_id: digString(made, 'version_id') };
}

/** What is installed of an app of its own. */
async function install(need: Need): Promise<string | undefined> {
  const body = {
    name: need.name,
    ...(await upload(need)),
    conf: 'a: 1\n',
    description: '',
    advanced_param: [],
  };
  const place = inRange(need.release, { until: 'v2.1' }) ? '' : '/workspaces/demo/clusters/host';
  await need.call('POST', `${v1}${place}/namespaces/shop/applications`, body);
  return releaseCalled(need, need.name);
}

function releaseCalled({ host }: Need, name: string): string | undefined {
  const all = host.store.list({ group: 'application.kubesphere.io', plural: 'helmreleases' });
  return all.find(({ object }) => digString(object, 'spec', 'name') === name)?.object.metadata.name;
}

/** A version of an app to install, or to upgrade what the path names to, which is active by then. */
async function release(need: Need): Promise<JsonObject> {
  const { application: id = '' } = need.params;
  const kind = { group: 'application.kubesphere.io', plural: 'helmreleases' };
  const object = need.host.store.find(kind, undefined, id)?.object;
  if (object !== undefined)
    await need.call('PUT', `/apis/application.kubesphere.io/v1alpha1/helmreleases/${id}`, {
      ...object,
      status: { state: 'active', version: 1 },
    });
  return { name: need.name, ...(await upload(need)), conf: 'a: 1\n', cluster_id: id };
}

const isReadOnly = ({ operation }: Need): boolean => operation.path.includes('/v2alpha1/');

/** What holds in the app store up to 3.4. */
export const openpitrixFacts: Facts = {
  values: {
    'apps app': async (need) => (isReadOnly(need) ? digString(await upload(need), 'app_id') : undefined),
    'versions version': (need) =>
      isReadOnly(need) ? newest(need, 'helmapplicationversions')?.metadata.name : undefined,
    'categories category': (need) =>
      isReadOnly(need) ? newest(need, 'helmcategories')?.metadata.name : undefined,
    'repos repo': async (need) => {
      if (!isReadOnly(need)) return undefined;
      const body = { name: need.name, url: need.charts };
      return digString(await need.call('POST', `${v1}/workspaces/demo/repos`, body), 'repo_id');
    },
    'applications application': install,
    'attachments attachment': async (need) => {
      await upload(need);
      return digString(newest(need, 'helmapplications'), 'spec', 'icon');
    },
  },
  queries: {},
  bodies: {
    'POST apps': ({ name }) => ({ name, version_package: packageOf() }),
    'POST apps/versions': ({ count }) => ({ package: packageOf(`2.0.${String(count)}`) }),
    'versions/action': { action: 'submit' },
    'apps/action': async ({ params, made, call }) => {
      const { app = '' } = params;
      const version = digString(made[0], 'version_id');
      for (const action of ['submit', 'pass', 'release'])
        await call('POST', `${v1}/apps/${app}/versions/${version}/action`, { action });
      return { action: 'suspend' };
    },
    // An app goes once its versions have gone.
    'DELETE apps': async ({ params, made, call }) => {
      const version = digString(made[0], 'version_id');
      await call('DELETE', `${v1}/apps/${params['app'] ?? ''}/versions/${version}`, {});
      return undefined;
    },
    'POST categories': ({ name }) => ({ name }),
    'POST repos': ({ name, charts }) => ({ name, url: charts, sync_period: '0s' }),
    'repos/action': { action: 'index' },
    'POST applications': release,
    'POST attachments': new Raw(
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nPNG\r\n--B--\r\n',
    ),
  },
  manifests: {},
  names: {
    applications: (made, need) => releaseCalled(need, digString(made, 'name')) ?? '',
  },
};
