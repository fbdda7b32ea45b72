import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { a: 'b' } };
const ns = 'namespaces/default/';

/** A port every node listens on. */
function nodePort(): number {
  return expect.toSatisfy((port) => Number(port) >= 30_000 && Number(port) <= 32_767) as number;
}

/** Where a kind is posted to, what is said, and what is there besides. */
type Row = readonly [kind: string, path: string, given: object, found: object];
const rows: readonly Row[] = [
  [
    'Service',
    `/api/v1/${ns}services`,
    { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } },
    {
      spec: {
        type: 'ClusterIP',
        clusterIP: expect.stringMatching(/^10\.233\.\d+\.\d+$/) as string,
        clusterIPs: [expect.stringMatching(/^10\.233\.\d+\.\d+$/) as string],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
        sessionAffinity: 'None',
        internalTrafficPolicy: 'Cluster',
        ports: [{ protocol: 'TCP', port: 80, targetPort: 80 }],
      },
      status: { loadBalancer: {} },
    },
  ],
  [
    'Service of type NodePort',
    `/api/v1/${ns}services`,
    { spec: { type: 'NodePort', ports: [{ port: 80 }] } },
    {
      spec: {
        externalTrafficPolicy: 'Cluster',
        internalTrafficPolicy: 'Cluster',
        ports: [{ protocol: 'TCP', port: 80, targetPort: 80, nodePort: nodePort() }],
      },
    },
  ],
  [
    'Service of type LoadBalancer',
    `/api/v1/${ns}services`,
    { spec: { type: 'LoadBalancer', ports: [{ port: 53, protocol: 'UDP', targetPort: 'dns' }] } },
    {
      spec: {
        allocateLoadBalancerNodePorts: true,
        externalTrafficPolicy: 'Cluster',
        ports: [{ protocol: 'UDP', port: 53, targetPort: 'dns', nodePort: nodePort() }],
      },
      status: { loadBalancer: {} },
    },
  ],
  [
    'Service of type LoadBalancer that stays on its node',
    `/api/v1/${ns}services`,
    { spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 80 }] } },
    { spec: { healthCheckNodePort: nodePort() } },
  ],
  [
    'Service whose clients stay',
    `/api/v1/${ns}services`,
    { spec: { sessionAffinity: 'ClientIP', ports: [{ port: 80 }] } },
    { spec: { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } },
  ],
  [
    'Service without address or selector',
    `/api/v1/${ns}services`,
    { spec: { clusterIP: 'None' } },
    { spec: { clusterIPs: ['None'], ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' } },
  ],
  [
    'Service without an address',
    `/api/v1/${ns}services`,
    { spec: { clusterIP: 'None', selector: { a: 'b' } } },
    { spec: { clusterIP: 'None', clusterIPs: ['None'], ipFamilyPolicy: 'SingleStack' } },
  ],
  [
    'Pod',
    `/api/v1/${ns}pods`,
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'nginx',
            ports: [{ containerPort: 80 }],
            readinessProbe: { httpGet: { port: 80 } },
          },
        ],
      },
    },
    {
      spec: {
        restartPolicy: 'Always',
        dnsPolicy: 'ClusterFirst',
        schedulerName: 'default-scheduler',
        terminationGracePeriodSeconds: 30,
        securityContext: {},
        enableServiceLinks: true,
        serviceAccountName: 'default',
        serviceAccount: 'default',
        preemptionPolicy: 'PreemptLowerPriority',
        priority: 0,
        tolerations: ['not-ready', 'unreachable'].map((state) => ({
          key: `node.kubernetes.io/${state}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        })),
        volumes: [
          { name: expect.stringMatching(/^kube-api-access-/) as string, projected: { defaultMode: 420 } },
        ],
        containers: [
          {
            imagePullPolicy: 'Always',
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            resources: {},
            ports: [{ protocol: 'TCP' }],
            readinessProbe: {
              httpGet: { path: '/', scheme: 'HTTP' },
              timeoutSeconds: 1,
              periodSeconds: 10,
              successThreshold: 1,
              failureThreshold: 3,
            },
          },
        ],
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    },
  ],
  [
    'Pod whose images have tags and digests',
    `/api/v1/${ns}pods`,
    {
      spec: {
        containers: ['a', 'a:latest', 'a:1', 'r:5000/a', 'a@sha256:' + '0'.repeat(64)].map((image, at) => ({
          name: `c${String(at)}`,
          image,
        })),
        initContainers: [{ name: 'i', image: 'a', ports: [{ containerPort: 80 }] }],
      },
    },
    {
      spec: {
        containers: ['Always', 'Always', 'IfNotPresent', 'Always', 'IfNotPresent'].map((imagePullPolicy) => ({
          imagePullPolicy,
        })),
        initContainers: [
          {
            imagePullPolicy: 'Always',
            terminationMessagePolicy: 'File',
            resources: {},
            ports: [{ protocol: 'TCP' }],
          },
        ],
      },
    },
  ],
  [
    'Pod with every kind of probe',
    `/api/v1/${ns}pods`,
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            livenessProbe: { exec: { command: ['a'] } },
            readinessProbe: { tcpSocket: { port: 80 } },
            startupProbe: { grpc: { port: 80 } },
          },
        ],
      },
    },
    {
      spec: {
        containers: [
          Object.fromEntries(
            ['livenessProbe', 'readinessProbe', 'startupProbe'].map((key) => [
              key,
              { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
            ]),
          ),
        ],
      },
    },
  ],
  [
    'Deployment',
    `/apis/apps/v1/${ns}deployments`,
    { spec: { selector, template } },
    {
      spec: {
        replicas: 1,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        template: { spec: { restartPolicy: 'Always', containers: [{ imagePullPolicy: 'Always' }] } },
      },
    },
  ],
  [
    'ReplicaSet',
    `/apis/apps/v1/${ns}replicasets`,
    { spec: { selector, template } },
    { spec: { replicas: 1 } },
  ],
  [
    'StatefulSet',
    `/apis/apps/v1/${ns}statefulsets`,
    { spec: { selector, template } },
    {
      spec: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
      },
    },
  ],
  [
    'DaemonSet',
    `/apis/apps/v1/${ns}daemonsets`,
    { spec: { selector, template } },
    {
      spec: {
        updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
        revisionHistoryLimit: 10,
      },
    },
  ],
  [
    'Job',
    `/apis/batch/v1/${ns}jobs`,
    { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
    {
      spec: {
        parallelism: 1,
        completions: 1,
        backoffLimit: 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: 'TerminatingOrFailed',
        selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': expect.any(String) as string } },
        template: {
          metadata: {
            labels: {
              'job-name': 'x',
              'controller-uid': expect.any(String) as string,
              'batch.kubernetes.io/job-name': 'x',
              'batch.kubernetes.io/controller-uid': expect.any(String) as string,
            },
          },
        },
      },
    },
  ],
  [
    'CronJob',
    `/apis/batch/v1/${ns}cronjobs`,
    {
      spec: {
        schedule: '@daily',
        jobTemplate: { spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } } },
      },
    },
    {
      spec: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
    },
  ],
  [
    'Secret',
    `/api/v1/${ns}secrets`,
    { stringData: { a: 'b' }, data: { a: 'eA==', c: 'ZA==' } },
    { type: 'Opaque', data: { a: 'Yg==', c: 'ZA==' } },
  ],
  [
    'Namespace',
    '/api/v1/namespaces',
    {},
    {
      metadata: { labels: { 'kubernetes.io/metadata.name': 'x' } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    },
  ],
  [
    'PersistentVolumeClaim',
    `/api/v1/${ns}persistentvolumeclaims`,
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    { spec: { storageClassName: 'local', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
  ],
  [
    'PersistentVolume',
    '/api/v1/persistentvolumes',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
    {
      spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } },
      status: { phase: expect.any(String) as string },
    },
  ],
  [
    'StorageClass',
    '/apis/storage.k8s.io/v1/storageclasses',
    { provisioner: 'p' },
    { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' },
  ],
  [
    'HorizontalPodAutoscaler',
    `/apis/autoscaling/v2/${ns}horizontalpodautoscalers`,
    { spec: { maxReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'x', apiVersion: 'apps/v1' } } },
    { spec: { minReplicas: 1 } },
  ],
  [
    'PriorityClass',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    { value: 1 },
    { preemptionPolicy: 'PreemptLowerPriority' },
  ],
  ...(['Validating', 'Mutating'] as const).map((which): Row => [
    `${which}WebhookConfiguration`,
    `/apis/admissionregistration.k8s.io/v1/${which.toLowerCase()}webhookconfigurations`,
    {
      webhooks: [
        {
          name: 'a.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { service: { namespace: 'default', name: 'a' } },
          rules: [
            { apiGroups: ['x.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['a'] },
          ],
        },
      ],
    },
    {
      webhooks: [
        {
          failurePolicy: 'Fail',
          matchPolicy: 'Equivalent',
          namespaceSelector: {},
          objectSelector: {},
          timeoutSeconds: 10,
          clientConfig: { service: { port: 443 } },
          rules: [{ scope: '*' }],
          ...(which === 'Mutating' && { reinvocationPolicy: 'Never' }),
        },
      ],
    },
  ]),
  [
    'CSIDriver',
    '/apis/storage.k8s.io/v1/csidrivers',
    { spec: {} },
    {
      spec: {
        attachRequired: true,
        podInfoOnMount: false,
        storageCapacity: false,
        fsGroupPolicy: 'ReadWriteOnceWithFSType',
        requiresRepublish: false,
        volumeLifecycleModes: ['Persistent'],
      },
    },
  ],
  [
    'FlowSchema',
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    { spec: { priorityLevelConfiguration: { name: 'global-default' } } },
    { spec: { matchingPrecedence: 1000 } },
  ],
  [
    'PriorityLevelConfiguration',
    '/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    { spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } } },
    {
      spec: {
        limited: {
          nominalConcurrencyShares: 30,
          lendablePercent: 0,
          limitResponse: { queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
        },
      },
    },
  ],
  [
    'IngressClass',
    '/apis/networking.k8s.io/v1/ingressclasses',
    { spec: { controller: 'example.com/a', parameters: { kind: 'A', name: 'a', scope: null } } },
    { spec: { parameters: { scope: 'Cluster' } } },
  ],
  [
    'PodTemplate',
    `/api/v1/${ns}podtemplates`,
    { template },
    {
      template: {
        spec: { restartPolicy: 'Always', terminationGracePeriodSeconds: 30, dnsPolicy: 'ClusterFirst' },
      },
    },
  ],
  [
    'RoleBinding',
    `/apis/rbac.authorization.k8s.io/v1/${ns}rolebindings`,
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ],
  [
    'ClusterRoleBinding',
    '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    {
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', name: 'a', namespace: 'default' },
      ],
    },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [
        { kind: 'Group', name: 'g', apiGroup: 'rbac.authorization.k8s.io' },
        { kind: 'ServiceAccount', name: 'a', namespace: 'default' },
      ],
    },
  ],
];

test.for(rows)('a %s gets what its author left out', async ([, path, given, found]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const made = await admin.send('POST', path, { metadata: { name: 'x' }, ...given });
  expect(made).toMatchObject({ status: 201, json: found });
  expect(made.json).not.toHaveProperty('stringData');
});

/** What is made for a Pod or Job is part of it: a replacement without it is another one. IngressClasses ask for a version. */
const replaceable = rows.filter(([kind]) => !/^(Pod|Job|IngressClass)\b/.test(kind));

test.for(replaceable)('a %s that is replaced gets it again', async ([, path, given, found]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const body = { metadata: { name: 'x' }, ...given };
  const made = await admin.send('POST', path, body);
  const { resourceVersion } = (await admin.get(`${path}/x`)).json.metadata;
  const again = { ...body, metadata: { name: 'x', resourceVersion } };
  const replaced = await admin.send('PUT', `${path}/x`, again);
  expect(replaced).toMatchObject({ status: 200, json: found });
  expect(replaced.json.spec).toEqual(made.json.spec);
});

test('a CustomResourceDefinition gets names, a conversion and a status', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
  const schema = { openAPIV3Schema: { type: 'object' } };
  const spec = {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'things', kind: 'Thing' },
    versions: [{ name: 'v1', served: true, storage: true, schema }],
  };
  const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' };
  const made = await admin.send('POST', path, { metadata: { name: 'things.example.com' }, spec });
  expect(made).toMatchObject({ status: 201, json: { spec: { names, conversion: { strategy: 'None' } } } });
  const live = await admin.get(`${path}/things.example.com`);
  expect(live.json['status']).toMatchObject({
    acceptedNames: names,
    storedVersions: ['v1'],
    conditions: [
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ],
  });
  const { name, resourceVersion } = live.json.metadata;
  const replaced = await admin.send('PUT', `${path}/${name}`, { metadata: { name, resourceVersion }, spec });
  expect(replaced).toMatchObject({
    status: 200,
    json: { spec: { names, conversion: { strategy: 'None' } } },
  });
});

test('a new Namespace gets an account and the certificate of the API server', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  await admin.send('POST', '/api/v1/namespaces', { metadata: { name: 'x' } });
  expect(await admin.get('/api/v1/namespaces/x/serviceaccounts/default')).toMatchObject({ status: 200 });
  expect(await admin.get('/api/v1/namespaces/x/configmaps/kube-root-ca.crt')).toMatchObject({ status: 200 });
});

test('a Service keeps its address and ports when replaced, and gives ports up with its type', async () => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const services = '/api/v1/namespaces/default/services';
  const ports = [{ port: 80 }, { port: 443, name: 'b' }].map((port, at) => ({
    name: `p${String(at)}`,
    ...port,
  }));
  const made = await admin.send('POST', services, {
    metadata: { name: 's' },
    spec: { type: 'NodePort', ports },
  });
  const nodePorts = (made.json.spec['ports'] as { nodePort: number }[]).map(({ nodePort }) => nodePort);
  expect(new Set(nodePorts).size).toBe(2);
  const replaced = await admin.send('PUT', `${services}/s`, {
    metadata: { name: 's' },
    spec: { type: 'NodePort', ports },
  });
  expect(replaced.json.spec['clusterIP']).toBe(made.json.spec['clusterIP']);
  expect((replaced.json.spec['ports'] as { nodePort: number }[]).map(({ nodePort }) => nodePort)).toEqual(
    nodePorts,
  );
  const plain = await admin.send(
    'PATCH',
    `${services}/s`,
    { spec: { type: 'ClusterIP' } },
    'application/merge-patch+json',
  );
  expect(plain.json.spec['ports']).toEqual([
    { name: 'p0', protocol: 'TCP', port: 80, targetPort: 80 },
    { name: 'b', protocol: 'TCP', port: 443, targetPort: 443 },
  ]);
  expect(plain.json.spec).not.toHaveProperty('externalTrafficPolicy');
});
