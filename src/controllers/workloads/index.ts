import type { QueuedController } from '../controller.js';
import { cronJobController } from './cron-job.js';
import { daemonSetController } from './daemon-set.js';
import { deploymentController } from './deployment.js';
import { endpointSliceMirror } from './endpoint-slice-mirror.js';
import { endpointsController } from './endpoints.js';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.js';
import { jobController } from './job.js';
import { kubeletController } from './kubelet.js';
import { taintEviction } from '../nodes/taint-eviction.js';
import { podDisruptionBudgetController } from './pod-disruption-budget.js';
import { podUpdateController } from './pod-updates.js';
import { replicaSetController, replicationController } from './replica-set.js';
import { resourceQuotaController } from './resource-quota.js';
import { schedulerController } from './scheduler.js';
import { statefulSetController } from './stateful-set.js';
import { persistentVolumeController } from './persistent-volume.js';
import { storageProtectionController } from './storage-protection.js';
import { volumeClaimController } from './volume-claim.js';

/** The controllers of Kubernetes' own workloads, in the order their work is taken up. */
export const workloadControllers: readonly QueuedController[] = [
  cronJobController,
  jobController,
  deploymentController,
  statefulSetController,
  daemonSetController,
  replicaSetController,
  replicationController,
  taintEviction,
  schedulerController,
  volumeClaimController,
  persistentVolumeController,
  storageProtectionController,
  kubeletController,
  podUpdateController,
  endpointsController,
  endpointSliceMirror,
  podDisruptionBudgetController,
  resourceQuotaController,
  horizontalPodAutoscalerController,
];
