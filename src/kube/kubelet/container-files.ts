import { posix } from 'node:path';
import { digArray, digObject, digString, isJsonObject, type Json, type JsonObject } from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { ClusterState, World } from '../../state/world.js';
import type { FileNode } from '../../state/containers.js';
import { containerSpec } from './find-container.js';

/** A refusal of the file system, in the words of libc. */
export class FileError extends Error {}

/** Most bytes one container's written files may hold. */
const spaceLimit = 256 * 1024 * 1024;
const linkLimit = 20;
const folders = [
  '/',
  '/bin',
  '/dev',
  '/etc',
  '/home',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/usr/bin',
  '/usr/local',
  '/var',
  '/var/log',
  '/var/run',
  '/var/tmp',
  '/var/run/secrets',
];

/** The file system of a container: what its image and volumes hold, and over it what was written since. */
export class ContainerFiles {
  readonly #world: World;
  readonly #key: string;
  readonly #base: ReadonlyMap<string, FileNode>;

  constructor(world: World, cluster: ClusterState, pod: KubeObject, container: string) {
    this.#world = world;
    this.#key = [cluster.name, pod.metadata.uid ?? pod.metadata.name, container].join('/');
    this.#base = baseFiles(cluster, pod, container);
  }

  /** What is at a path, links followed; `undefined` for nothing. */
  find(path: string): FileNode | undefined {
    return this.#at(this.resolve(path));
  }

  /** A path with its links followed. @throws FileError for a circle of them */
  resolve(path: string): string {
    let current = posix.normalize(path);
    for (let step = 0; step < linkLimit; step += 1) {
      const node = this.#at(current);
      if (node?.kind !== 'link') return current.length > 1 ? current.replace(/\/$/, '') : current;
      current = posix.resolve(posix.dirname(current), node.target);
    }
    throw new FileError('Too many levels of symbolic links');
  }

  /** Tells whether a path is a folder. */
  isFolder(path: string): boolean {
    return this.find(path)?.kind === 'folder';
  }

  /** The bytes of a file. @throws FileError */
  read(path: string): Buffer {
    const node = this.find(path);
    if (node?.kind === 'file') return node.data;
    throw new FileError(node?.kind === 'folder' ? 'Is a directory' : 'No such file or directory');
  }

