import type { GroupResource } from '../../core/api-error.js';
import { digArray, digString } from '../../core/json.js';
import { label, type KubeObject } from '../../core/kube-object.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { nodeUsage } from '../../registry/usage/node-usage.js';
import { podUsage, type Usage } from '../../registry/usage/pod-usage.js';
import { swingOf, wave } from '../../registry/usage/wave.js';
import type { ObjectStore } from '../../state/object-store.js';

const kinds = {
  nodes: { group: '', plural: 'nodes' },
  pods: { group: '', plural: 'pods' },
  namespaces: { group: '', plural: 'namespaces' },
} as const;
const births = new WeakMap<KubeObject, number>();

/** When an object was made, in milliseconds since 1970; 0 when it does not say. */
export function birthOf(object: KubeObject): number {
  let birth = births.get(object);
  if (birth === undefined) {
    birth = Date.parse(object.metadata.creationTimestamp ?? '') || 0;
    births.set(object, birth);
  }
  return birth;
}

/**
 * A cluster as it is measured at one moment: what had been made by then, and what it used.
 *
 * Differs from KubeSphere: what has been deleted since leaves no series behind.
 */
export class Moment {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly seed: string;
  readonly #store: ObjectStore;
  readonly #lists = new Map<string, readonly KubeObject[]>();
  #podsByNode: ReadonlyMap<string, readonly KubeObject[]> | undefined;
  readonly #nodeUsage = new Map<KubeObject, Usage>();
  #workspaces: ReadonlyMap<string, string> | undefined;

  constructor(store: ObjectStore, seed: string, at: number) {
    this.#store = store;
    this.seed = seed;
    this.at = at;
  }

  /** Objects of a kind that exist. */
  list(kind: GroupResource): readonly KubeObject[] {
    const key = `${kind.plural}.${kind.group}`;
    let found = this.#lists.get(key);
    if (found === undefined) {
      found = this.#store.list(kind).flatMap(({ object }) => (birthOf(object) <= this.at ? [object] : []));
      this.#lists.set(key, found);
    }
    return found;
  }

  get nodes(): readonly KubeObject[] {
    return this.list(kinds.nodes);
  }

  get pods(): readonly KubeObject[] {
    return this.list(kinds.pods);
  }

  /** Pods on a node that have not ended. */
  podsOn(node: string): readonly KubeObject[] {
    if (this.#podsByNode === undefined) {
      const byNode = new Map<string, KubeObject[]>();
      for (const pod of this.pods) {
        const on = digString(pod, 'spec', 'nodeName');
        const known = byNode.get(on);
        if (known === undefined) byNode.set(on, [pod]);
        else known.push(pod);
      }
      this.#podsByNode = byNode;
    }
    return this.#podsByNode.get(node) ?? [];
  }

  /** The workspace of a namespace; empty for none. */
  workspaceOf(namespace: string): string {
    this.#workspaces ??= new Map(
      this.list(kinds.namespaces).map((object) => [
        object.metadata.name,
        label(object, workspaceLabel) ?? '',
      ]),
    );
    return this.#workspaces.get(namespace) ?? '';
  }

  /** What a pod uses. */
  usage(pod: KubeObject): Usage {
    return podUsage(this.seed, pod, this.at);
  }

  /** What a node uses. */
  usageOfNode(node: KubeObject): Usage {
    let usage = this.#nodeUsage.get(node);
    if (usage === undefined) {
      usage = nodeUsage(this.seed, node, this.podsOn(node.metadata.name), this.at);
      this.#nodeUsage.set(node, usage);
    }
    return usage;
  }

  /** From 0 to 1: where a figure of an object stands. */
  sway(object: KubeObject, figure: string): number {
    const { uid, namespace = '', name } = object.metadata;
    return wave(swingFor(object, `${uid ?? `${namespace}/${name}`}/${figure}`, this.seed), this.at / 1000);
  }
}

const swings = new WeakMap<KubeObject, Map<string, ReturnType<typeof swingOf>>>();

function swingFor(object: KubeObject, name: string, seed: string): ReturnType<typeof swingOf> {
  const known = swings.get(object) ?? new Map<string, ReturnType<typeof swingOf>>();
  swings.set(object, known);
  const key = `${seed} ${name}`;
  let swing = known.get(key);
  if (swing === undefined) known.set(key, (swing = swingOf(seed, name)));
  return swing;
}

/** Tells whether a condition of an object has a status. */
export function hasCondition(object: KubeObject, type: string, status: string): boolean {
  return digArray(object, 'status', 'conditions').some(
    (one) => digString(one, 'type') === type && digString(one, 'status') === status,
  );
}
