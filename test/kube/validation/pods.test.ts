import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus } from '../../support/invalid-status.js';

const pods = '/api/v1/namespaces/default/pods';
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const half =
  'resource.Quantity{i:resource.int64Amount{value:1500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1500m", Format:"DecimalSI"}';
const port = 'must be between 1 and 65535, inclusive';
const c = 'spec.containers[0]';

/** A pod of one sound container, but for what is given. */
function pod(container: object, spec: object = {}): object {
  return { spec: { containers: [{ name: 'c', image: 'i', ...container }], ...spec } };
}

function env(...variables: object[]): object {
  return pod({ env: variables });
}

function probe(readinessProbe: object): object {
  return pod({ readinessProbe });
}

function volume(source: object): object {
  return pod({}, { volumes: [{ name: 'v', ...source }] });
}

/** What is wrong, the pod, and the causes it is refused with. */
const rows: readonly (readonly [what: string, given: object, causes: readonly string[]])[] = [
  ['no containers', { spec: {} }, ['spec.containers: Required value']],
  [
    'containers without names and images, and two of one name',
    {
      spec: {
        containers: [
          {},
          { name: 'a', image: 'i' },
          { name: 'a', image: 'i', ports: [{ containerPort: 70000 }] },
        ],
      },
    },
    [
      `${c}.name: Required value`,
      `${c}.image: Required value`,
      `spec.containers[2].ports[0].containerPort: Invalid value: 70000: ${port}`,
      'spec.containers[2].name: Duplicate value: "a"',
    ],
  ],
  ['a container name in upper case', pod({ name: 'C' }), [`${c}.name: Invalid value: "C": ${label}`]],
  [
    'spaces around an image',
    pod({ image: ' i' }),
    [`${c}.image: Invalid value: " i": must not have leading or trailing whitespace`],
  ],
  [
    'unknown policies',
    pod(
      { imagePullPolicy: 'Often', terminationMessagePolicy: 'Post' },
      { restartPolicy: 'Maybe', dnsPolicy: 'Any' },
    ),
    [
      `${c}.terminationMessagePolicy: Unsupported value: "Post": supported values: "File", "FallbackToLogsOnError"`,
      `${c}.imagePullPolicy: Unsupported value: "Often": supported values: "Always", "IfNotPresent", "Never"`,
      'spec.restartPolicy: Unsupported value: "Maybe": supported values: "Always", "OnFailure", "Never"',
      'spec.dnsPolicy: Unsupported value: "Any": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
    ],
  ],
  [
    'ports that are none',
    pod({
      ports: [
        { name: 'a', containerPort: 1, hostPort: 70000 },
        { name: 'a', containerPort: 2, protocol: 'ICMP' },
        { name: 'Much_Too_Long-Name', containerPort: 0 },
        { name: '80--', containerPort: 3 },
      ],
    }),
    [
      `${c}.ports[0].hostPort: Invalid value: 70000: ${port}`,
      `${c}.ports[1].name: Duplicate value: "a"`,
      `${c}.ports[1].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"`,
      `${c}.ports[2].name: Invalid value: "Much_Too_Long-Name": must be no more than 15 characters`,
      `${c}.ports[2].name: Invalid value: "Much_Too_Long-Name": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)`,
      `${c}.ports[2].containerPort: Required value`,
      `${c}.ports[3].name: Invalid value: "80--": must contain at least one letter (a-z)`,
      `${c}.ports[3].name: Invalid value: "80--": must not contain consecutive hyphens`,
      `${c}.ports[3].name: Invalid value: "80--": must not begin or end with a hyphen`,
    ],
  ],
  [
    'one port of the host for two containers',
    {
      spec: {
        containers: ['a', 'b'].map((name) => ({
          name,
          image: 'i',
          ports: [{ containerPort: 80, hostPort: 80 }],
        })),
      },
    },
    ['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//80"'],
  ],
  [
    'another port in the network of the host',
    pod({ ports: [{ containerPort: 80, hostPort: 81 }] }, { hostNetwork: true }),
    [`${c}.ports[0].hostPort: Invalid value: 81: must match \`containerPort\` when \`hostNetwork\` is true`],
  ],
  [
    'variables without a name, and with names that are none',
    env({ value: 'a' }, { name: '1A' }, { name: '..' }),
    [
      `${c}.env[0].name: Required value`,
      ...['env[1].name: Invalid value: "1A"'].map(
        (start) =>
          `${c}.${start}: a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')`,
      ),
      `${c}.env[2].name: Invalid value: "..": must not be '..'`,
    ],
  ],
  [
    'variables from nowhere, from two places, and from a place and a value',
    env(
      { name: 'A', valueFrom: {} },
      {
        name: 'B',
        valueFrom: { secretKeyRef: { name: 's', key: 'k' }, configMapKeyRef: { name: 'm', key: 'k' } },
      },
      { name: 'C', value: 'v', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
    ),
    [
      `${c}.env[0].valueFrom: Invalid value: "": must specify one of: \`fieldRef\`, \`resourceFieldRef\`, \`configMapKeyRef\` or \`secretKeyRef\``,
      `${c}.env[1].valueFrom: Invalid value: "": may not have more than one field specified at a time`,
      `${c}.env[2].valueFrom: Invalid value: "": may not be specified when \`value\` is not empty`,
    ],
  ],
  [
    'variables from fields and keys there are none of',
    env(
      { name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.odd' } } },
      { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } },
      { name: 'C', valueFrom: { fieldRef: {} } },
      { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } },
      { name: 'E', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      { name: 'F', valueFrom: { secretKeyRef: { name: 'S', key: '' } } },
    ),
    [
      `${c}.env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.odd": error converting fieldPath: field label not supported: spec.odd`,
      `${c}.env[1].valueFrom.fieldRef.fieldPath: Unsupported value: "metadata.labels": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"`,
      `${c}.env[2].valueFrom.fieldRef.fieldPath: Required value`,
      `${c}.env[3].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"`,
      `${c}.env[4].valueFrom.resourceFieldRef.divisor: Invalid value: "limits.cpu": only divisor's values 1m and 1 are supported with the cpu resource`,
      `${c}.env[5].valueFrom.secretKeyRef.name: Invalid value: "S": ${subdomain}`,
      `${c}.env[5].valueFrom.secretKeyRef.key: Required value`,
    ],
  ],
  [
    'environments from nowhere',
    pod({ envFrom: [{}, { configMapRef: {} }] }),
    [
      `${c}.envFrom: Invalid value: "": must specify one of: \`configMapRef\` or \`secretRef\``,
      `${c}.envFrom[1].configMapRef.name: Required value`,
    ],
  ],
  [
    'mounts of what there is not, twice in one place, and outside of the volume',
    pod(
      {
        volumeMounts: [
          { name: 'v', mountPath: '/v' },
          { name: 'w', mountPath: '/v', subPath: '../x' },
          { name: 'v' },
        ],
      },
      { volumes: [{ name: 'v' }] },
    ),
    [
      `${c}.volumeMounts[1].name: Not found: "w"`,
      `${c}.volumeMounts[1].mountPath: Invalid value: "/v": must be unique`,
      `${c}.volumeMounts.subPath: Invalid value: "../x": must not contain '..'`,
      `${c}.volumeMounts[2].mountPath: Required value`,
    ],
  ],
  [
    'two volumes of one name, and one without',
    pod({}, { volumes: [{ name: 'v' }, { name: 'v' }, { emptyDir: {} }] }),
    ['spec.volumes[1].name: Duplicate value: "v"', 'spec.volumes[2].name: Required value'],
  ],
  [
    'a volume in two places',
    volume({ emptyDir: {}, hostPath: { path: '/x' } }),
    ['spec.volumes[0].hostPath: Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a volume of a Secret nobody names, which can then not be mounted',
    pod({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, { volumes: [{ name: 'v', secret: {} }] }),
    ['spec.volumes[0].secret.secretName: Required value', `${c}.volumeMounts[0].name: Not found: "v"`],
  ],
  [
    'files of a ConfigMap outside of the volume',
    volume({
      configMap: { name: 'm', defaultMode: 1000, items: [{ key: 'k', path: '/x' }, { path: '..x' }] },
    }),
    [
      'spec.volumes[0].configMap.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
      'spec.volumes[0].configMap.items[0].path: Invalid value: "/x": must be a relative path',
      'spec.volumes[0].configMap.items[1].key: Required value',
      `spec.volumes[0].configMap.items[1].path: Invalid value: "..x": must not start with '..'`,
    ],
  ],
  [
    'a folder of the host that goes back, of an unknown type',
    volume({ hostPath: { path: '/a/../b', type: 'Odd' } }),
    [
      `spec.volumes[0].hostPath.path: Invalid value: "/a/../b": must not contain '..'`,
      'spec.volumes[0].hostPath.type: Unsupported value: "Odd": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
    ],
  ],
  [
    'a claim nobody names',
    volume({ persistentVolumeClaim: {} }),
    ['spec.volumes[0].persistentVolumeClaim.claimName: Required value'],
  ],
  [
    'a probe without and one with two handlers',
    pod({ livenessProbe: {}, readinessProbe: { exec: { command: ['a'] }, tcpSocket: { port: 80 } } }),
    [
      `${c}.livenessProbe: Required value: must specify a handler type`,
      `${c}.readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
    ],
  ],
  [
    'a probe of no port, with an unknown scheme and a bad header',
    probe({ httpGet: { port: 0, scheme: 'ftp', httpHeaders: [{ name: 'a b', value: '' }] } }),
    [
      `${c}.readinessProbe.httpGet.port: Invalid value: 0: ${port}`,
      `${c}.readinessProbe.httpGet.scheme: Unsupported value: "ftp": supported values: "HTTP", "HTTPS"`,
      `${c}.readinessProbe.httpGet.httpHeaders: Invalid value: "a b": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
    ],
  ],
  [
    'probes with counts below zero, or that no liveness probe may have',
    pod({
      livenessProbe: { exec: { command: ['a'] }, successThreshold: 2, periodSeconds: -1 },
      readinessProbe: { exec: {}, terminationGracePeriodSeconds: 1 },
    }),
    [
      `${c}.livenessProbe.periodSeconds: Invalid value: -1: must be greater than or equal to 0`,
      `${c}.livenessProbe.successThreshold: Invalid value: 2: must be 1`,
      `${c}.readinessProbe.exec.command: Required value`,
      `${c}.readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes`,
    ],
  ],
  [
    'an init container with a probe, of a taken name',
    pod({}, { initContainers: [{ name: 'c', image: 'i', readinessProbe: { exec: { command: ['a'] } } }] }),
    [
      'spec.initContainers[0].name: Duplicate value: "c"',
      'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ],
  ],
  [
    'resources of unknown names, below zero, and requests above limits',
    pod({
      resources: {
        limits: { cpu: '100m', gpu: '1', 'example.com/gpu': '1500m' },
        requests: { cpu: '1', memory: '-1' },
      },
    }),
    [
      `${c}.resources.limits[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified`,
      `${c}.resources.limits[gpu]: Invalid value: gpu: must be a standard resource for containers`,
      `${c}.resources.limits[example.com/gpu]: Invalid value: ${half}: must be an integer`,
      `${c}.resources.requests: Invalid value: "1": must be less than or equal to cpu limit of 100m`,
      `${c}.resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0`,
      `${c}.resources.requests[gpu]: Invalid value: gpu: must be a standard resource type or fully qualified`,
      `${c}.resources.requests[gpu]: Invalid value: gpu: must be a standard resource for containers`,
      `${c}.resources.requests[example.com/gpu]: Invalid value: ${half}: must be an integer`,
    ],
  ],
  [
    'more or less of what cannot be shared',
    pod({ resources: { limits: { 'example.com/gpu': '2' }, requests: { 'example.com/gpu': '1' } } }),
    [`${c}.resources.requests: Invalid value: "1": must be equal to example.com/gpu limit of 2`],
  ],
  [
    'users there cannot be, and an unknown profile',
    pod(
      { securityContext: { runAsUser: -1, seccompProfile: { type: 'Odd' } } },
      { securityContext: { fsGroup: -1 } },
    ),
    [
      `${c}.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive`,
      `${c}.securityContext.seccompProfile.type: Unsupported value: "Odd": supported values: "Localhost", "RuntimeDefault", "Unconfined"`,
      'spec.securityContext.fsGroup: Invalid value: -1: must be between 0 and 2147483647, inclusive',
    ],
  ],
  [
    'no name server where there must be one',
    pod({}, { dnsPolicy: 'None' }),
    ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'name servers that are no addresses',
    pod({}, { dnsConfig: { nameservers: ['dns'], options: [{}] } }),
    [
      'spec.dnsConfig.nameservers[0]: Invalid value: "dns": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      'spec.dnsConfig.options[0]: Required value: must not be empty',
    ],
  ],
  [
    'names of nodes and hosts that are none, and a deadline of 0',
    pod(
      {},
      {
        nodeName: 'N_1',
        hostname: 'a.b',
        activeDeadlineSeconds: 0,
        hostAliases: [{ ip: 'x', hostnames: [] }],
      },
    ),
    [
      `spec.nodeName: Invalid value: "N_1": ${subdomain}`,
      'spec.activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive',
      'spec.hostname: Invalid value: "a.b": must not contain dots',
      'spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    ],
  ],
  [
    'tolerations that say nothing',
    pod(
      {},
      {
        tolerations: [
          { operator: 'Equal' },
          { key: 'a', operator: 'Exists', value: 'b' },
          { key: 'a', operator: 'Like', effect: 'Odd' },
          { key: 'a', tolerationSeconds: 1, effect: 'NoSchedule' },
        ],
      },
    ),
    [
      'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
      `spec.tolerations[1].operator: Invalid value: "b": value must be empty when \`operator\` is 'Exists'`,
      'spec.tolerations[2].operator: Unsupported value: "Like": supported values: "Equal", "Exists"',
      'spec.tolerations[2].effect: Unsupported value: "Odd": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      'spec.tolerations[3].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
    ],
  ],
  [
    'an affinity to nowhere',
    pod(
      {},
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
          },
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchExpressions: [{ key: 'a', operator: 'Like' }] }, topologyKey: 'zone' },
            ],
          },
        },
      },
    ),
    [
      "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      'spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].weight: Invalid value: 0: must be in the range 1-100',
      'spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].labelSelector.matchExpressions[0].operator: Invalid value: "Like": not a valid selector operator',
    ],
  ],
  [
    'pods spread over nothing',
    pod(
      {},
      {
        topologySpreadConstraints: [
          { maxSkew: 0, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
          { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
          { maxSkew: 1, whenUnsatisfiable: 'Never' },
        ],
      },
    ),
    [
      'spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
      'spec.topologySpreadConstraints[2].topologyKey: Required value: can not be empty',
      'spec.topologySpreadConstraints[2].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
    ],
  ],
  [
    'an operating system nobody has',
    pod({}, { os: { name: 'plan9' } }),
    ['spec.os: Unsupported value: "plan9": supported values: "linux", "windows"'],
  ],
  [
    'what Windows does not know',
    pod(
      { securityContext: { privileged: false, runAsUser: 1 } },
      { os: { name: 'windows' }, hostPID: true, securityContext: { fsGroup: 1 } },
    ),
    [
      'spec.hostPID',
      'spec.securityContext.fsGroup',
      `${c}.securityContext.privileged`,
      `${c}.securityContext.runAsUser`,
    ].map((field) => `${field}: Forbidden: cannot be set for a windows pod`),
  ],
  [
    'what only Windows knows',
    pod({}, { os: { name: 'linux' }, securityContext: { windowsOptions: {} } }),
    ['spec.securityContext.windowsOptions: Forbidden: windows options cannot be set for a linux pod'],
  ],
  [
    'containers somebody only adds later',
    pod({}, { ephemeralContainers: [{ name: 'e', image: 'i' }] }),
    ['spec.ephemeralContainers: Forbidden: cannot be set on create'],
  ],
];

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver();
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

test.for(rows)('a pod is refused for %s', async ([, given, causes]) => {
  const { json } = await admin.send('POST', pods, { metadata: { name: 'x' }, ...given });
  expect(json).toEqual(invalidStatus({ kind: 'Pod' }, 'x', causes));
});

test('a pod is refused for its metadata and its spec in one answer', async () => {
  const given = { metadata: { name: 'A_b', labels: { a: 'b c' } }, spec: {} };
  const { json } = await admin.send('POST', pods, given);
  const value =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  expect(json).toEqual(
    invalidStatus({ kind: 'Pod' }, 'A_b', [
      `metadata.name: Invalid value: "A_b": ${subdomain}`,
      `metadata.labels: Invalid value: "b c": ${value}`,
      'spec.containers: Required value',
    ]),
  );
});

test('a pod with a quantity that is none cannot be read', async () => {
  const given = pod({ resources: { requests: { cpu: 'much' } } });
  const { status, json } = await admin.send('POST', pods, { metadata: { name: 'x' }, ...given });
  expect([status, json['message']]).toEqual([
    400,
    `Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
  ]);
});
