import { createHash } from 'node:crypto';

/**
 * The id a container runtime gives to a container.
 *
 * @param uid Of its pod.
 * @param runtime As in `nodeInfo.containerRuntimeVersion`, or an id of the same runtime.
 * @param run How often it was restarted: each time it is another container.
 */
export function containerId(uid: string, name: string, runtime: string, run = 0): string {
  const scheme = runtime.startsWith('docker:') ? 'docker' : 'containerd';
  return `${scheme}://${sha256(`${uid}/${name}${run > 0 ? `/${String(run)}` : ''}`)}`;
}

/**
 * The digest a container runtime tells of an image it has.
 *
 * @param image As a container names it.
 * @param runtime As for {@link containerId}.
 */
export function imageId(image: string, runtime: string): string {
  const [base = image] = image.split('@');
  const repository = base.replace(/:[^/:]*$/, '');
  return `${runtime.startsWith('docker:') ? 'docker-pullable://' : ''}${repository}@sha256:${sha256(image)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
