import type { QueuedController } from '../controller.js';
import { deploymentController } from './deployment.js';
import { kubeletController } from './kubelet.js';
import { replicaSetController } from './replica-set.js';
import { schedulerController } from './scheduler.js';

/** The controllers of Kubernetes' own workloads, in the order their work is taken up. */
export const workloadControllers: readonly QueuedController[] = [
  deploymentController,
  replicaSetController,
  schedulerController,
  kubeletController,
];
