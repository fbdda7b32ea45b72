import { digArray, digString, isJsonObject, type JsonObject } from '../../../core/json.js';
import type { ObjectStore } from '../../../state/object-store.js';
import type { World } from '../../../state/world.js';

/** Kinds of webhook, as their configurations are called. */
export type WebhookKind = 'mutating' | 'validating';

/** A webhook of a configuration. */
export interface Webhook {
  readonly name: string;
  readonly configuration: string;
  readonly spec: JsonObject;
}

const group = 'admissionregistration.k8s.io';

/** Whether there is any configuration of a kind that counts: what every write asks. */
export function hasWebhooks(world: World, store: ObjectStore, kind: WebhookKind): boolean {
  return store.list(resourceOf(kind)).length > 0 && !world.switchedOff.has(`${kind}admissionwebhook`);
}

/** All webhooks of a kind, by the name of their configuration and their place in it: the order they are called in. */
export function findWebhooks(store: ObjectStore, kind: WebhookKind): Webhook[] {
  return store.list(resourceOf(kind)).flatMap(({ object }) =>
    digArray(object, 'webhooks')
      .filter(isJsonObject)
      .map((spec) => ({ name: digString(spec, 'name'), configuration: object.metadata.name, spec })),
  );
}

function resourceOf(kind: WebhookKind): { readonly group: string; readonly plural: string } {
  return { group, plural: `${kind}webhookconfigurations` };
}
