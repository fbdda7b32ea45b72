import { expectJourneys } from './expect-journeys.js';
import type { Journey } from './journey.js';

const resources = '/kapis/resources.kubesphere.io/v1alpha3';
const alerting = '/kapis/alerting.kubesphere.io/v2alpha1';
const devops = '/kapis/devops.kubesphere.io/v1alpha3';
const network = '/apis/network.kubesphere.io/v1alpha1';
const mergePatch = 'application/merge-patch+json';

const touched = { metadata: { annotations: { touched: 'yes' } } };
const named = { metadata: { name: 'NAME' } };
const rule = { name: 'NAME', query: 'up == 0', duration: '1m', labels: { severity: 'warning' } };

/** What belongs to the platform or to one user, in the notifications of a release. */
function notified(kind: string, version: string, range: Pick<Journey, 'since' | 'until'>): Journey[] {
  const at = `/kapis/notification.kubesphere.io/${version}`;
  const body = { ...named, spec: {} };
  return [`${at}/${kind}`, `${at}/users/admin/${kind}`].map((path, index, both) => ({
    noun: `${kind} of ${index === 0 ? 'the platform' : 'a user'}, ${version}`,
    ...range,
    create: ['POST', path, body],
    shows: [path, `${path}?name=ourne`],
    hides: [`${path}?name=other`, both[1 - index] ?? '', `${at}/users/jeff/${kind}`],
    reads: [`${path}/NAME`],
    change: ['PUT', `${path}/NAME`, touched],
    changed: touched,
    remove: ['DELETE', `${path}/NAME`],
  }));
}

/** A kind of a namespace that Kubernetes keeps and KubeSphere lists. */
function kept(
  noun: string,
  place: string,
  plural: string,
  body: object,
  more: Partial<Journey> = {},
): Journey {
  const native = `${place}/namespaces/shop/${plural}`;
  const ours = `${resources}/namespaces/shop/${plural}`;
  return {
    noun,
    since: 'v3.1',
    create: ['POST', native, { metadata: { name: 'NAME', labels: { team: 'red' } }, ...body }],
    shows: [
      native,
      `${place}/${plural}`,
      `${place}/${plural}?labelSelector=team%3Dred`,
      `${place}/${plural}?fieldSelector=metadata.name%3DNAME`,
      ours,
      `${ours}?name=ourne`,
      `${ours}?labelSelector=team%3Dred`,
      `${resources}/${plural}`,
    ],
    hides: [
      `${place}/namespaces/default/${plural}`,
      `${place}/${plural}?labelSelector=team%21%3Dred`,
      `${ours}?name=other`,
      `${ours}?labelSelector=team%3Dblue`,
      `${resources}/namespaces/default/${plural}`,
    ],
    reads: [`${native}/NAME`],
    change: ['PATCH', `${native}/NAME`, touched, mergePatch],
    changed: touched,
    watch: native,
    remove: ['DELETE', `${native}/NAME`],
    ...more,
  };
}

const pods = (kind: string): object => ({
  spec: {
    ...(kind === 'StatefulSet' && { serviceName: 'NAME' }),
    selector: { matchLabels: { app: 'NAME' } },
    template: {
      metadata: { labels: { app: 'NAME' } },
      spec: { containers: [{ name: 'main', image: 'nginx:1.25' }] },
    },
  },
});
const count = (what: string): Partial<Journey> => ({
  since: 'v4.1',
  counts: [[`${resources}/namespaces/shop/metrics`, `namespace_${what}_count`]],
});

