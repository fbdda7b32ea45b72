import { isDeepStrictEqual } from 'node:util';
import type { GroupResource } from '../../../core/api-error.js';
import type { KubeObject } from '../../../core/kube-object.js';
import type { RequestContext, Resource } from '../../../registry/contract.js';
import { StoredObject } from '../../../state/object-store.js';
import { StoreView } from '../../../state/store-view.js';
import { asRead } from '../hooks.js';
import { convertObjects } from './convert-objects.js';

/** Thrown where objects are looked at, or one is to be stored, that a webhook has to convert first. */
export class Unconverted extends Error {
  /** Objects as they are stored. */
  readonly stored: readonly StoredObject[];
  /** An object to be stored. */
  readonly next: KubeObject | undefined;

  constructor(stored: readonly StoredObject[], next?: KubeObject) {
    super('objects were not converted in time');
    this.stored = stored;
    this.next = next;
  }
}

/**
 * A cluster's objects with those of one kind at the version a request asks for, while they are stored at another. What has
 * not been converted yet is thrown as {@link Unconverted}: whoever catches it has it converted and tries again.
 */
export class ConvertedStore extends StoreView {
  readonly #place: Pick<RequestContext, 'world' | 'cluster'>;
  readonly #resource: Resource;
  /** What stored objects are at this version. */
  readonly #seen = new WeakMap<StoredObject, StoredObject>();
  /** What was stored, by what the writer was shown. */
  readonly #written = new WeakMap<StoredObject, StoredObject>();
  #pending: { readonly next: KubeObject; readonly converted: KubeObject } | undefined;

  /** @param resource The kind at the version asked for, converted by webhook. */
  constructor(place: Pick<RequestContext, 'world' | 'cluster'>, resource: Resource) {
    super(place.cluster.store, place.world);
    this.#place = place;
    this.#resource = resource;
  }

