import { digString, isJsonObject, type JsonObject } from '../../core/json.js';
import type { Defaults } from './complete.js';
import { podSpec, podTemplate } from './pod-spec.js';

const template = { template: podTemplate };
const rollingNumbers = ['maxUnavailable', 'maxSurge'];

/** @see kubernetes/kubernetes pkg/apis/apps/v1/defaults.go */
const deployment: Defaults = {
  within: {
    spec: {
      always: true,
      set: {
        replicas: 1,
        strategy: {},
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
      },
      within: {
        ...template,
        strategy: {
          set: {
            type: 'RollingUpdate',
            rollingUpdate: (strategy) => (digString(strategy, 'type') === 'RollingUpdate' ? {} : undefined),
          },
          within: {
            rollingUpdate: { pointers: rollingNumbers, set: { maxUnavailable: '25%', maxSurge: '25%' } },
          },
        },
      },
    },
  },
};

const statefulSet: Defaults = {
  within: {
    spec: {
      always: true,
      set: {
        replicas: 1,
        podManagementPolicy: 'OrderedReady',
        updateStrategy: {},
        revisionHistoryLimit: 10,
        persistentVolumeClaimRetentionPolicy: {},
      },
      within: {
        ...template,
        updateStrategy: {
          set: {
            type: 'RollingUpdate',
            rollingUpdate: (strategy) => (digString(strategy, 'type') === 'RollingUpdate' ? {} : undefined),
          },
          within: { rollingUpdate: { set: { partition: 0 } } },
        },
        persistentVolumeClaimRetentionPolicy: { set: { whenDeleted: 'Retain', whenScaled: 'Retain' } },
        volumeClaimTemplates: {
          set: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: {} },
          within: {
            spec: { pointers: ['volumeMode'], set: { volumeMode: 'Filesystem' } },
            status: { set: { phase: 'Pending' } },
          },
        },
      },
    },
  },
};

const daemonSet: Defaults = {
  within: {
    spec: {
      always: true,
      set: { updateStrategy: {}, revisionHistoryLimit: 10 },
      within: {
        ...template,
        updateStrategy: {
          set: {
            type: 'RollingUpdate',
            rollingUpdate: (strategy) => (digString(strategy, 'type') === 'RollingUpdate' ? {} : undefined),
          },
          within: { rollingUpdate: { pointers: rollingNumbers, set: { maxUnavailable: 1, maxSurge: 0 } } },
        },
      },
    },
  },
};

/** A job without either count does its work once; with one of them the other stays open. */
function onceUnlessCounted(key: 'parallelism' | 'completions'): (spec: JsonObject) => number | undefined {
  return (spec) => {
    if (key === 'parallelism') return 1;
    return typeof spec['parallelism'] === 'number' ? undefined : 1;
  };
}

const jobSpec: Defaults = {
  always: true,
  pointers: ['completionMode'],
  set: {
    completions: onceUnlessCounted('completions'),
    parallelism: onceUnlessCounted('parallelism'),
    backoffLimit: (spec) => (spec['backoffLimitPerIndex'] === undefined ? 6 : 2_147_483_647),
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: (spec) =>
      isJsonObject(spec['podFailurePolicy']) ? 'Failed' : 'TerminatingOrFailed',
  },
  within: {
    ...template,
    podFailurePolicy: { within: { rules: { within: { onPodConditions: { set: { status: 'True' } } } } } },
  },
};

const cronJob: Defaults = {
  within: {
    spec: {
      always: true,
      set: {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      },
      // A job template keeps what its author wrote; counts are filled in when a job is made of it.
      within: {
        jobTemplate: { always: true, within: { spec: { always: true, within: template } } },
      },
    },
  },
};

const replicaSet: Defaults = {
  within: { spec: { always: true, set: { replicas: 1 }, within: template } },
};

/** Its template is a pointer: what is not there stays away. */
const replicationController: Defaults = {
  within: {
    spec: {
      always: true,
      set: { replicas: 1 },
      within: { template: { within: { spec: { always: true, ...podSpec } } } },
    },
  },
};

/** Kinds with a pod template, by `plural.group`. */
export const workloadDefaults: Readonly<Record<string, Defaults>> = {
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'replicationcontrollers.': replicationController,
  'statefulsets.apps': statefulSet,
  'daemonsets.apps': daemonSet,
  'jobs.batch': { within: { spec: jobSpec } },
  'cronjobs.batch': cronJob,
};
