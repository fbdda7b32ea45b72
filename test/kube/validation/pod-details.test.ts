import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InProcessFake } from '../../../src/kit/fake-ks-apiserver.js';
import { startFakeKsApiserver } from '../../../src/kit/start.js';
import { as, type Asker } from '../../support/ask.js';
import { invalidStatus } from '../../support/invalid-status.js';

const pods = '/api/v1/namespaces/default/pods';

/** What is wrong, the pod, and the causes Kubernetes 1.32 refuses it with. */
const rows: readonly (readonly [what: string, given: object, causes: readonly string[]])[] = [
  [
    'a spread that is none',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: 'a',
            whenUnsatisfiable: 'ScheduleAnyway',
            minDomains: 0,
            nodeAffinityPolicy: 'Obey',
            nodeTaintsPolicy: 'Obey',
            labelSelector: { matchLabels: { a: 'b' } },
            matchLabelKeys: ['a', 'b c'],
          },
        ],
      },
    },
    [
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: must be greater than zero',
      'spec.topologySpreadConstraints[0].minDomains: Invalid value: 0: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ScheduleAnyway',
      'spec.topologySpreadConstraints[0].nodeAffinityPolicy: Unsupported value: "Obey": supported values: "Honor", "Ignore"',
      'spec.topologySpreadConstraints[0].nodeTaintsPolicy: Unsupported value: "Obey": supported values: "Honor", "Ignore"',
      'spec.topologySpreadConstraints[0].matchLabelKeys[0]: Invalid value: "a": exists in both matchLabelKeys and labelSelector',
      "spec.topologySpreadConstraints[0].matchLabelKeys[1]: Invalid value: \"b c\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
  ],
  [
    'keys of labels without a selector',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'a', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['x'] },
        ],
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { topologyKey: 'z', matchLabelKeys: ['x'] },
              { topologyKey: 'z', labelSelector: {}, matchLabelKeys: ['x'], mismatchLabelKeys: ['x'] },
            ],
          },
        },
      },
    },
    [
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
      'spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[1].matchLabelKeys[0]: Invalid value: "x": exists in both matchLabelKeys and mismatchLabelKeys',
      'spec.topologySpreadConstraints[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
    ],
  ],
  [
    'processes shared with the node and among containers',
    { spec: { containers: [{ name: 'c', image: 'i' }], hostPID: true, shareProcessNamespace: true } },
    [
      'spec.securityContext.shareProcessNamespace: Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled',
    ],
  ],
  [
    'kernel parameters that are none, twice, or of the node',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        hostNetwork: true,
        securityContext: {
          sysctls: [
            { name: '', value: '1' },
            { name: 'a b', value: '1' },
            { name: 'kernel.x', value: '1' },
            { name: 'kernel.x', value: '1' },
            { name: 'net.ipv4.x', value: '1' },
          ],
        },
      },
    },
    [
      'spec.securityContext.sysctls[0].name: Required value',
      'spec.securityContext.sysctls[1].name: Invalid value: "a b": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      'spec.securityContext.sysctls[3].name: Duplicate value: "kernel.x"',
      'spec.securityContext.sysctls[4].name: Invalid value: "net.ipv4.x": may not be specified when \'hostNetwork\' is true',
    ],
  ],
  [
    'profiles without their file, or with one too many',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            securityContext: {
              seccompProfile: { type: 'Unconfined', localhostProfile: 'x' },
              appArmorProfile: { type: 'Unconfined', localhostProfile: 'x' },
            },
          },
        ],
        securityContext: {
          seccompProfile: { type: 'Localhost', localhostProfile: '../x' },
          appArmorProfile: { type: 'Localhost' },
        },
      },
    },
    [
      'spec.containers[0].securityContext.seccompProfile.localhostProfile: Invalid value: core.SeccompProfile{Type:"Unconfined", LocalhostProfile:(*string)(0xc000012345)}: can only be set when seccomp type is Localhost',
      'spec.containers[0].securityContext.appArmorProfile.localhostProfile: Invalid value: "x": can only be set when AppArmor type is Localhost',
      'spec.securityContext.seccompProfile.localhostProfile: Invalid value: "../x": must not contain \'..\'',
      'spec.securityContext.appArmorProfile.localhostProfile: Required value: must be set when AppArmor type is Localhost',
    ],
  ],
  [
    'users of Windows that are none',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            securityContext: {
              windowsOptions: {
                gmsaCredentialSpecName: 'A_',
                gmsaCredentialSpec: '',
                runAsUserName: 'a\\b\\c',
              },
            },
          },
        ],
        securityContext: { windowsOptions: { runAsUserName: '-:\\...' } },
      },
    },
    [
      "spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpecName: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.containers[0].securityContext.windowsOptions.gmsaCredentialSpec: Invalid value: "": gmsaCredentialSpec cannot be an empty string',
      'spec.containers[0].securityContext.windowsOptions.runAsUserName: Invalid value: "a\\\\b\\\\c": runAsUserName cannot contain more than one backslash',
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "-:\\\\...": runAsUserName\'s Domain doesn\'t match the NetBios nor the DNS format',
      'spec.securityContext.windowsOptions.runAsUserName: Invalid value: "-:\\\\...": runAsUserName\'s User cannot contain only periods or spaces',
    ],
  ],
  [
    'processes of a Windows node outside its network',
    {
      spec: {
        containers: [{ name: 'c', image: 'i', securityContext: { windowsOptions: { hostProcess: true } } }],
        securityContext: { windowsOptions: { hostProcess: false } },
      },
    },
    [
      'spec.containers[0].securityContext.windowsOptions.hostProcess: Invalid value: true: pod hostProcess value must be identical if both are specified, was false',
      'spec.hostNetwork: Invalid value: false: hostNetwork must be true if pod contains any hostProcess containers',
    ],
  ],
  [
    'more privileges and less at once',
    {
      spec: {
        containers: [
          { name: 'c', image: 'i', securityContext: { privileged: true, allowPrivilegeEscalation: false } },
        ],
      },
    },
    [
      'spec.containers[0].securityContext: Invalid value: core.SecurityContext{Capabilities:(*core.Capabilities)(nil), Privileged:(*bool)(0xc000012345), SELinuxOptions:(*core.SELinuxOptions)(nil), WindowsOptions:(*core.WindowsSecurityContextOptions)(nil), RunAsUser:(*int64)(nil), RunAsGroup:(*int64)(nil), RunAsNonRoot:(*bool)(nil), ReadOnlyRootFilesystem:(*bool)(nil), AllowPrivilegeEscalation:(*bool)(0xc000012345), ProcMount:(*core.ProcMountType)(nil), SeccompProfile:(*core.SeccompProfile)(nil), AppArmorProfile:(*core.AppArmorProfile)(nil)}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
    ],
  ],
  [
    'more places to search names in than there may be',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        dnsConfig: {
          searches: [
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
            'a',
          ],
        },
      },
    },
    [
      'spec.dnsConfig.searches: Invalid value: []string{"a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a", "a"}: must not have more than 32 search paths',
    ],
  ],
  [
    'pages of memory that are no whole pages, alone',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            resources: { limits: { 'hugepages-2Mi': '3Mi' }, requests: { 'hugepages-2Mi': '3Mi' } },
          },
        ],
      },
    },
    [
      'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
      'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
    ],
  ],
  [
    'a reserved resource',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            resources: {
              limits: { 'requests.example.com/gpu': '1' },
              requests: { 'requests.example.com/gpu': '1' },
            },
          },
        ],
      },
    },
    [
      "spec.containers[0].resources.limits[requests.example.com/gpu]: Invalid value: requests.example.com/gpu: doesn't follow extended resource name standard",
      "spec.containers[0].resources.requests[requests.example.com/gpu]: Invalid value: requests.example.com/gpu: doesn't follow extended resource name standard",
    ],
  ],
  [
    'names of variables with a sign in them that ends them',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            env: [{ name: 'a b' }, { name: '1' }, { name: 'a=b' }],
            envFrom: [{ prefix: '=', secretRef: { name: 's' } }],
          },
        ],
      },
    },
    [
      'spec.containers[0].env[2].name: Invalid value: "a=b": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
      'spec.containers[0].envFrom[0].prefix: Invalid value: "=": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
    ],
  ],
  [
    'mounts that are less read-only than they say',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            volumeMounts: [
              {
                name: 'x',
                mountPath: '/a',
                recursiveReadOnly: 'Enabled',
                mountPropagation: 'HostToContainer',
              },
              { name: 'x', mountPath: '/b', recursiveReadOnly: 'Often' },
            ],
          },
        ],
        volumes: [
          { name: 'x', emptyDir: {} },
          { name: 'pvc', persistentVolumeClaim: { claimName: 'a' } },
        ],
      },
    },
    [
      'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when readOnly is true',
      'spec.containers[0].volumeMounts.recursiveReadOnly: Forbidden: may only be specified when mountPropagation is None or not specified',
      'spec.containers[0].volumeMounts.recursiveReadOnly: Unsupported value: "Often": supported values: "Disabled", "Enabled", "IfPossible"',
    ],
  ],
  [
    'a device that is mounted too',
    {
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            volumeMounts: [{ name: 'pvc', mountPath: '/d' }],
            volumeDevices: [{ name: 'pvc', devicePath: '/d' }],
          },
        ],
        volumes: [
          { name: 'x', emptyDir: {} },
          { name: 'pvc', persistentVolumeClaim: { claimName: 'a' } },
        ],
      },
    },
    [
      'spec.containers[0].volumeMounts[0].name: Invalid value: "pvc": must not already exist in volumeDevices',
      'spec.containers[0].volumeMounts[0].mountPath: Invalid value: "/d": must not already exist as a path in volumeDevices',
      'spec.containers[0].volumeDevices[0].name: Invalid value: "pvc": must not already exist in volumeMounts',
      'spec.containers[0].volumeDevices[0].devicePath: Invalid value: "/d": must not already exist as a path in volumeMounts',
    ],
  ],
  [
    'no time to sleep',
    { spec: { containers: [{ name: 'c', image: 'i', lifecycle: { preStop: { sleep: { seconds: 0 } } } }] } },
    [
      'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 0: must be greater than 0 and less than terminationGracePeriodSeconds (30). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep.',
    ],
  ],
  [
    'init containers that end with what only those have that stay',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        initContainers: [
          { name: 'i', image: 'i', lifecycle: { preStop: { exec: { command: ['a'] } } } },
          { name: 'j', image: 'i', restartPolicy: 'Never' },
        ],
      },
    },
    [
      'spec.initContainers[0].lifecycle: Forbidden: may not be set for init containers without restartPolicy=Always',
      'spec.initContainers[1].restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  ],
  [
    'a folder of a repository outside it',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', gitRepo: { repository: 'r', directory: '../x' } }],
      },
    },
    ['spec.volumes[0].gitRepo.directory: Invalid value: "../x": must not contain \'..\''],
  ],
  [
    'a disk of Google without a name',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', gcePersistentDisk: { pdName: '', partition: 300 } }],
      },
    },
    [
      'spec.volumes[0].persistentDisk.pdName: Required value',
      'spec.volumes[0].persistentDisk.partition: Invalid value: 300: must be between 1 and 255, inclusive',
    ],
  ],
  [
    'a portal of iSCSI with odd names',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          {
            name: 'v',
            iscsi: { targetPortal: 'p', iqn: 'x', lun: 256, chapAuthSession: true, initiatorName: 'eui.x' },
          },
        ],
      },
    },
    [
      'spec.volumes[0].iscsi.iqn: Invalid value: "x": must be valid format starting with iqn, eui, or naa',
      'spec.volumes[0].iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive',
      'spec.volumes[0].iscsi.secretRef: Required value',
      'spec.volumes[0].iscsi.initiatorname: Invalid value: "eui.x": must be valid format',
    ],
  ],
  [
    'a disk of Azure nobody has',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', azureDisk: { diskName: '', diskURI: 'x', kind: 'Odd', cachingMode: 'Odd' } }],
      },
    },
    [
      'spec.volumes[0].azureDisk.diskName: Required value',
      'spec.volumes[0].azureDisk.cachingMode: Unsupported value: "Odd": supported values: "None", "ReadOnly", "ReadWrite"',
      'spec.volumes[0].azureDisk.kind: Unsupported value: "Odd": supported values: "Dedicated", "Managed", "Shared"',
      'spec.volumes[0].azureDisk.diskURI: Unsupported value: "x": supported values: "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"',
    ],
  ],
  [
    'a Fibre Channel volume with two kinds of names',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', fc: { targetWWNs: ['a'], wwids: ['b'] } }],
      },
    },
    [
      'spec.volumes[0].fc.targetWWNs: Invalid value: []string{"a"}: targetWWNs and wwids can not be specified simultaneously',
      'spec.volumes[0].fc.lun: Required value: lun is required if targetWWNs is specified',
    ],
  ],
  [
    'a Quobyte registry without a port',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', quobyte: { registry: 'a', volume: '' } }],
      },
    },
    [
      'spec.volumes[0].quobyte.registry: Invalid value: "a": must be a host:port pair or multiple pairs separated by commas',
      'spec.volumes[0].quobyte.volume: Required value',
    ],
  ],
  [
    'options of a FlexVolume that are reserved',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', flexVolume: { driver: '', options: { 'x.k8s.io/a': 'b' } } }],
      },
    },
    [
      'spec.volumes[0].flexVolume.driver: Required value',
      'spec.volumes[0].flexVolume.options[x.k8s.io/a]: Invalid value: "x.k8s.io/a": kubernetes.io and k8s.io namespaces are reserved',
    ],
  ],
  [
    'monitors, images and data sets that are missing',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          { name: 'a', rbd: { image: '' } },
          { name: 'b', cephfs: {} },
          { name: 'c', flocker: {} },
          { name: 'd', storageos: { volumeName: 'A', secretRef: {} } },
          { name: 'e', scaleIO: {} },
        ],
      },
    },
    [
      'spec.volumes[0].rbd.monitors: Required value',
      'spec.volumes[0].rbd.image: Required value',
      'spec.volumes[1].cephfs.monitors: Required value',
      'spec.volumes[2].flocker: Required value: one of datasetName and datasetUUID is required',
      "spec.volumes[3].storageos.volumeName: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.volumes[3].storageos.secretRef.name: Required value',
      'spec.volumes[4].scaleIO.gateway: Required value',
      'spec.volumes[4].scaleIO.system: Required value',
      'spec.volumes[4].scaleIO.volumeName: Required value',
    ],
  ],
  [
    'a CSI driver that is none, and a second source',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [{ name: 'v', csi: { driver: 'A_', nodePublishSecretRef: { name: '' } }, ephemeral: {} }],
      },
    },
    [
      "spec.volumes[0].csi.driver: Invalid value: \"A_\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
      'spec.volumes[0].csi.nodePublishSecretRef.name: Required value',
      'spec.volumes[0].ephemeral: Forbidden: may not specify more than 1 volume type',
    ],
  ],
  [
    'a claim of its own that is none',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          {
            name: 'v',
            ephemeral: {
              volumeClaimTemplate: {
                metadata: { name: 'x', labels: { a: 'b c' } },
                spec: { accessModes: ['Often'] },
              },
            },
          },
        ],
      },
    },
    [
      "spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.labels: Invalid value: \"b c\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
      'spec.volumes[0].ephemeral.volumeClaimTemplate.metadata.name: Forbidden: cannot be set',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
      'spec.volumes[0].ephemeral.volumeClaimTemplate.spec.resources[storage]: Required value',
    ],
  ],
  [
    'tokens that last too short or too long',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { serviceAccountToken: { path: '../a', expirationSeconds: 5 } },
                { serviceAccountToken: { path: 'b', expirationSeconds: 4294967297 } },
              ],
            },
          },
        ],
      },
    },
    [
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 5: may not specify a duration less than 10 minutes',
      'spec.volumes[0].projected.path: Invalid value: "../a": must not contain \'..\'',
      'spec.volumes[0].projected.sources[1].serviceAccountToken.expirationSeconds: Invalid value: 4294967297: may not specify a duration larger than 2^32 seconds',
    ],
  ],
  [
    'one file from two sources',
    {
      spec: {
        containers: [{ name: 'c', image: 'i' }],
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { secret: { name: 's', items: [{ key: 'k', path: 'p' }] } },
                { configMap: { name: 'm', items: [{ key: 'k', path: 'p' }] } },
              ],
            },
          },
        ],
      },
    },
    ['spec.volumes[0].projected: Invalid value: "m": conflicting duplicate paths'],
  ],
  [
    'annotations that mean something and say nothing',
    {
      metadata: {
        annotations: {
          'controller.kubernetes.io/pod-deletion-cost': '+1',
          'container.apparmor.security.beta.kubernetes.io/z': 'odd',
          'kubernetes.io/config.mirror': 'x',
        },
      },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
    [
      'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/z]: Invalid value: "z": container not found',
      'metadata.annotations[container.apparmor.security.beta.kubernetes.io/z]: Invalid value: "odd": invalid AppArmor profile name: "odd"',
    ],
  ],
  [
    'a profile an annotation names otherwise',
    {
      metadata: { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } },
      spec: {
        containers: [
          { name: 'c', image: 'i', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } },
        ],
      },
    },
    [
      'spec.containers[0].securityContext.appArmorProfile.type: Forbidden: apparmor type in annotation and field must match',
    ],
  ],
  [
    'owners that cannot be',
    {
      metadata: {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Event', name: 'a', uid: 'b', controller: true },
          { apiVersion: 'a/b/c', kind: '', name: 'a', uid: '', controller: true },
        ],
      },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
    [
      'metadata.ownerReferences: Invalid value: v1.OwnerReference{APIVersion:"v1", Kind:"Event", Name:"a", UID:"b", Controller:(*bool)(0xc000012345), BlockOwnerDeletion:(*bool)(nil)}: /v1, Kind=Event is disallowed from being an owner',
      'metadata.ownerReferences.apiVersion: Invalid value: "a/b/c": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": kind must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": uid must not be empty',
      'metadata.ownerReferences: Invalid value: []v1.OwnerReference{v1.OwnerReference{APIVersion:"v1", Kind:"Event", Name:"a", UID:"b", Controller:(*bool)(0xc000012345), BlockOwnerDeletion:(*bool)(nil)}, v1.OwnerReference{APIVersion:"a/b/c", Kind:"", Name:"a", UID:"", Controller:(*bool)(0xc000012345), BlockOwnerDeletion:(*bool)(nil)}}: Only one reference can have Controller set to true. Found "true" in references for Event/a and /a',
    ],
  ],
  [
    'finalizers that contradict each other',
    {
      metadata: { finalizers: ['orphan', 'foregroundDeletion', 'own'] },
      spec: { containers: [{ name: 'c', image: 'i' }] },
    },
    [
      'metadata.finalizers: Invalid value: []string{"orphan", "foregroundDeletion", "own"}: finalizer orphan and foregroundDeletion cannot be both set',
      'metadata.finalizers[2]: Invalid value: "own": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
];

let ks: InProcessFake;
let admin: Asker;

beforeAll(async () => {
  ks = await startFakeKsApiserver({ kubeVersion: 'v1.32.4' });
  admin = await as(ks, 'admin');
});

afterAll(() => ks[Symbol.asyncDispose]());

test.for(rows)('a pod is refused for %s', async ([, given, causes]) => {
  const { metadata, ...rest } = given as { readonly metadata?: object };
  const { json } = await admin.send('POST', pods, { metadata: { name: 'x', ...metadata }, ...rest });
  expect(json).toEqual(invalidStatus({ kind: 'Pod' }, 'x', causes));
});

const sleeping = {
  containers: [{ name: 'c', image: 'i', lifecycle: { preStop: { sleep: { seconds: 0 } } } }],
};

test.for([
  [
    'names of variables',
    '1.31',
    { containers: [{ name: 'c', image: 'i', env: [{ name: '1' }] }] },
    /must not start with a digit/,
  ],
  ['no time to sleep', '1.31', sleeping, /less than terminationGracePeriodSeconds \(30\)$/],
  ['claims on devices', '1.34', { resourceClaims: [{ name: 'A' }] }, /resourceClaims\[0\]\.name/],
] as const)('%s are judged as Kubernetes %s does', async ([, version, spec, message]) => {
  await using old = await startFakeKsApiserver({ kubeVersion: `v${version}.0` });
  const asker = await as(old, 'admin');
  const containers = [{ name: 'c', image: 'i' }];
  const { json } = await asker.send('POST', pods, { metadata: { name: 'x' }, spec: { containers, ...spec } });
  expect(json['message']).toMatch(message);
});

test('a pod loses what its Kubernetes has not switched on', async () => {
  const { json } = await admin.send('POST', `${pods}?dryRun=All`, {
    metadata: { name: 'x' },
    spec: {
      hostUsers: false,
      resourceClaims: [{ name: 'a', resourceClaimName: 'b' }],
      containers: [
        {
          name: 'c',
          image: 'i',
          resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          securityContext: { procMount: 'Unmasked' },
        },
      ],
      volumes: [{ name: 'v', image: { reference: 'i' } }],
      automountServiceAccountToken: false,
    },
  });
  const { spec } = json as { readonly spec: Readonly<Record<string, unknown>> };
  expect([spec['hostUsers'], spec['resourceClaims'], spec['volumes']]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const [container] = spec['containers'] as readonly Readonly<Record<string, unknown>>[];
  expect(container).toMatchObject({ securityContext: { procMount: 'Default' } });
  for (const key of ['resizePolicy', 'volumeMounts']) expect(container).not.toHaveProperty(key);
});

test('a Job and its pods have the same labels unless it says otherwise', async () => {
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] },
  };
  const jobs = '/apis/batch/v1/namespaces/default/jobs?dryRun=All';
  const { json } = await admin.send('POST', jobs, { metadata: { name: 'x' }, spec: { template } });
  expect(json).toMatchObject({ metadata: { labels: { a: 'b' } } });
});