  /** Has objects converted, so that they can be looked at. @throws ApiError 500 */
  async seen(stored: readonly StoredObject[]): Promise<readonly StoredObject[]> {
    const unknown = stored.filter((one) => !this.#isSeen(one));
    const given = unknown.map(({ object }) => object);
    const found = await this.#convert(given, this.#version('version'));
    for (const [at, one] of unknown.entries()) {
      const shown = asRead(found[at] ?? one.object, this.#resource) as KubeObject;
      this.#seen.set(one, new StoredObject(Object.freeze(shown), one.version));
    }
    return stored.map((one) => this.#shown(one));
  }

  /** Has an object converted to what it is stored as, so that it can be stored. @throws ApiError 500 */
  async prepare(next: KubeObject): Promise<void> {
    const { resourceVersion: _, ...metadata } = next.metadata;
    const [converted] = await this.#convert([{ ...next, metadata }], this.#version('storage'));
    this.#pending = { next, converted: converted ?? next };
  }

  /** What a write has come to, as it is read from what was stored. @throws ApiError 500 */
  async reread(written: StoredObject): Promise<StoredObject> {
    const pending = this.#pending;
    const base =
      this.#written.get(written) ??
      (pending && isSame(written.object, pending.next)
        ? new StoredObject(withMeta(pending.converted, written.object), written.version)
        : undefined);
    if (base === undefined) return written;
    const [read] = await this.seen([base]);
    return read ?? written;
  }

  override find(
    resource: GroupResource,
    namespace: string | undefined,
    name: string,
  ): StoredObject | undefined {
    const found = this.base.find(resource, namespace, name);
    return found === undefined || !this.#isOwn(resource) ? found : this.#all([found])[0];
  }

  override list(resource: GroupResource, namespace = ''): readonly StoredObject[] {
    const found = this.base.list(resource, namespace);
    return this.#isOwn(resource) ? this.#all(found) : found;
  }

  override listAt(
    resource: GroupResource,
    version: number,
    namespace = '',
  ): readonly StoredObject[] | undefined {
    const found = this.base.listAt(resource, version, namespace);
    return found === undefined || !this.#isOwn(resource) ? found : this.#all(found);
  }

  override create(resource: GroupResource, object: KubeObject): StoredObject {
    if (!this.#isOwn(resource)) return this.base.create(resource, object);
    return this.#shownTo(object, this.base.create(resource, this.#asStored(object)));
  }

  override update(resource: GroupResource, object: KubeObject): StoredObject {
    if (!this.#isOwn(resource)) return this.base.update(resource, object);
    return this.#shownTo(object, this.base.update(resource, this.#asStored(object)));
  }

  override replace(resource: GroupResource, object: KubeObject): StoredObject {
    if (!this.#isOwn(resource)) return this.base.replace(resource, object);
    return this.#shownTo(object, this.base.replace(resource, this.#asStored(object)));
  }

  override remove(resource: GroupResource, namespace: string | undefined, name: string): StoredObject {
    if (!this.#isOwn(resource)) return this.base.remove(resource, namespace, name);
    const before = this.get(resource, namespace, name);
    const removed = this.base.remove(resource, namespace, name);
    return new StoredObject({ ...before.object, metadata: removed.object.metadata }, removed.version);
  }

  #isOwn({ group, plural }: GroupResource): boolean {
    return group === this.#resource.group && plural === this.#resource.plural;
  }

  #version(which: 'version' | 'storage'): string {
    return `${this.#resource.group}/${this.#resource.defined?.[which] ?? ''}`;
  }

  async #convert(objects: readonly KubeObject[], apiVersion: string): Promise<readonly KubeObject[]> {
    const conversion = this.#resource.defined?.conversion;
    return conversion === undefined ? objects : convertObjects(this.#place, conversion, objects, apiVersion);
  }

  #isSeen(stored: StoredObject): boolean {
    return stored.object.apiVersion === this.#version('version') || this.#seen.has(stored);
  }

  #shown(stored: StoredObject): StoredObject {
    return this.#seen.get(stored) ?? stored;
  }

  #all(stored: readonly StoredObject[]): readonly StoredObject[] {
    const unknown = stored.filter((one) => !this.#isSeen(one));
    if (unknown.length > 0) throw new Unconverted(unknown);
    return stored.map((one) => this.#shown(one));
  }

  #asStored(object: KubeObject): KubeObject {
    if (object.apiVersion === this.#version('storage')) return object;
    const pending = this.#pending;
    if (pending !== undefined && isSame(object, pending.next)) return withMeta(pending.converted, object);
    const { namespace, name } = object.metadata;
    const before = this.base.find(this.#resource, namespace, name);
    // Marking something as deleted changes nothing a webhook has a say in.
    if (before !== undefined && isSame(object, this.#shown(before).object))
      return { ...before.object, metadata: object.metadata };
    throw new Unconverted([], object);
  }

  #shownTo(object: KubeObject, stored: StoredObject): StoredObject {
    const shown = new StoredObject(
      Object.freeze({ ...object, metadata: stored.object.metadata }),
      stored.version,
    );
    this.#written.set(shown, stored);
    return shown;
  }
}

/** An object with the metadata of another, but for what webhooks may change. */
function withMeta(converted: KubeObject, { metadata }: KubeObject): KubeObject {
  const { labels: _labels, annotations: _annotations, ...kept } = metadata;
  const { labels, annotations } = converted.metadata;
  return {
    ...converted,
    metadata: { ...kept, ...(labels && { labels }), ...(annotations && { annotations }) },
  };
}

/** Whether a webhook is shown the same in two objects, as far as it may look. */
function isSame(one: KubeObject, other: KubeObject): boolean {
  const content = ({ metadata, ...rest }: KubeObject): object => {
    const { labels = {}, annotations = {}, name } = metadata;
    return { ...rest, name, labels, annotations };
  };
  return isDeepStrictEqual(content(one), content(other));
}
