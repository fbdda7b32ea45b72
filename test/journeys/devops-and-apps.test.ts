import { chartOf } from '../support/chart.js';
import { expectJourneys } from './expect-journeys.js';
import type { Journey, Write } from './journey.js';

const devops1 = '/apis/devops.kubesphere.io/v1alpha1';
const devops2 = '/kapis/devops.kubesphere.io/v1alpha2';
const gitops = '/kapis/gitops.kubesphere.io/v1alpha1/namespaces/shop';
const store = '/kapis/openpitrix.io/v1';
const apps = '/kapis/application.kubesphere.io/v2';
const resources = '/kapis/resources.kubesphere.io/v1alpha3';
const older = '/kapis/resources.kubesphere.io/v1alpha2';
const mergePatch = 'application/merge-patch+json';
const touched = { metadata: { annotations: { touched: 'yes' } } };
const projectOf21: Write = [
  'POST',
  '/kapis/tenant.kubesphere.io/v1alpha2/workspaces/demo/devops',
  { name: 'pipes', description: '', creator: 'admin' },
];
const chart = (name: string): string => chartOf(name).toString('base64');

/** A kind of a project that `kubectl` writes and KubeSphere lists, if it does. */
function ofProject(
  kind: string,
  place: string,
  plural: string,
  spec: object,
  isListed: boolean,
  range: Partial<Journey>,
): Journey {
  const native = `${place}/namespaces/shop/${plural}`;
  const [, , group = '', version = ''] = place.split('/');
  const ours = `${resources}/namespaces/shop/${plural}`;
  return {
    noun: kind,
    ...range,
    create: [
      'POST',
      native,
      {
        apiVersion: `${group}/${version}`,
        kind,
        metadata: { name: 'NAME', labels: { team: 'red' } },
        spec,
      },
    ],
    shows: [
      native,
      `${place}/${plural}`,
      `${place}/${plural}?labelSelector=team%3Dred`,
      ...(isListed ? [ours, `${ours}?name=ourne`] : []),
    ],
    hides: [
      `${place}/namespaces/lab/${plural}`,
      `${place}/${plural}?labelSelector=team%21%3Dred`,
      ...(isListed ? [`${ours}?name=other`] : []),
    ],
    reads: [`${native}/NAME`],
    change: ['PATCH', `${native}/NAME`, touched, mergePatch],
    changed: touched,
    watch: native,
    remove: ['DELETE', `${native}/NAME`],
  };
}

const mesh = '/apis/servicemesh.kubesphere.io/v1alpha2';
const only3 = { since: 'v3.0', until: 'v3.4' } as const;

