import type { GroupResource } from '../../core/api-error.js';
import type { KubeObject } from '../../core/kube-object.js';
import type { WriteContext } from '../../registry/contract.js';
import { StoredObject, type Change } from '../../state/object-store.js';
import { StoreView } from '../../state/store-view.js';
import type { ClusterState } from '../../state/world.js';
import { asCoreEvent, asEventsEvent } from './event-forms.js';

const core = { group: '', plural: 'events' };
const own = { group: 'events.k8s.io', plural: 'events' };

/** Events in their other form, so that the bytes made of one are kept with it. */
const seen = new WeakMap<StoredObject, StoredObject>();

function seenAs(stored: StoredObject): StoredObject {
  let view = seen.get(stored);
  if (view === undefined) {
    view = new StoredObject(Object.freeze(asEventsEvent(stored.object)), stored.version);
    seen.set(stored, view);
  }
  return view;
}

function isOwn({ group, plural }: GroupResource): boolean {
  return group === own.group && plural === own.plural;
}

/**
 * A cluster's objects with the Events of the core group as those of `events.k8s.io`: one kind in two forms, as in the
 * real server's storage. All else is as it is in the store underneath, to which every write goes.
 */
class EventStore extends StoreView {
  override versionOf(resource: GroupResource): number {
    return this.base.versionOf(isOwn(resource) ? core : resource);
  }

  override find(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
  ): StoredObject | undefined {
    if (!isOwn(resource)) return this.base.find(resource, namespace, name);
    const found = this.base.find(core, namespace, name);
    return found && seenAs(found);
  }

  override list(resource: GroupResource, namespace = ''): readonly StoredObject[] {
    if (!isOwn(resource)) return this.base.list(resource, namespace);
    return this.base.list(core, namespace).map(seenAs);
  }

  override listAt(
    resource: GroupResource,
    version: number,
    namespace = '',
  ): readonly StoredObject[] | undefined {
    if (!isOwn(resource)) return this.base.listAt(resource, version, namespace);
    return this.base.listAt(core, version, namespace)?.map(seenAs);
  }

  override load(resource: GroupResource, object: KubeObject): StoredObject {
    if (!isOwn(resource)) return this.base.load(resource, object);
    return seenAs(this.base.load(core, asCoreEvent(object)));
  }

  override create(resource: GroupResource, object: KubeObject): StoredObject {
    if (!isOwn(resource)) return this.base.create(resource, object);
    return seenAs(this.base.create(core, asCoreEvent(object)));
  }

  override update(resource: GroupResource, object: KubeObject): StoredObject {
    if (!isOwn(resource)) return this.base.update(resource, object);
    return seenAs(this.base.update(core, asCoreEvent(object)));
  }

  override replace(resource: GroupResource, object: KubeObject): StoredObject {
    if (!isOwn(resource)) return this.base.replace(resource, object);
    return seenAs(this.base.replace(core, asCoreEvent(object)));
  }

  override remove(resource: GroupResource, namespace: string | undefined, name: string): StoredObject {
    if (!isOwn(resource)) return this.base.remove(resource, namespace, name);
    return seenAs(this.base.remove(core, namespace, name));
  }

  override subscribe(watcher: (change: Change) => void, end?: () => void): () => void {
    return this.base.subscribe((change) => {
      watcher(changeSeen(change));
    }, end);
  }

  override changesSince(version: number): readonly Change[] | undefined {
    return this.base.changesSince(version)?.map(changeSeen);
  }
}

function changeSeen(change: Change): Change {
  const { resource, stored, previous } = change;
  if (resource.group !== core.group || resource.plural !== core.plural) return change;
  return { ...change, resource: own, stored: seenAs(stored), previous: previous && seenAs(previous) };
}

/** A request or write, with the cluster as `events.k8s.io` sees it. */
export function seeingEvents<T extends Pick<WriteContext, 'cluster' | 'world'>>(context: T): T {
  const { cluster, world } = context;
  const view: ClusterState = { ...cluster, store: new EventStore(cluster.store, world) };
  return { ...context, cluster: view };
}
