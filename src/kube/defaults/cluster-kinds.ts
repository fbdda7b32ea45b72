import type { Defaults } from './complete.js';
import { podTemplate } from './pod-spec.js';

const rules: Defaults = { set: { scope: '*' } };
const selection = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} };
const servicePort: Defaults = { within: { service: { zeroIsAbsent: true, set: { port: 443 } } } };

/** @see kubernetes/kubernetes pkg/apis/admissionregistration/v1/defaults.go */
const webhook: Defaults = {
  set: { failurePolicy: 'Fail', timeoutSeconds: 10, ...selection },
  within: { rules, clientConfig: servicePort },
};

/** Which requests an admission policy or its binding looks at. */
const matched: Defaults = {
  set: selection,
  within: { resourceRules: rules, excludeResourceRules: rules },
};

/** Kinds that configure a cluster, and templates, by `plural.group`. */
export const clusterDefaults: Readonly<Record<string, Defaults>> = {
  'priorityclasses.scheduling.k8s.io': { set: { preemptionPolicy: 'PreemptLowerPriority' } },
  'validatingwebhookconfigurations.admissionregistration.k8s.io': { within: { webhooks: webhook } },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': {
    within: { webhooks: { ...webhook, set: { ...webhook.set, reinvocationPolicy: 'Never' } } },
  },
  'validatingadmissionpolicies.admissionregistration.k8s.io': {
    within: { spec: { always: true, set: { failurePolicy: 'Fail' }, within: { matchConstraints: matched } } },
  },
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': {
    within: { spec: { within: { matchResources: matched } } },
  },
  'csidrivers.storage.k8s.io': {
    within: {
      spec: {
        always: true,
        set: {
          attachRequired: true,
          podInfoOnMount: false,
          storageCapacity: false,
          fsGroupPolicy: 'ReadWriteOnceWithFSType',
          requiresRepublish: false,
          seLinuxMount: false,
          volumeLifecycleModes: ['Persistent'],
        },
      },
    },
  },
  'flowschemas.flowcontrol.apiserver.k8s.io': {
    within: { spec: { always: true, zeroIsAbsent: true, set: { matchingPrecedence: 1000 } } },
  },
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io': {
    within: {
      spec: {
        within: {
          exempt: { set: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
          limited: {
            set: { nominalConcurrencyShares: 30, lendablePercent: 0 },
            within: {
              limitResponse: {
                within: {
                  queuing: { zeroIsAbsent: true, set: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
                },
              },
            },
          },
        },
      },
    },
  },
  'ingressclasses.networking.k8s.io': {
    within: { spec: { within: { parameters: { set: { scope: 'Cluster' } } } } },
  },
  'endpointslices.discovery.k8s.io': {
    within: { ports: { set: { protocol: 'TCP' } } },
  },
  'podtemplates.': { within: { template: podTemplate } },
  'apiservices.apiregistration.k8s.io': { within: { spec: servicePort } },
};
