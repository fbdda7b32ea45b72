import { notImplemented } from '../../core/api-error.js';
import { digString } from '../../core/json.js';
import type { Resource } from '../../registry/contract.js';
import type { ObjectStore, StoredObject } from '../../state/object-store.js';

const secrets = { group: '', plural: 'secrets' };
const filterType = 'config.kubesphere.io/custom-resource-filter';
/** The one of a fresh install, whose filters we have in code. */
const known = new Set(['Extension.kubesphere.io']);
const filteredKinds = new WeakMap<readonly StoredObject[], readonly string[]>();

/**
 * Refuses to list by filters that somebody wrote in Rego, rather than to ignore them.
 *
 * @throws ApiError 501
 */
export function refuseCustomFilters(store: ObjectStore, { kind, group }: Resource): void {
  const name = `${kind}.${group}`;
  if (known.has(name) || !kindsWithFilters(store).includes(name)) return;
  throw notImplemented(`list filters in Rego (Secrets of type ${filterType}) for ${name}`);
}

function kindsWithFilters(store: ObjectStore): readonly string[] {
  const all = store.list(secrets);
  let kinds = filteredKinds.get(all);
  if (kinds === undefined) {
    kinds = all.filter(({ object }) => digString(object, 'type') === filterType).map(kindOf);
    filteredKinds.set(all, kinds);
  }
  return kinds;
}

function kindOf({ object }: StoredObject): string {
  const text = Buffer.from(digString(object, 'data', 'configuration.yaml'), 'base64').toString('utf8');
  const member = (key: string): string =>
    new RegExp(`^\\s+${key}:\\s*"?([^"\\s]*)`, 'm').exec(text)?.[1] ?? '';
  return `${member('kind')}.${member('group')}`;
}
