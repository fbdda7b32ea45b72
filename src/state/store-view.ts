import type { GroupResource } from '../core/api-error.js';
import type { KubeObject } from '../core/kube-object.js';
import { ObjectStore, type Change, type StoredObject } from './object-store.js';
import type { World } from './world.js';

/** A store as somebody sees it: all it does, the store underneath does, except for what a kind of view does otherwise. */
export abstract class StoreView extends ObjectStore {
  /** The store underneath. */
  readonly base: ObjectStore;

  constructor(base: ObjectStore, { clock, random }: Pick<World, 'clock' | 'random'>) {
    super(clock, random);
    this.base = base;
  }

  override get version(): number {
    return this.base.version;
  }

  override versionOf(resource: GroupResource): number {
    return this.base.versionOf(resource);
  }

  override get writes(): number {
    return this.base.writes;
  }

  override writesOf(resource: GroupResource): number {
    return this.base.writesOf(resource);
  }

  override offerOf(resource: GroupResource): 'none' | 'open' | 'taken' {
    return this.base.offerOf(resource);
  }

  override resources(): GroupResource[] {
    return this.base.resources();
  }

  override subscribe(watcher: (change: Change) => void, end?: () => void): () => void {
    return this.base.subscribe(watcher, end);
  }

  override changesSince(version: number): readonly Change[] | undefined {
    return this.base.changesSince(version);
  }

  override find(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
  ): StoredObject | undefined {
    return this.base.find(resource, namespace, name);
  }

  override list(resource: GroupResource, namespace = ''): readonly StoredObject[] {
    return this.base.list(resource, namespace);
  }

  override listAt(
    resource: GroupResource,
    version: number,
    namespace = '',
  ): readonly StoredObject[] | undefined {
    return this.base.listAt(resource, version, namespace);
  }

  override count(resource: GroupResource): number {
    return this.base.count(resource);
  }

  override load(resource: GroupResource, object: KubeObject): StoredObject {
    return this.base.load(resource, object);
  }

  override create(resource: GroupResource, object: KubeObject): StoredObject {
    return this.base.create(resource, object);
  }

  override update(resource: GroupResource, object: KubeObject): StoredObject {
    return this.base.update(resource, object);
  }

  override replace(resource: GroupResource, object: KubeObject): StoredObject {
    return this.base.replace(resource, object);
  }

  override remove(resource: GroupResource, namespace: string | undefined, name: string): StoredObject {
    return this.base.remove(resource, namespace, name);
  }
}
