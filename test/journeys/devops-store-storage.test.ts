import { expectJourneys } from './expect-journeys.js';
import type { Journey, Write } from './journey.js';

const devops2 = '/kapis/devops.kubesphere.io/v1alpha2';
const devops3 = '/kapis/devops.kubesphere.io/v1alpha3';
const kept = '/apis/devops.kubesphere.io/v1alpha3';
const iam = '/kapis/iam.kubesphere.io/v1alpha2';
const store = '/kapis/openpitrix.io/v1';
const resources = '/kapis/resources.kubesphere.io/v1alpha3';
const touched = { metadata: { annotations: { touched: 'yes' } } };
const pipeline = (name: string): object => ({
  type: 'pipeline',
  pipeline: { name, jenkinsfile: "echo 'x'" },
});
const release3 = { since: 'v3.0', until: 'v3.4' } as const;
const project: Write = [
  'POST',
  `${kept}/devopsprojects`,
  {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'DevOpsProject',
    metadata: { name: 'ship', labels: { 'kubesphere.io/workspace': 'demo' } },
  },
];

/** A kind of storage that belongs to no namespace. */
function storage(
  noun: string,
  place: string,
  plural: string,
  body: object,
  range: Partial<Journey> = {},
): Journey {
  return {
    noun,
    create: ['POST', `${place}/${plural}`, { metadata: { name: 'NAME', labels: { team: 'red' } }, ...body }],
    since: 'v3.0',
    shows: [
      `${place}/${plural}`,
      `${place}/${plural}?labelSelector=team%3Dred`,
      `${resources}/${plural}`,
      `${resources}/${plural}?name=ourne`,
    ],
    hides: [`${place}/${plural}?labelSelector=team%21%3Dred`, `${resources}/${plural}?name=other`],
    reads: [`${place}/${plural}/NAME`],
    change: ['PATCH', `${place}/${plural}/NAME`, touched, 'application/merge-patch+json'],
    changed: touched,
    watch: `${place}/${plural}`,
    remove: ['DELETE', `${place}/${plural}/NAME`],
    ...range,
  };
}

expectJourneys([
  {
    noun: 'pipeline',
    ...release3,
    before: [project],
    create: [
      'POST',
      `${devops3}/devops/ship/pipelines`,
      { metadata: { name: 'NAME' }, spec: pipeline('NAME') },
    ],
    shows: [
      `${devops3}/devops/ship/pipelines`,
      `${kept}/namespaces/ship/pipelines`,
      `${devops2}/search?q=pipeline%3Aship%2F*ourne*`,
    ],
    hides: [`${devops2}/search?q=pipeline%3Aship%2F*other*`, `${devops2}/search?q=pipeline%3Aboat%2F*`],
    reads: [`${devops3}/devops/ship/pipelines/NAME`, `${kept}/namespaces/ship/pipelines/NAME`],
    change: ['PUT', `${devops3}/devops/ship/pipelines/NAME`, touched],
    changed: touched,
    watch: `${kept}/namespaces/ship/pipelines`,
    remove: ['DELETE', `${devops3}/devops/ship/pipelines/NAME`],
  },
  {
    noun: 'run of a pipeline',
    since: 'v3.3',
    until: 'v3.4',
    before: [
      project,
      ['POST', `${devops3}/devops/ship/pipelines`, { metadata: { name: 'one' }, spec: pipeline('one') }],
      ['POST', `${devops3}/devops/ship/pipelines`, { metadata: { name: 'two' }, spec: pipeline('two') }],
    ],
    create: ['POST', `${devops3}/namespaces/ship/pipelines/one/pipelineruns`, {}],
    shows: [
      `${devops3}/namespaces/ship/pipelines/one/pipelineruns?backward=false`,
      `${kept}/namespaces/ship/pipelineruns`,
      `${kept}/pipelineruns?labelSelector=devops.kubesphere.io%2Fpipeline%3Done`,
    ],
    hides: [`${devops3}/namespaces/ship/pipelines/two/pipelineruns?backward=false`],
    reads: [`${devops3}/namespaces/ship/pipelineruns/NAME`, `${kept}/namespaces/ship/pipelineruns/NAME`],
    change: ['PATCH', `${kept}/namespaces/ship/pipelineruns/NAME`, touched, 'application/merge-patch+json'],
    changed: touched,
    watch: `${kept}/namespaces/ship/pipelineruns`,
    remove: ['DELETE', `${kept}/namespaces/ship/pipelineruns/NAME`],
  },
  {
    noun: 'credential',
    ...release3,
    before: [project],
    create: [
      'POST',
      `${devops3}/devops/ship/credentials`,
      { metadata: { name: 'NAME' }, type: 'credential.devops.kubesphere.io/secret-text' },
    ],
    shows: [
      `${devops3}/devops/ship/credentials`,
      `${devops3}/devops/ship/credentials?name=ourne`,
      '/api/v1/namespaces/ship/secrets',
    ],
    hides: [`${devops3}/devops/ship/credentials?name=other`],
    reads: [`${devops3}/devops/ship/credentials/NAME`, '/api/v1/namespaces/ship/secrets/NAME'],
    change: ['PUT', `${devops3}/devops/ship/credentials/NAME`, touched],
    changed: touched,
    remove: ['DELETE', `${devops3}/devops/ship/credentials/NAME`],
  },
  {
    noun: 'member of a DevOps project',
    ...release3,
    name: 'outsider',
    before: [project],
    create: ['POST', `${iam}/devops/ship/members`, [{ username: 'NAME', roleRef: 'viewer' }]],
    shows: [`${iam}/devops/ship/members`, `${iam}/devops/ship/members?name=outsi`],
    hides: [`${iam}/devops/ship/members?name=other`],
    reads: [`${iam}/devops/ship/members/NAME`],
    seenBy: [['outsider', '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops', 'ship']],
    remove: ['DELETE', `${iam}/devops/ship/members/NAME`],
  },
  {
    noun: 'category of the store',
    since: 'v3.1',
    until: 'v3.4',
    create: ['POST', `${store}/categories`, { name: 'NAME', description: 'x' }],
    shows: [`${store}/categories`],
    reads: [`${store}/categories/NAME`],
    // What a handler of the store does not expect is an internal error.
    gone: [500],
    change: ['PATCH', `${store}/categories/NAME`, { description: 'changed' }],
    changed: { description: 'changed' },
    remove: ['DELETE', `${store}/categories/NAME`],
  },
  storage(
    'StorageClass',
    '/apis/storage.k8s.io/v1',
    'storageclasses',
    { provisioner: 'example.com/disk' },
    { until: 'v3.4' },
  ),
  storage(
    'PersistentVolume',
    '/api/v1',
    'persistentvolumes',
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data' },
      },
    },
    { since: 'v3.1' },
  ),
  storage(
    'VolumeSnapshotClass',
    '/apis/snapshot.storage.k8s.io/v1',
    'volumesnapshotclasses',
    { driver: 'disk.example.com', deletionPolicy: 'Delete' },
    { since: 'v3.3', until: 'v3.4' },
  ),
]);