  /** Names in a folder, in byte order. @throws FileError */
  list(path: string): string[] {
    const folder = this.resolve(path);
    if (!this.isFolder(folder)) throw new FileError('No such file or directory');
    const start = folder === '/' ? '/' : `${folder}/`;
    const names = new Set<string>();
    for (const each of [...this.#base.keys(), ...this.#world.containers.written(this.#key).keys()]) {
      if (!each.startsWith(start) || each === start || this.#at(each) === undefined) continue;
      names.add(each.slice(start.length).split('/', 1)[0] ?? '');
    }
    return [...names].sort();
  }

  /** Writes a file. @throws FileError when its folder is not there, or the disk is full */
  write(path: string, data: Buffer, mode = 0o644): void {
    const full = this.resolve(path);
    if (this.isFolder(full)) throw new FileError('Is a directory');
    if (!this.isFolder(posix.dirname(full))) throw new FileError('No such file or directory');
    let used = data.length;
    for (const [key, node] of this.#world.containers.written(this.#key))
      if (node.kind === 'file' && key !== full) used += node.data.length;
    if (used > spaceLimit) throw new FileError('No space left on device');
    this.#put(full, { kind: 'file', data, mode, at: this.#world.clock.now() });
  }

  /** Makes a folder. @throws FileError when something is there, or its own folder is not */
  makeFolder(path: string, mode = 0o755): void {
    const full = this.resolve(path);
    if (this.#at(full) !== undefined) throw new FileError('File exists');
    if (!this.isFolder(posix.dirname(full))) throw new FileError('No such file or directory');
    this.#put(full, { kind: 'folder', mode, at: this.#world.clock.now() });
  }

  /** Makes a folder and those it is in, where they are not there. @throws FileError when a file is in the way */
  makeFolders(path: string): void {
    const full = this.resolve(path);
    if (this.isFolder(full)) return;
    if (this.#at(full) !== undefined) throw new FileError('File exists');
    this.makeFolders(posix.dirname(full));
    this.makeFolder(full);
  }

  /** Makes a symbolic link. */
  link(path: string, target: string): void {
    this.#put(posix.normalize(path), { kind: 'link', target, at: this.#world.clock.now() });
  }

  /** Takes out what is at a path, and what is in it. */
  remove(path: string): void {
    const full = posix.normalize(path);
    for (const each of [...this.#base.keys(), ...this.#world.containers.written(this.#key).keys()])
      if (each === full || each.startsWith(`${full}/`)) this.#put(each, { kind: 'gone' });
  }

  #at(path: string): FileNode | undefined {
    const written = this.#world.containers.written(this.#key).get(path);
    if (written?.kind === 'gone') return undefined;
    return written ?? this.#base.get(path);
  }

  #put(path: string, node: FileNode): void {
    this.#world.containers.write(this.#key, path, node);
  }
}

/** What is in a container before anybody writes: a small Linux, and the volumes of the pod. */
function baseFiles(cluster: ClusterState, pod: KubeObject, container: string): Map<string, FileNode> {
  const at = Date.parse(pod.metadata.creationTimestamp ?? '') || 0;
  const files = new Map<string, FileNode>();
  const folder = (path: string): void => {
    if (files.has(path)) return;
    if (path !== '/') folder(posix.dirname(path));
    files.set(path, { kind: 'folder', mode: path === '/tmp' ? 0o1777 : 0o755, at });
  };
  const file = (path: string, data: string | Buffer): void => {
    folder(posix.dirname(path));
    files.set(path, { kind: 'file', data: Buffer.from(data), mode: 0o644, at });
  };
  for (const path of folders) folder(path);
  const { name, namespace = '' } = pod.metadata;
  const ip = digString(pod, 'status', 'podIP');
  file('/etc/hostname', `${hostnameOf(pod)}\n`);
  file(
    '/etc/hosts',
    `# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${ip}\t${name}\n`,
  );
  file(
    '/etc/resolv.conf',
    `search ${namespace}.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.233.0.3\noptions ndots:5\n`,
  );
  file(
    '/etc/os-release',
    'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.19.1\nPRETTY_NAME="Alpine Linux v3.19"\n',
  );
  file('/etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n');
  for (const mount of digArray(containerSpec(pod, container), 'volumeMounts')) {
    const path = posix.normalize(digString(mount, 'mountPath') || '/mnt');
    const volume = digArray(pod, 'spec', 'volumes').find(
      (each) => digString(each, 'name') === digString(mount, 'name'),
    );
    const subPath = digString(mount, 'subPath');
    const held = volumeFiles(cluster, pod, volume);
    if (subPath !== '') {
      const data = held.get(subPath);
      if (data !== undefined) file(path, data);
      continue;
    }
    folder(path);
    for (const [key, data] of held) file(posix.join(path, key), data);
  }
  return files;
}

/** The host name a pod sees. */
export function hostnameOf(pod: KubeObject): string {
  if (digObject(pod, 'spec')['hostNetwork'] === true) return digString(pod, 'spec', 'nodeName');
  return digString(pod, 'spec', 'hostname') || pod.metadata.name.slice(0, 63);
}

const configMaps = { group: '', plural: 'configmaps' };
const secrets = { group: '', plural: 'secrets' };

function volumeFiles(cluster: ClusterState, pod: KubeObject, volume: Json | undefined): Map<string, Buffer> {
  const { namespace } = pod.metadata;
  const sources = digArray(volume, 'projected', 'sources');
  const held = new Map<string, Buffer>();
  for (const source of sources.length === 0 ? [volume] : sources) {
    const configMap = digObject(source, 'configMap');
    const secret = digObject(source, 'secret');
    const map = cluster.store.find(configMaps, namespace, digString(configMap, 'name'))?.object;
    const hidden = cluster.store.find(
      secrets,
      namespace,
      digString(secret, 'secretName') || digString(secret, 'name'),
    )?.object;
    take(held, digObject(map, 'data'), configMap, 'utf8');
    take(held, digObject(map, 'binaryData'), configMap, 'base64');
    take(held, digObject(hidden, 'data'), secret, 'base64');
    if (digString(source, 'serviceAccountToken', 'path') !== '')
      held.set(
        digString(source, 'serviceAccountToken', 'path'),
        Buffer.from('fake-ks-apiserver-projected-token'),
      );
    for (const item of digArray(source, 'downwardAPI', 'items')) {
      const field = digString(item, 'fieldRef', 'fieldPath').split('.');
      const value = field.reduce<Json | undefined>((at, key) => digObject({ at }, 'at')[key], pod);
      held.set(
        digString(item, 'path'),
        Buffer.from(typeof value === 'string' ? value : JSON.stringify(value ?? '')),
      );
    }
  }
  return held;
}

function take(
  held: Map<string, Buffer>,
  data: JsonObject,
  source: JsonObject,
  encoding: 'utf8' | 'base64',
): void {
  const items = digArray(source, 'items').filter(isJsonObject);
  for (const [key, value] of Object.entries(data)) {
    if (typeof value !== 'string') continue;
    const paths =
      items.length === 0
        ? [key]
        : items.filter((item) => digString(item, 'key') === key).map((item) => digString(item, 'path'));
    for (const path of paths) held.set(path, Buffer.from(value, encoding));
  }
}
