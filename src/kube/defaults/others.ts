import { digString } from '../../core/json.js';
import type { Defaults } from './complete.js';

/** Storage, autoscaling, networking and extension kinds, by `plural.group`. */
export const otherDefaults: Readonly<Record<string, Defaults>> = {
  'persistentvolumeclaims.': {
    set: { status: { phase: 'Pending' } },
    within: { spec: { always: true, pointers: ['volumeMode'], set: { volumeMode: 'Filesystem' } } },
  },
  'persistentvolumes.': {
    set: { status: { phase: 'Pending' } },
    within: {
      spec: {
        always: true,
        pointers: ['volumeMode'],
        set: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' },
        within: { hostPath: { set: { type: '' } } },
      },
    },
  },
  'storageclasses.storage.k8s.io': { set: { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' } },
  'horizontalpodautoscalers.autoscaling': {
    within: { spec: { always: true, set: { minReplicas: 1 } } },
  },
  'networkpolicies.networking.k8s.io': {
    within: {
      spec: {
        always: true,
        set: {
          podSelector: {},
          policyTypes: (spec) => (spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress']),
        },
        within: {
          ingress: { within: { ports: { set: { protocol: 'TCP' } } } },
          egress: { within: { ports: { set: { protocol: 'TCP' } } } },
        },
      },
    },
  },
  'endpoints.': { within: { subsets: { within: { ports: { set: { protocol: 'TCP' } } } } } },
  'customresourcedefinitions.apiextensions.k8s.io': {
    within: {
      spec: {
        set: { conversion: { strategy: 'None' } },
        within: {
          conversion: {
            within: {
              webhook: { within: { clientConfig: { within: { service: { set: { port: 443 } } } } } },
            },
          },
          names: {
            set: {
              singular: (names) => digString(names, 'kind').toLowerCase(),
              listKind: (names) => `${digString(names, 'kind')}List`,
            },
          },
        },
      },
    },
  },
};