expectJourneys([
  {
    noun: 'application of GitOps',
    since: 'v3.3',
    until: 'v3.4',
    create: [
      'POST',
      `${gitops}/applications`,
      { metadata: { name: 'NAME' }, spec: { argoApp: { spec: { destination: { name: 'in-cluster' } } } } },
    ],
    shows: [
      `${gitops}/applications`,
      `${gitops}/applications?name=ourne`,
      `${gitops}/applications?syncStatus=OutOfSync&healthStatus=Missing`,
      '/apis/gitops.kubesphere.io/v1alpha1/applications',
      '/apis/argoproj.io/v1alpha1/applications',
    ],
    hides: [
      `${gitops}/applications?syncStatus=Synced`,
      `${gitops}/applications?name=other`,
      '/kapis/gitops.kubesphere.io/v1alpha1/namespaces/lab/applications',
    ],
    reads: [`${gitops}/applications/NAME`, '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/NAME'],
    change: [
      'PUT',
      `${gitops}/applications/NAME`,
      { spec: { argoApp: { spec: { destination: { name: 'member-1' } } } } },
    ],
    changed: {},
    watch: '/apis/gitops.kubesphere.io/v1alpha1/namespaces/shop/applications',
    remove: ['DELETE', `${gitops}/applications/NAME`],
  },
  ofProject(
    'S2iBuilder',
    devops1,
    's2ibuilders',
    { config: { imageName: 'a', sourceUrl: 'b' } },
    true,
    only3,
  ),
  ofProject('S2iRun', devops1, 's2iruns', { builderName: 'none' }, true, only3),
  ofProject('S2iBinary', devops1, 's2ibinaries', {}, false, only3),
  ofProject('ServicePolicy', mesh, 'servicepolicies', {}, false, { until: 'v3.4' }),
  ofProject('Strategy', mesh, 'strategies', {}, false, { until: 'v3.4' }),
  {
    noun: 'template of S2I',
    until: 'v3.4',
    create: [
      'POST',
      `${devops1}/s2ibuildertemplates`,
      {
        apiVersion: 'devops.kubesphere.io/v1alpha1',
        kind: 'S2iBuilderTemplate',
        metadata: { name: 'NAME' },
        spec: {},
      },
    ],
    shows: [`${devops1}/s2ibuildertemplates`, `${older}/s2ibuildertemplates?conditions=name~ourne`],
    hides: [`${older}/s2ibuildertemplates?conditions=name%3Dother`],
    reads: [`${devops1}/s2ibuildertemplates/NAME`],
    change: ['PATCH', `${devops1}/s2ibuildertemplates/NAME`, touched, mergePatch],
    changed: touched,
    watch: `${devops1}/s2ibuildertemplates`,
    remove: ['DELETE', `${devops1}/s2ibuildertemplates/NAME`],
  },
  {
    noun: 'member of a DevOps project',
    until: 'v2.1',
    name: 'outsider',
    before: [projectOf21],
    create: ['POST', `${devops2}/devops/BEFORE/members`, { username: 'NAME', role: 'reporter' }],
    shows: [`${devops2}/devops/BEFORE/members`],
    reads: [`${devops2}/devops/BEFORE/members/NAME`],
    change: ['PATCH', `${devops2}/devops/BEFORE/members/NAME`, { role: 'developer' }],
    changed: { role: 'developer' },
    remove: ['DELETE', `${devops2}/devops/BEFORE/members/NAME`],
  },
  {
    noun: 'pipeline',
    until: 'v2.1',
    name: 'journey',
    before: [projectOf21],
    create: [
      'POST',
      `${devops2}/devops/BEFORE/pipelines`,
      { type: 'pipeline', pipeline: { name: 'NAME', jenkinsfile: "echo 'x'" } },
    ],
    shows: [`${devops2}/search?q=pipeline%3ABEFORE%2F*ourne*`, `${devops2}/search?q=pipeline%3ABEFORE%2F*`],
    hides: [`${devops2}/search?q=pipeline%3ABEFORE%2F*other*`, `${devops2}/search?q=pipeline%3Aother%2F*`],
    reads: [`${devops2}/devops/BEFORE/pipelines/NAME`, `${devops2}/devops/BEFORE/pipelines/NAME/config`],
    remove: ['DELETE', `${devops2}/devops/BEFORE/pipelines/NAME`],
  },
  {
    noun: 'app of a workspace',
    since: 'v3.1',
    until: 'v3.4',
    create: [
      'POST',
      `${store}/workspaces/demo/apps`,
      { name: 'hello', version_type: 'helm', isv: 'demo', version_package: chart('hello') },
    ],
    shows: [
      `${store}/apps`,
      `${store}/workspaces/demo/apps`,
      `${store}/workspaces/demo/apps?conditions=keyword%3Dhello`,
      '/apis/application.kubesphere.io/v1alpha1/helmapplications',
    ],
    hides: [
      `${store}/workspaces/research/apps`,
      `${store}/workspaces/demo/apps?conditions=keyword%3Dother`,
      `${store}/apps?conditions=status%3Dactive`,
    ],
    reads: [`${store}/apps/NAME`],
    change: ['PATCH', `${store}/apps/NAME`, { description: 'changed' }],
    changed: { description: 'changed' },
    // What a handler of the store does not expect is an internal error.
    gone: [500],
    // The store keeps apps that have versions; Kubernetes does not.
    remove: ['DELETE', '/apis/application.kubesphere.io/v1alpha1/helmapplications/NAME'],
  },
  {
    noun: 'app of a workspace',
    since: 'v4.1',
    name: 'hello',
    create: [
      'POST',
      `${apps}/apps`,
      { appName: 'hello', appType: 'helm', workspace: 'demo', package: chart('hello') },
    ],
    shows: [
      `${apps}/apps`,
      `${apps}/workspaces/demo/apps`,
      `${apps}/apps?conditions=status%3Ddraft`,
      '/apis/application.kubesphere.io/v2/applications',
    ],
    hides: [
      `${apps}/workspaces/research/apps`,
      `${apps}/apps?conditions=status%3Dactive`,
      `${apps}/apps?name=x`,
    ],
    reads: [`${apps}/apps/NAME`, '/apis/application.kubesphere.io/v2/applications/NAME'],
    watch: '/apis/application.kubesphere.io/v2/applications',
    remove: ['DELETE', `${apps}/apps/NAME`],
  },
]);
