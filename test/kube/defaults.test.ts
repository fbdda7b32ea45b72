import { expect, test } from 'vitest';
import { startFakeKsApiserver } from '../../src/kit/start.js';
import { as } from '../support/ask.js';

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const selector = { matchLabels: { a: 'b' } };
const ns = 'namespaces/default/';

/** Where a kind is posted to, what is said, and what is there besides. */
const rows: readonly (readonly [kind: string, path: string, given: object, found: object])[] = [
  [
    'Service',
    `/api/v1/${ns}services`,
    { spec: { selector: { a: 'b' }, ports: [{ port: 80 }] } },
    {
      spec: {
        type: 'ClusterIP',
        clusterIP: expect.stringMatching(/^10\.233\.\d+\.\d+$/) as string,
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
    { spec: { externalTrafficPolicy: 'Cluster', ports: [{ nodePort: expect.any(Number) as number }] } },
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
        tolerations: [{ tolerationSeconds: 300 }, { tolerationSeconds: 300 }],
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
        template: { metadata: { labels: { 'job-name': 'x', 'batch.kubernetes.io/job-name': 'x' } } },
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
    'PersistentVolumeClaim',
    `/api/v1/${ns}persistentvolumeclaims`,
    { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    { spec: { storageClassName: 'local', volumeMode: 'Filesystem' }, status: { phase: 'Pending' } },
  ],
  [
    'PersistentVolume',
    '/api/v1/persistentvolumes',
    { spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], hostPath: { path: '/x' } } },
    { spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem', hostPath: { type: '' } } },
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
    'RoleBinding',
    `/apis/rbac.authorization.k8s.io/v1/${ns}rolebindings`,
    { roleRef: { kind: 'Role', name: 'r' }, subjects: [{ kind: 'User', name: 'u' }] },
    {
      roleRef: { apiGroup: 'rbac.authorization.k8s.io' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io' }],
    },
  ],
];

test.for(rows)('a %s gets what its author left out', async ([, path, given, found]) => {
  await using ks = await startFakeKsApiserver();
  const admin = await as(ks, 'admin');
  const made = await admin.send('POST', path, { metadata: { name: 'x' }, ...given });
  expect(made).toMatchObject({ status: 201, json: found });
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