expectJourneys([
  ...['', '/namespaces/shop'].map((place, index): Journey => ({
    noun: 'alert rule',
    since: 'v3.1',
    until: 'v3.4',
    create: ['POST', `${alerting}${place}/rules`, rule],
    shows: [
      `${alerting}${place}/rules`,
      `${alerting}${place}/rules?name=ourne`,
      `${alerting}${place}/rules?label_filters=severity%3Dwarning`,
    ],
    hides: [
      `${alerting}${place}/rules?name=other`,
      `${alerting}${place}/rules?state=firing`,
      `${alerting}${index === 0 ? '/namespaces/shop' : ''}/rules`,
      `${alerting}/namespaces/lab/rules`,
    ],
    reads: [`${alerting}${place}/rules/NAME`],
    change: ['PUT', `${alerting}${place}/rules/NAME`, { ...rule, duration: '9m' }],
    changed: { duration: '9m' },
    remove: ['DELETE', `${alerting}${place}/rules/NAME`],
  })),
  ...['configs', 'receivers', 'secrets'].flatMap((kind) => [
    ...notified(kind, 'v2beta1', { since: 'v3.1', until: 'v3.4' }),
    ...notified(kind, 'v2beta2', { since: 'v3.4', until: 'v3.4' }),
  ]),
  ...(['pipelines', 'credentials'] as const).map((kind): Journey => {
    const path = `${devops}/devops/pipes/${kind}`;
    const body =
      kind === 'pipelines'
        ? { ...named, spec: { type: 'pipeline', pipeline: { name: 'NAME' } } }
        : { ...named, type: 'credential.devops.kubesphere.io/basic-auth' };
    const native =
      kind === 'pipelines'
        ? '/apis/devops.kubesphere.io/v1alpha3/namespaces/pipes/pipelines'
        : '/api/v1/namespaces/pipes/secrets';
    return {
      noun: kind,
      since: 'v3.0',
      until: 'v3.4',
      before: [
        [
          'POST',
          '/apis/devops.kubesphere.io/v1alpha3/devopsprojects',
          {
            apiVersion: 'devops.kubesphere.io/v1alpha3',
            kind: 'DevOpsProject',
            metadata: { name: 'pipes', labels: { 'kubesphere.io/workspace': 'demo' } },
          },
        ],
      ],
      create: ['POST', path, body],
      shows: [path, native],
      reads: [`${path}/NAME`, `${native}/NAME`],
      change: ['PUT', `${path}/NAME`, touched],
      changed: touched,
      watch: native,
      remove: ['DELETE', `${path}/NAME`],
    };
  }),
  {
    noun: 'gateway of a project',
    since: 'v3.3',
    until: 'v3.4',
    name: 'kubesphere-router-shop',
    create: ['POST', '/kapis/gateway.kubesphere.io/v1alpha1/namespaces/shop/gateways', { spec: {} }],
    shows: [
      '/kapis/gateway.kubesphere.io/v1alpha1/gateways',
      '/kapis/gateway.kubesphere.io/v1alpha1/gateways?namespace=shop',
      '/kapis/gateway.kubesphere.io/v1alpha1/namespaces/shop/gateways',
      '/apis/gateway.kubesphere.io/v1alpha1/gateways',
      '/api/v1/namespaces/kubesphere-controls-system/services',
      '/apis/apps/v1/namespaces/kubesphere-controls-system/deployments',
    ],
    hides: [
      '/kapis/gateway.kubesphere.io/v1alpha1/gateways?namespace=lab',
      '/kapis/gateway.kubesphere.io/v1alpha1/namespaces/lab/gateways',
    ],
    reads: ['/apis/gateway.kubesphere.io/v1alpha1/namespaces/kubesphere-controls-system/gateways/NAME'],
    watch: '/apis/gateway.kubesphere.io/v1alpha1/gateways',
    remove: ['DELETE', '/kapis/gateway.kubesphere.io/v1alpha1/namespaces/shop/gateways'],
  },
  {
    noun: 'router of a project',
    until: 'v3.1',
    name: 'kubesphere-router-shop',
    create: [
      'POST',
      '/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/router',
      { type: 'NodePort', annotations: {} },
    ],
    shows: [
      '/api/v1/namespaces/kubesphere-controls-system/services',
      '/apis/apps/v1/namespaces/kubesphere-controls-system/deployments',
    ],
    reads: ['/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/router'],
    change: [
      'PUT',
      '/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/router',
      { type: 'LoadBalancer', annotations: {} },
    ],
    changed: { spec: { type: 'LoadBalancer' } },
    remove: ['DELETE', '/kapis/resources.kubesphere.io/v1alpha2/namespaces/shop/router'],
  },
  {
    noun: 'IP pool',
    since: 'v3.1',
    until: 'v3.4',
    create: [
      'POST',
      `${network}/ippools`,
      {
        apiVersion: 'network.kubesphere.io/v1alpha1',
        kind: 'IPPool',
        metadata: { name: 'NAME', labels: { team: 'red' } },
        spec: { type: 'local', cidr: '192.0.2.0/24' },
      },
    ],
    shows: [
      `${network}/ippools`,
      `${resources}/ippools`,
      `${resources}/ippools?name=ourne`,
      `${resources}/ippools?labelSelector=team%3Dred`,
    ],
    hides: [`${resources}/ippools?name=other`, `${resources}/ippools?labelSelector=team%3Dblue`],
    reads: [`${network}/ippools/NAME`],
    change: ['PATCH', `${network}/ippools/NAME`, touched, mergePatch],
    changed: touched,
    watch: `${network}/ippools`,
    remove: ['DELETE', `${network}/ippools/NAME`],
  },
  {
    noun: 'policy of a project',
    since: 'v3.0',
    until: 'v3.4',
    create: [
      'POST',
      `${network}/namespaces/shop/namespacenetworkpolicies`,
      { apiVersion: 'network.kubesphere.io/v1alpha1', kind: 'NamespaceNetworkPolicy', ...named, spec: {} },
    ],
    shows: [`${network}/namespacenetworkpolicies`, `${network}/namespaces/shop/namespacenetworkpolicies`],
    hides: [`${network}/namespaces/lab/namespacenetworkpolicies`],
    reads: [`${network}/namespaces/shop/namespacenetworkpolicies/NAME`],
    change: ['PATCH', `${network}/namespaces/shop/namespacenetworkpolicies/NAME`, touched, mergePatch],
    changed: touched,
    watch: `${network}/namespacenetworkpolicies`,
    remove: ['DELETE', `${network}/namespaces/shop/namespacenetworkpolicies/NAME`],
  },
  kept(
    'network policy',
    '/apis/networking.k8s.io/v1',
    'networkpolicies',
    { spec: { podSelector: {} } },
    { until: 'v3.4' },
  ),
  kept('ConfigMap', '/api/v1', 'configmaps', { data: { a: 'b' } }),
  kept('Secret', '/api/v1', 'secrets', { stringData: { a: 'b' } }),
  kept('Service', '/api/v1', 'services', { spec: { ports: [{ port: 80 }] } }),
  kept('Deployment', '/apis/apps/v1', 'deployments', pods('Deployment')),
  kept('Deployment', '/apis/apps/v1', 'deployments', pods('Deployment'), count('deployment')),
  kept('StatefulSet', '/apis/apps/v1', 'statefulsets', pods('StatefulSet'), count('statefulset')),
  kept('DaemonSet', '/apis/apps/v1', 'daemonsets', pods('DaemonSet'), count('daemonset')),
]);
