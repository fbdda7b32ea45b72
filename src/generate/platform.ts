import { minorOf } from '../core/kubernetes-minor.js';
import { inRange, type ReleaseName } from '../core/release.js';

/** What every node of a cluster has in common, and what the Kubernetes version changes about its objects. */
export interface Platform {
  /** `gitVersion` of kubelet and kube-proxy. */
  readonly kubernetesVersion: string;
  /** The 29 of `v1.29.2`. */
  readonly minor: number;
  readonly containerRuntimeVersion: string;
  readonly osImage: string;
  readonly kernelVersion: string;
}

const firstMinorWithoutDockershim = 24;

/** The platform a release ran on at its time. */
export function platformOf(release: ReleaseName, kubernetesVersion: string): Platform {
  const minor = minorOf(kubernetesVersion);
  const recent = inRange(release, { since: 'v3.4' });
  return {
    kubernetesVersion,
    minor,
    containerRuntimeVersion: minor < firstMinorWithoutDockershim ? 'docker://20.10.8' : 'containerd://1.7.13',
    osImage: recent ? 'Ubuntu 22.04.4 LTS' : 'CentOS Linux 7 (Core)',
    kernelVersion: recent ? '5.15.0-105-generic' : '3.10.0-1127.el7.x86_64',
  };
}
