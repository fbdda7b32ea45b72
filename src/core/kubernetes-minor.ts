/** The minor number of a `gitVersion`, such as the 29 of `v1.29.2`; 29 when it cannot be read. */
export function minorOf(kubernetesVersion: string): number {
  const minor = Number(/^v?1\.(\d+)/.exec(kubernetesVersion)?.[1]);
  return Number.isInteger(minor) ? minor : 29;
}
