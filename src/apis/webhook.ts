import { inRange, type ReleaseRange } from '../core/release.js';
import type { WebhookName } from '../core/webhook-names.js';
import type { ResourceHooks, WriteContext } from '../registry/contract.js';

/** The hooks of an admission webhook: they do nothing in other releases and where it is switched off. */
export function webhook(
  name: WebhookName,
  { prepare, validate, validateDelete }: ResourceHooks,
  range: ReleaseRange & { readonly hostOnly?: boolean } = { since: 'v4.1' },
): ResourceHooks {
  const isOn = ({ world, cluster }: WriteContext): boolean =>
    !world.switchedOff.has(name) &&
    inRange(world.release.name, range) &&
    (range.hostOnly !== true || cluster.isHost);
  return {
    ...(prepare && {
      prepare: (object, previous, context) => (isOn(context) ? prepare(object, previous, context) : object),
    }),
    ...(validate && {
      validate: (object, previous, context) => {
        if (isOn(context)) validate(object, previous, context);
      },
    }),
    ...(validateDelete && {
      validateDelete: (object, context) => {
        if (isOn(context)) validateDelete(object, context);
      },
    }),
  };
}
