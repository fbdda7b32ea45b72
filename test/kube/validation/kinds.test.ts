import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus } from '../../support/invalid-status.js';

const ns = 'namespaces/default/';
const rbac = 'rbac.authorization.k8s.io';
const kinds = {
  Deployment: { path: `/apis/apps/v1/${ns}deployments`, group: 'apps' },
  ReplicaSet: { path: `/apis/apps/v1/${ns}replicasets`, group: 'apps' },
  StatefulSet: { path: `/apis/apps/v1/${ns}statefulsets`, group: 'apps' },
  DaemonSet: { path: `/apis/apps/v1/${ns}daemonsets`, group: 'apps' },
  ReplicationController: { path: `/api/v1/${ns}replicationcontrollers`, group: '' },
  Job: { path: `/apis/batch/v1/${ns}jobs`, group: 'batch' },
  CronJob: { path: `/apis/batch/v1/${ns}cronjobs`, group: 'batch' },
  Service: { path: `/api/v1/${ns}services`, group: '' },
  ServiceAccount: { path: `/api/v1/${ns}serviceaccounts`, group: '' },
  ConfigMap: { path: `/api/v1/${ns}configmaps`, group: '' },
  Secret: { path: `/api/v1/${ns}secrets`, group: '' },
  Namespace: { path: '/api/v1/namespaces', group: '' },
  Node: { path: '/api/v1/nodes', group: '' },
  LimitRange: { path: `/api/v1/${ns}limitranges`, group: '' },
  ResourceQuota: { path: `/api/v1/${ns}resourcequotas`, group: '' },
  PersistentVolumeClaim: { path: `/api/v1/${ns}persistentvolumeclaims`, group: '' },
  PersistentVolume: { path: '/api/v1/persistentvolumes', group: '' },
  StorageClass: { path: '/apis/storage.k8s.io/v1/storageclasses', group: 'storage.k8s.io' },
  Ingress: { path: `/apis/networking.k8s.io/v1/${ns}ingresses`, group: 'networking.k8s.io' },
  IngressClass: { path: '/apis/networking.k8s.io/v1/ingressclasses', group: 'networking.k8s.io' },
  NetworkPolicy: { path: `/apis/networking.k8s.io/v1/${ns}networkpolicies`, group: 'networking.k8s.io' },
  HorizontalPodAutoscaler: {
    path: `/apis/autoscaling/v2/${ns}horizontalpodautoscalers`,
    group: 'autoscaling',
  },
  PodDisruptionBudget: { path: `/apis/policy/v1/${ns}poddisruptionbudgets`, group: 'policy' },
  PriorityClass: { path: '/apis/scheduling.k8s.io/v1/priorityclasses', group: 'scheduling.k8s.io' },
  Role: { path: `/apis/${rbac}/v1/${ns}roles`, group: rbac },
  ClusterRole: { path: `/apis/${rbac}/v1/clusterroles`, group: rbac },
  RoleBinding: { path: `/apis/${rbac}/v1/${ns}rolebindings`, group: rbac },
  ClusterRoleBinding: { path: `/apis/${rbac}/v1/clusterrolebindings`, group: rbac },
} as const;
type Kind = keyof typeof kinds;

const pod = { containers: [{ name: 'c', image: 'i' }] };
const template = { metadata: { labels: { a: 'b' } }, spec: pod };
const selector = { matchLabels: { a: 'b' } };
const once = { template: { spec: { ...pod, restartPolicy: 'Never' } } };
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const dns1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const key =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const port = 'must be between 1 and 65535, inclusive';
const notNegative = 'must be greater than or equal to 0';
const unmatched =
  'spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: `selector` does not match template `labels`';
const qualified =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const expressions = 'spec.scopeSelector.matchExpressions';
const scopesShown = '[]core.ResourceQuotaScope{"BestEffort"}';
const scoped = 'core.ScopedResourceSelectorRequirement';
const selectorShown = `core.ScopeSelector{MatchExpressions:[]${scoped}{${scoped}{ScopeName:"Terminating", Operator:"In", Values:[]string(nil)}, ${scoped}{ScopeName:"PriorityClass", Operator:"Exists", Values:[]string{"a"}}, ${scoped}{ScopeName:"NotTerminating", Operator:"Is", Values:[]string(nil)}}}`;
const onlyExists =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
const large = 'x'.repeat(1024 * 1024 + 1);

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function path(given: object): object {
  return { spec: { rules: [{ http: { paths: [given] } }] } };
}

const backend = { service: { name: 'a', port: { number: 80 } } };
const p = 'spec.rules[0].http.paths[0]';
const scaled = { scaleTargetRef: { kind: 'Deployment', name: 'x' }, maxReplicas: 1 };

