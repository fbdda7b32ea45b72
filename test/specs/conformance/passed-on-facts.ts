import { Raw, type Facts, type Need } from './need.js';

const kept = '/apis/devops.kubesphere.io/v1alpha3';
const model = "pipeline { agent any\nstages { stage('one') { steps { echo 'hello' } } } }";
const pipeline = { metadata: { name: 'one' }, spec: { type: 'pipeline', pipeline: { name: 'one' } } };
const binary = { apiVersion: 'devops.kubesphere.io/v1alpha1', kind: 'S2iBinary', metadata: { name: 'app' } };
const application = { metadata: { name: 'web' }, spec: { argoApp: { spec: {} } } };

/** Makes what a path of more than a collection is about. */
async function one(
  { operation, call }: Need,
  place: string,
  collection: string,
  object: { readonly metadata: { readonly name: string } },
): Promise<string> {
  if (operation.method !== 'PUT' && operation.method !== 'DELETE') return collection;
  await call('POST', `${place}/${collection}`, object);
  return `${collection}/${object.metadata.name}`;
}

/**
 * What holds for groups that documents describe with one word that stands for all that may follow: a path of each method,
 * which may be of several words.
 */
export const passedOnFacts: Facts = {
  values: {
    'jenkins path': 'crumbIssuer/api/json',
    'v1alpha2 path': async ({ operation, call }) => {
      if (operation.method === 'POST') return 'tojson';
      if (operation.method !== 'PUT') return 'search';
      await call('POST', '/apis/devops.kubesphere.io/v1alpha1/namespaces/shop/s2ibinaries', binary);
      return 'namespaces/shop/s2ibinaries/app/file';
    },
    'v1alpha3 path': async (need) => {
      await need.call('POST', `${kept}/devopsprojects`, {
        apiVersion: 'devops.kubesphere.io/v1alpha3',
        kind: 'DevOpsProject',
        metadata: { name: 'pipes' },
      });
      return one(need, '/kapis/devops.kubesphere.io/v1alpha3', 'devops/pipes/pipelines', pipeline);
    },
    'v1alpha1 path': (need) =>
      one(need, '/kapis/gitops.kubesphere.io/v1alpha1', 'namespaces/shop/applications', application),
  },
  queries: {},
  bodies: {
    'POST devops.kubesphere.io/v1alpha2': new Raw(
      'application/x-www-form-urlencoded',
      new URLSearchParams({ jenkinsfile: model }).toString(),
    ),
    'PUT devops.kubesphere.io/v1alpha2': new Raw(
      'multipart/form-data; boundary=B',
      '--B\r\nContent-Disposition: form-data; name="s2ibinary"; filename="app.jar"\r\n\r\nJAR\r\n--B--\r\n',
    ),
    'POST devops.kubesphere.io/v1alpha3': pipeline,
    'POST gitops.kubesphere.io/v1alpha1': application,
  },
  manifests: {},
  names: {},
};