/** What is wrong, what is posted, and the causes it is refused with. */
type Row = readonly [what: string, given: object, causes: readonly string[]];

const table: Readonly<Partial<Record<Kind, readonly Row[]>>> = {
  Deployment: [
    ['no selector', { spec: { template } }, ['spec.selector: Required value', unmatched]],
    [
      'everything missing',
      {},
      [
        'spec.selector: Required value',
        'spec.template.metadata.labels: Invalid value: map[string]string(nil): `selector` does not match template `labels`',
        'spec.template.spec.containers: Required value',
      ],
    ],
    [
      'fewer than no pods, of other labels',
      { spec: { replicas: -1, selector: { matchLabels: { a: 'c' } }, template } },
      [`spec.replicas: Invalid value: -1: ${notNegative}`, unmatched],
    ],
    [
      'a selector of everything',
      { spec: { selector: {}, template } },
      [
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
      ],
    ],
    [
      'a selector nobody understands',
      { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'Is', values: ['b'] }] }, template } },
      [
        'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
        'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement{v1.LabelSelectorRequirement{Key:"a", Operator:"Is", Values:[]string{"b"}}}}: invalid label selector',
      ],
    ],
    [
      'pods that end, by a date',
      {
        spec: {
          selector,
          template: { ...template, spec: { ...pod, restartPolicy: 'Never', activeDeadlineSeconds: 1 } },
        },
      },
      [
        'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
        'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
      ],
    ],
    [
      'an unknown strategy',
      { spec: { selector, template, strategy: { type: 'Blue' } } },
      [
        'spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:"Blue", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: "Recreate", "RollingUpdate"',
      ],
    ],
    [
      'steps for what has none',
      { spec: { selector, template, strategy: { type: 'Recreate', rollingUpdate: {} } } },
      ["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
    ],
    [
      'steps of nothing',
      { spec: { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
      [
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:0, IntVal:0, StrVal:""}: may not be 0 when `maxSurge` is 0',
      ],
    ],
    [
      'steps that are no numbers, or more than all',
      {
        spec: { selector, template, strategy: { rollingUpdate: { maxSurge: 'x', maxUnavailable: '200%' } } },
      },
      [
        `spec.strategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"x"}: a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
        'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"200%"}: must not be greater than 100%',
      ],
    ],
    [
      'a deadline before it can be ready',
      { spec: { selector, template, minReadySeconds: 10, progressDeadlineSeconds: 5 } },
      ['spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds'],
    ],
    [
      'bad labels and a bad pod in its template',
      {
        spec: {
          selector,
          template: { metadata: { labels: { a: 'b', 'c/d/e': '' } }, spec: { containers: [{ name: 'c' }] } },
        },
      },
      [
        `spec.template.labels: Invalid value: "c/d/e": a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
        'spec.template.spec.containers[0].image: Required value',
      ],
    ],
  ],
  ReplicaSet: [['no selector', { spec: { template } }, ['spec.selector: Required value', unmatched]]],
  StatefulSet: [
    [
      'unknown policies',
      {
        spec: {
          selector,
          template,
          podManagementPolicy: 'Any',
          updateStrategy: { type: 'Odd' },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Keep' },
        },
      },
      [
        `spec.podManagementPolicy: Invalid value: "Any": must be 'OrderedReady' or 'Parallel'`,
        `spec.updateStrategy: Invalid value: apps.StatefulSetUpdateStrategy{Type:"Odd", RollingUpdate:(*apps.RollingUpdateStatefulSetStrategy)(nil)}: must be 'RollingUpdate' or 'OnDelete'`,
        'spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: "Keep": supported values: "Retain", "Delete"',
      ],
    ],
    ['no selector', { spec: { template } }, ['spec.selector: Required value', unmatched]],
  ],
  DaemonSet: [
    ['no selector', { spec: { template } }, [unmatched]],
    [
      'an unknown strategy',
      { spec: { selector, template, updateStrategy: { type: 'Delete' } } },
      [
        'spec.updateStrategy: Unsupported value: apps.DaemonSetUpdateStrategy{Type:"Delete", RollingUpdate:(*apps.RollingUpdateDaemonSet)(nil)}: supported values: "RollingUpdate", "OnDelete"',
      ],
    ],
    [
      'both kinds of steps',
      { spec: { selector, template, updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } } } },
      [
        'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: intstr.IntOrString{Type:0, IntVal:1, StrVal:""}: may not be set when maxUnavailable is non-zero',
      ],
    ],
  ],
  ReplicationController: [
    ['no template', { spec: { selector: { a: 'b' } } }, ['spec.template: Required value']],
    ['a template of other labels', { spec: { selector: { a: 'c' }, template } }, [unmatched]],
  ],
  Job: [
    [
      'pods that never end',
      { spec: { template: { spec: pod } } },
      ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
    ],
    [
      'counts below zero',
      { spec: { ...once, parallelism: -1, backoffLimit: -1, ttlSecondsAfterFinished: -1 } },
      ['parallelism', 'backoffLimit', 'ttlSecondsAfterFinished'].map(
        (name) => `spec.${name}: Invalid value: -1: ${notNegative}`,
      ),
    ],
    [
      'an unknown mode',
      { spec: { ...once, completionMode: 'Odd' } },
      ['spec.completionMode: Unsupported value: "Odd": supported values: "NonIndexed", "Indexed"'],
    ],
    [
      'nothing to count by',
      { spec: { ...once, completionMode: 'Indexed', parallelism: 1 } },
      ['spec.completions: Required value: when completion mode is Indexed'],
    ],
    [
      'a policy for failures of pods that start again',
      {
        spec: {
          template: { spec: { ...pod, restartPolicy: 'OnFailure' } },
          podFailurePolicy: { rules: [] },
        },
      },
      [
        'spec.template.spec.restartPolicy: Invalid value: "OnFailure": only "Never" is supported when podFailurePolicy is specified',
      ],
    ],
  ],
  CronJob: [
    [
      'a schedule of one word',
      { spec: { schedule: 'often', jobTemplate: { spec: once } } },
      ['spec.schedule: Invalid value: "often": expected exactly 5 fields, found 1: [often]'],
    ],
    [
      'no schedule, an unknown policy, limits below zero',
      {
        spec: {
          concurrencyPolicy: 'Queue',
          startingDeadlineSeconds: -1,
          failedJobsHistoryLimit: -1,
          jobTemplate: { spec: once },
        },
      },
      [
        'spec.schedule: Required value',
        `spec.startingDeadlineSeconds: Invalid value: -1: ${notNegative}`,
        'spec.concurrencyPolicy: Unsupported value: "Queue": supported values: "Allow", "Forbid", "Replace"',
        `spec.failedJobsHistoryLimit: Invalid value: -1: ${notNegative}`,
      ],
    ],
    [
      'an hour there is not',
      { spec: { schedule: '0 24 * * *', jobTemplate: { spec: once } } },
      ['spec.schedule: Invalid value: "0 24 * * *": end of range (24) above maximum (23): 24'],
    ],
    [
      'a time zone there is not',
      { spec: { schedule: '@daily', timeZone: 'Mars/Olympus', jobTemplate: { spec: once } } },
      ['spec.timeZone: Invalid value: "Mars/Olympus": unknown time zone Mars/Olympus'],
    ],
    [
      'time zones in two places',
      { spec: { schedule: 'TZ=UTC 0 1 * * *', timeZone: 'UTC', jobTemplate: { spec: once } } },
      [
        'spec.schedule: Invalid value: "TZ=UTC 0 1 * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
      ],
    ],
    ...[
      ['CRON_TZ=Mars 0 1 * * *', 'provided bad location Mars: unknown time zone Mars', true],
      ['@foo', 'unrecognized descriptor: @foo'],
      ['@every 1x', 'failed to parse duration @every 1x: time: unknown unit "x" in duration "1x"'],
      ['@every 5', 'failed to parse duration @every 5: time: missing unit in duration "5"'],
      ['@every x', 'failed to parse duration @every x: time: invalid duration "x"'],
      ['* * * * 7', 'end of range (7) above maximum (6): 7'],
      ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
      ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
      ['-1 * * * *', 'failed to parse int from : strconv.Atoi: parsing "": invalid syntax'],
    ].map(([schedule = '', why = '', isZoned]): Row => {
      const shown = `spec.schedule: Invalid value: "${String(schedule)}"`;
      const zoned = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
      const causes = [`${shown}: ${String(why)}`, ...(isZoned === true ? [`${shown}: ${zoned}`] : [])];
      return [
        `a schedule of ${String(schedule)}`,
        { spec: { schedule, jobTemplate: { spec: once } } },
        causes,
      ];
    }),
    [
      'a selector of its own',
      { spec: { schedule: '@daily', jobTemplate: { spec: { ...once, selector } } } },
      [
        'spec.jobTemplate.spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{"a":"b"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: `selector` will be auto-generated',
      ],
    ],
    [
      'pods that never end',
      { spec: { schedule: '@daily', jobTemplate: { spec: { template: { spec: pod } } } } },
      [
        'spec.jobTemplate.spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
      ],
    ],
  ],
  Service: [
    ['no ports', { spec: {} }, ['spec.ports: Required value']],
    [
      'ports without names, and an unknown type',
      { spec: { type: 'Other', ports: [{ port: 1 }, { port: 2 }] } },
      [
        'spec.ports[0].name: Required value',
        'spec.ports[1].name: Required value',
        'spec.type: Unsupported value: "Other": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
    [
      'the same port twice, of one name',
      {
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'a', port: 80 },
          ],
        },
      },
      [
        'spec.ports[1].name: Duplicate value: "a"',
        'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
      ],
    ],
    [
      'ports there cannot be',
      { spec: { ports: [{ port: 0, protocol: 'ICMP', name: 'A' }] } },
      [
        `spec.ports[0].name: Invalid value: "A": ${label}`,
        `spec.ports[0].port: Invalid value: 0: ${port}`,
        'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
        `spec.ports[0].targetPort: Invalid value: 0: ${port}`,
      ],
    ],
    [
      'a target of no name',
      { spec: { ports: [{ port: 80, targetPort: 'Web' }] } },
      [
        'spec.ports[0].targetPort: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      ],
    ],
    [
      'a node port inside of the cluster',
      { spec: { ports: [{ port: 80, nodePort: 30080 }] } },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      'a node port out of range',
      { spec: { type: 'NodePort', ports: [{ port: 1, nodePort: 80 }] } },
      [
        'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
      ],
    ],
    [
      'one node port for two ports',
      {
        spec: {
          type: 'NodePort',
          ports: [
            { name: 'a', port: 80, nodePort: 30080 },
            { name: 'b', port: 81, nodePort: 30080 },
          ],
        },
      },
      ['spec.ports[1].nodePort: Duplicate value: 30080'],
    ],
    [
      'an address that is taken',
      { spec: { clusterIP: '10.233.0.1', ports: [{ port: 1 }] } },
      [
        'spec.clusterIPs: Invalid value: []string{"10.233.0.1"}: failed to allocate IP 10.233.0.1: provided IP is already allocated',
      ],
    ],
    [
      'an address from elsewhere',
      { spec: { clusterIP: '8.8.8.8', ports: [{ port: 1 }] } },
      [
        'spec.clusterIPs: Invalid value: []string{"8.8.8.8"}: failed to allocate IP 8.8.8.8: the provided IP (8.8.8.8) is not in the valid range. The range of valid IPs is 10.233.0.0/18',
      ],
    ],
    [
      'an address that is none',
      { spec: { clusterIP: 'x', ports: [{ port: 1 }] } },
      [
        'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      'addresses that differ',
      { spec: { clusterIP: '10.233.7.7', clusterIPs: ['10.233.7.8'], ports: [{ port: 1 }] } },
      ['spec.clusterIPs: Invalid value: []string{"10.233.7.8"}: first value must match `clusterIP`'],
    ],
    [
      'no address where there must be one',
      { spec: { type: 'NodePort', clusterIP: 'None', ports: [{ port: 1 }] } },
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
    ],
    [
      'an address that is none, which is told before anything else is',
      { spec: { clusterIP: 'x', ports: [] } },
      [
        'spec.clusterIPs[0]: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      'a class of no name, and addresses that reach everybody',
      {
        spec: {
          type: 'LoadBalancer',
          ports: [{ port: 1 }],
          loadBalancerClass: 'a b',
          externalIPs: ['ff02::1'],
        },
      },
      [
        'spec.externalIPs[0]: Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
        `spec.loadBalancerClass: Invalid value: "a b": ${qualified}`,
      ],
    ],
    ['a name of nothing', { spec: { type: 'ExternalName' } }, ['spec.externalName: Required value']],
    [
      'a name there cannot be',
      { spec: { type: 'ExternalName', externalName: 'A_b' } },
      [`spec.externalName: Invalid value: "A_b": ${subdomain}`],
    ],
    [
      'what only others have',
      {
        spec: {
          ports: [{ port: 1 }],
          externalTrafficPolicy: 'Local',
          loadBalancerSourceRanges: ['10.0.0.0/99'],
          allocateLoadBalancerNodePorts: true,
          sessionAffinity: 'Cookie',
          internalTrafficPolicy: 'Any',
          externalIPs: ['127.0.0.1'],
        },
      },
      [
        'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
        'spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
        "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0/99": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        "spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer'",
        'spec.internalTrafficPolicy: Unsupported value: "Any": supported values: "Cluster", "Local"',
      ],
    ],
    [
      'a policy for who never comes from outside',
      { spec: { ports: [{ port: 1 }], externalTrafficPolicy: 'Local' } },
      [
        'spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services',
      ],
    ],
    [
      'clients that stay for two days',
      {
        spec: {
          ports: [{ port: 1 }],
          sessionAffinity: 'ClientIP',
          sessionAffinityConfig: { clientIP: { timeoutSeconds: 172800 } },
        },
      },
      [
        'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 172800: must be greater than 0 and less than 86400',
      ],
    ],
    [
      'a name that starts with a digit',
      { metadata: { name: '1a' }, spec: { ports: [{ port: 1 }] } },
      [`metadata.name: Invalid value: "1a": ${dns1035}`],
    ],
  ],
  ServiceAccount: [
    [
      'a name in upper case',
      { metadata: { name: 'A' } },
      [`metadata.name: Invalid value: "A": ${subdomain}`],
    ],
  ],
  ConfigMap: [
    [
      'keys that could not be files, and one in both places',
      { data: { 'a b': '', '..': '', c: '' }, binaryData: { c: '' } },
      [
        `data[a b]: Invalid value: "a b": ${key}`,
        `data[..]: Invalid value: "..": must not be '..'`,
        'data[c]: Invalid value: "c": duplicate of key present in binaryData',
      ],
    ],
    ['more than a mebibyte', { data: { a: large } }, ['[]: Too long: may not be more than 1048576 bytes']],
  ],
  Secret: [
    [
      'no certificate',
      { type: 'kubernetes.io/tls', data: {} },
      ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
    ],
    [
      'no user',
      { type: 'kubernetes.io/basic-auth' },
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    ['no key', { type: 'kubernetes.io/ssh-auth' }, ['data[ssh-privatekey]: Required value']],
    ...[
      ['{"a":}', "invalid character '}' looking for beginning of value"],
      ['{"a":1} x', "invalid character 'x' after top-level value"],
      ['{a}', "invalid character 'a' looking for beginning of object key string"],
      ['{', 'unexpected end of JSON input'],
    ].map(([text = '', why = '']): Row => [
      `a registry written as ${text}`,
      { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': text } },
      [`data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": ${why}`],
    ]),
    ['no registry', { type: 'kubernetes.io/dockerconfigjson' }, ['data[.dockerconfigjson]: Required value']],
    [
      'a registry that is no JSON',
      { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': 'x' } },
      [
        `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
      ],
    ],
    ['an old registry of nothing', { type: 'kubernetes.io/dockercfg' }, ['data[.dockercfg]: Required value']],
    [
      'an account nobody names',
      { type: 'kubernetes.io/service-account-token' },
      ['metadata.annotations[kubernetes.io/service-account.name]: Required value'],
    ],
    ['a key that could not be a file', { data: { 'a b': '' } }, [`data[a b]: Invalid value: "a b": ${key}`]],
    [
      'more than a mebibyte',
      { data: { a: base64(large) } },
      ['data: Too long: may not be more than 1048576 bytes'],
    ],
  ],
  Namespace: [
    [
      'dots in its name',
      { metadata: { name: 'a.b' } },
      ['metadata.name: Invalid value: "a.b": must not contain dots'],
    ],
  ],
  Node: [
    [
      'taints without effect, and twice the same',
      {
        spec: {
          taints: [
            { key: 'a' },
            { key: 'b', effect: 'NoSchedule' },
            { key: 'b', value: 'x', effect: 'NoSchedule' },
          ],
        },
      },
      [
        'metadata.taints[0].effect: Required value',
        'metadata.taints[2]: Duplicate value: core.Taint{Key:"b", Value:"x", Effect:"NoSchedule", TimeAdded:<nil>}: taints must be unique by key and effect pair',
      ],
    ],
  ],
  LimitRange: [
    [
      'limits of unknown things',
      {
        spec: {
          limits: [
            { type: 'Box' },
            { type: 'Container', max: { disk: '1' } },
            { type: 'Container' },
            { type: 'PersistentVolumeClaim' },
          ],
        },
      },
      [
        'spec.limits[0].type: Invalid value: "Box": must be a standard limit type or fully qualified',
        'spec.limits[1].max[disk]: Invalid value: disk: must be a standard resource type or fully qualified',
        'spec.limits[1].max[disk]: Invalid value: disk: must be a standard resource for containers',
        'spec.limits[1].default[disk]: Invalid value: disk: must be a standard resource type or fully qualified',
        'spec.limits[1].default[disk]: Invalid value: disk: must be a standard resource for containers',
        'spec.limits[1].defaultRequest[disk]: Invalid value: disk: must be a standard resource type or fully qualified',
        'spec.limits[1].defaultRequest[disk]: Invalid value: disk: must be a standard resource for containers',
        'spec.limits[2].type: Duplicate value: "Container"',
        'spec.limits[3].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      ],
    ],
    [
      'a least above the most, and defaults for pods',
      {
        spec: {
          limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' } }],
        },
      },
      [
        "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
        'spec.limits[0].min[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:2, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"2", Format:"DecimalSI"}: min value 2 is greater than max value 1',
      ],
    ],
    [
      'a default above the most',
      {
        spec: {
          limits: [
            { type: 'Container', max: { cpu: '1' }, default: { cpu: '2' }, defaultRequest: { cpu: '1' } },
          ],
        },
      },
      [
        'spec.limits[0].default[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:1, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1", Format:"DecimalSI"}: default value 2 is greater than max value 1',
      ],
    ],
    [
      'a ratio below one',
      { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] } },
      [
        'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: ratio 500m is less than 1',
      ],
    ],
  ],
  ResourceQuota: [
    [
      'unknown resources, less than none, half a pod',
      { spec: { hard: { disks: '1', cpu: '-1', pods: '500m' } } },
      [
        'spec.hard[disks]: Invalid value: disks: must be a standard resource type or fully qualified',
        'spec.hard[disks]: Invalid value: disks: must be a standard resource for quota',
        `spec.hard[cpu]: Invalid value: "-1": ${notNegative}`,
        'spec.hard[pods]: Invalid value: resource.Quantity{i:resource.int64Amount{value:500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"500m", Format:"DecimalSI"}: must be an integer',
      ],
    ],
    [
      'scopes that exclude each other',
      { spec: { scopes: ['BestEffort', 'NotBestEffort'] } },
      [
        'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort", "NotBestEffort"}: conflicting scopes',
      ],
    ],
    [
      'scopes that do not fit what is limited',
      {
        spec: {
          scopes: ['BestEffort'],
          hard: { cpu: '1', pods: '1', secrets: '1' },
          scopeSelector: {
            matchExpressions: [
              { scopeName: 'Terminating', operator: 'In' },
              { scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] },
              { scopeName: 'NotTerminating', operator: 'Is' },
            ],
          },
        },
      },
      [
        ...[1, 2].map(
          () => `spec.scopes: Invalid value: ${scopesShown}: unsupported scope applied to resource`,
        ),
        `${expressions}: Invalid value: ${selectorShown}: unsupported scope applied to resource`,
        `${expressions}.operator: Invalid value: "In": ${onlyExists}`,
        `${expressions}.values: Required value: must be at least one value when \`operator\` is 'In' or 'NotIn' for scope selector`,
        `${expressions}: Invalid value: ${selectorShown}: unsupported scope applied to resource`,
        `${expressions}.values: Invalid value: []string{"a"}: must be no value when \`operator\` is 'Exist' or 'DoesNotExist' for scope selector`,
        `${expressions}: Invalid value: ${selectorShown}: unsupported scope applied to resource`,
        `${expressions}.operator: Invalid value: "Is": ${onlyExists}`,
        `${expressions}.operator: Invalid value: "Is": not a valid selector operator`,
        `${expressions}: Invalid value: ${scopesShown}: conflicting scopes`,
      ],
    ],
  ],
  PersistentVolumeClaim: [
    [
      'nothing asked for',
      { spec: {} },
      [
        'spec.accessModes: Required value: at least 1 access mode is required',
        'spec.resources[storage]: Required value',
      ],
    ],
    [
      'unknown modes and no space',
      {
        spec: {
          accessModes: ['ReadWriteOnce', 'ReadWriteOncePod', 'Odd'],
          resources: { requests: { storage: '0' } },
          volumeMode: 'Tape',
          storageClassName: 'A_b',
        },
      },
      [
        'spec.accessModes: Unsupported value: "Odd": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
        'spec.resources[storage]: Invalid value: "0": must be greater than zero',
        `spec.storageClassName: Invalid value: "A_b": ${subdomain}`,
        'spec.volumeMode: Unsupported value: "Tape": supported values: "Block", "Filesystem"',
      ],
    ],
    [
      'a source that is none',
      {
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '1Gi' } },
          dataSourceRef: { kind: 'Disk', name: 'd' },
        },
      },
      [
        `spec.dataSource: Invalid value: "Disk": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
        `spec.dataSourceRef: Invalid value: "Disk": must be 'PersistentVolumeClaim' when referencing the default apiGroup`,
      ],
    ],
  ],
  PersistentVolume: [
    [
      'nothing said',
      {},
      [
        'spec.accessModes: Required value',
        'spec.capacity: Required value',
        'spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage"',
        'spec: Required value: must specify a volume type',
      ],
    ],
  ],
  StorageClass: [
    [
      'no provisioner and unknown modes',
      { reclaimPolicy: 'Sell', volumeBindingMode: 'Later' },
      [
        'provisioner: Required value',
        'reclaimPolicy: Unsupported value: "Sell": supported values: "Delete", "Retain"',
        'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
      ],
    ],
  ],
  Ingress: [
    [
      'nothing to route',
      { spec: {} },
      [
        'spec: Invalid value: []networking.IngressRule(nil): either `defaultBackend` or `rules` must be specified',
      ],
    ],
    [
      'hosts that are none',
      {
        spec: {
          rules: [{ host: '10.0.0.1' }, { host: 'A_b' }, { host: 'a.*.b' }],
          tls: [{ hosts: ['A_b'], secretName: 'A_b' }],
        },
      },
      [
        'spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address',
        `spec.rules[1].host: Invalid value: "A_b": ${subdomain}`,
        `spec.rules[2].host: Invalid value: "a.*.b": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
        `spec.tls[0].hosts[0]: Invalid value: "A_b": ${subdomain}`,
        `spec.tls[0].secretName: Invalid value: "A_b": ${subdomain}`,
      ],
    ],
    ['no paths', { spec: { rules: [{ http: {} }] } }, ['spec.rules[0].http.paths: Required value']],
    [
      'a path of no type',
      path({ path: '/', backend }),
      [`${p}.pathType: Required value: pathType must be specified`],
    ],
    [
      'a path of an unknown type',
      path({ path: '/', pathType: 'Regex', backend }),
      [
        `${p}.pathType: Unsupported value: "Regex": supported values: "Exact", "ImplementationSpecific", "Prefix"`,
      ],
    ],
    [
      'a path that is none',
      path({ path: 'a//b', pathType: 'Prefix', backend }),
      [
        `${p}.path: Invalid value: "a//b": must be an absolute path`,
        `${p}.path: Invalid value: "a//b": must not contain '//'`,
      ],
    ],
    [
      'a backend of nothing',
      path({ path: '/', pathType: 'Exact' }),
      [`${p}.backend: Invalid value: "": resource or service backend is required`],
    ],
    [
      'a backend without name and port',
      path({ path: '/', pathType: 'Exact', backend: { service: {} } }),
      [
        `${p}.backend.service.name: Required value`,
        `${p}.backend: Required value: port name or number is required`,
      ],
    ],
    [
      'a backend with two ports',
      path({
        path: '/',
        pathType: 'Exact',
        backend: { service: { name: '1a', port: { name: 'a', number: 1 } } },
      }),
      [
        `${p}.backend.service.name: Invalid value: "1a": ${dns1035}`,
        `${p}.backend: Invalid value: "": cannot set both port name & port number`,
      ],
    ],
  ],
  IngressClass: [
    ['no controller', { spec: {} }, ['spec.controller: Required value']],
    [
      'a controller of no domain',
      { spec: { controller: 'a' } },
      ['spec.controller: Invalid value: "a": must be a domain-prefixed path (such as "acme.io/foo")'],
    ],
  ],
  NetworkPolicy: [
    [
      'peers that are none',
      {
        spec: {
          ingress: [{ from: [{}, { ipBlock: { cidr: '10.0.0.0' } }] }],
          egress: [{ to: [{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }],
          policyTypes: ['Both'],
        },
      },
      [
        'spec.ingress[0].from[0]: Required value: must specify a peer',
        'spec.ingress[0].from[1].ipBlock.cidr: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
        'spec.egress[0].to[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`',
        'spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer',
        'spec.policyTypes[0]: Unsupported value: "Both": supported values: "Ingress", "Egress"',
      ],
    ],
    [
      'ports that are none',
      { spec: { ingress: [{ ports: [{ port: 0 }, { port: 90, endPort: 80 }, { protocol: 'ICMP' }] }] } },
      [
        `spec.ingress[0].ports[0].port: Invalid value: 0: ${port}`,
        'spec.ingress[0].ports[1].endPort: Invalid value: 90: must be greater than or equal to `port`',
        'spec.ingress[0].ports[2].protocol: Unsupported value: "ICMP": supported values: "TCP", "UDP", "SCTP"',
      ],
    ],
  ],
  HorizontalPodAutoscaler: [
    [
      'nothing to scale',
      { spec: {} },
      [
        'spec.maxReplicas: Invalid value: 0: must be greater than 0',
        'spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`',
        'spec.scaleTargetRef.kind: Required value',
        'spec.scaleTargetRef.name: Required value',
      ],
    ],
    [
      'a metric of nothing, and one without target',
      {
        spec: {
          ...scaled,
          metrics: [{ type: 'Resource' }, { type: 'Pods', pods: { metric: {}, target: { type: 'Odd' } } }],
        },
      },
      [
        'spec.metrics[0].resource: Required value: must populate information for the given metric source',
        'spec.metrics[1].pods.metric.name: Required value: must specify a metric name',
        'spec.metrics[1].pods.target.type: Invalid value: "Odd": must be either Utilization, Value, or AverageValue',
        'spec.metrics[1].pods.target.averageValue: Required value: must specify a positive target averageValue',
      ],
    ],
    [
      'rules of nothing',
      {
        spec: {
          ...scaled,
          behavior: { scaleUp: { stabilizationWindowSeconds: -1, policies: [{ type: 'Odd' }] } },
        },
      },
      [
        'spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: -1: must be greater than or equal to zero',
        'spec.behavior.scaleUp.policies[0].type: Unsupported value: "Odd": supported values: "Percent", "Pods"',
        'spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero',
        'spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 0: must be greater than zero',
      ],
    ],
  ],
  PodDisruptionBudget: [
    [
      'both ways to count',
      { spec: { selector, minAvailable: 1, maxUnavailable: '101%' } },
      [
        'spec: Invalid value: policy.PodDisruptionBudgetSpec{MinAvailable:(*intstr.IntOrString)(0xc000012345), Selector:(*v1.LabelSelector)(0xc000012345), MaxUnavailable:(*intstr.IntOrString)(0xc000012345), UnhealthyPodEvictionPolicy:(*policy.UnhealthyPodEvictionPolicyType)(nil)}: minAvailable and maxUnavailable cannot be both set',
        'spec.maxUnavailable: Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"101%"}: must not be greater than 100%',
      ],
    ],
    [
      'fewer than none',
      { spec: { selector, minAvailable: -1 } },
      [`spec.minAvailable: Invalid value: -1: ${notNegative}`],
    ],
  ],
  PriorityClass: [
    [
      'more than anybody may have',
      { value: 2_000_000_000 },
      ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
    ],
    [
      'a name of the system',
      { metadata: { name: 'system-x' }, value: 1 },
      [
        "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-x is not a known system priority class",
      ],
    ],
  ],
  Role: [
    [
      'rules about nothing',
      { rules: [{}, { verbs: ['get'], nonResourceURLs: ['/x'] }] },
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
        'rules[1].nonResourceURLs: Invalid value: []string{"/x"}: namespaced rules cannot apply to non-resource URLs',
      ],
    ],
  ],
  ClusterRole: [
    [
      'rules about two kinds of things',
      { rules: [{ verbs: ['get'], nonResourceURLs: ['/x'], resources: ['pods'] }] },
      [
        'rules[0].nonResourceURLs: Invalid value: []string{"/x"}: rules cannot apply to both regular resources and non-resource URLs',
      ],
    ],
  ],
  RoleBinding: [
    [
      'a role, for nobody',
      {
        roleRef: { kind: 'ClusterRole', name: 'view' },
        subjects: [{ kind: 'Robot', name: 'a' }, { kind: 'User' }, { kind: 'ServiceAccount', name: 'A' }],
      },
      [
        'subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"',
        'subjects[1].name: Required value',
        `subjects[2].name: Invalid value: "A": ${subdomain}`,
      ],
    ],
  ],
  ClusterRoleBinding: [
    [
      'a role of a namespace, for an account of none',
      {
        roleRef: { kind: 'Role', name: 'a', apiGroup: 'example.com' },
        subjects: [{ kind: 'ServiceAccount', name: 'a', apiGroup: 'x' }],
      },
      [
        `roleRef.apiGroup: Unsupported value: "example.com": supported values: "${rbac}"`,
        'roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"',
        'subjects[0].apiGroup: Unsupported value: "x": supported values: ""',
        'subjects[0].namespace: Required value',
      ],
    ],
  ],
};

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

describe.for(Object.entries(table) as [Kind, readonly Row[]][])('a %s is refused for', ([kind, rows]) => {
  test.for(rows)('%s', async ([, given, causes]) => {
    const { path: place, group } = kinds[kind];
    const body = { metadata: { name: 'x' }, ...given };
    const { json } = await admin.send('POST', place, body);
    expect(json).toEqual(invalidStatus({ kind, group }, body.metadata.name, causes));
  });
});
