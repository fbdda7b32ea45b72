import { digArray, digObject, digString } from '../../core/json.js';
import type { ResourceHooks } from '../../registry/contract.js';
import { deniedBy } from '../denied-by.js';

const entries = { group: 'extensions.kubesphere.io', plural: 'extensionentries' };

/**
 * The admission webhook of ExtensionEntries: names and links are used once, in one object and among all.
 *
 * @see kubesphere/kubesphere pkg/controller/extension/extensionentry_webhook.go
 */
export const extensionEntryHooks: ResourceHooks = {
  validate: (entry, _, { cluster }) => {
    const { name: own } = entry.metadata;
    const refuse = (text: string): never => {
      throw deniedBy('extensionentries.extensions.kubesphere.io', `ExtensionEntry ${own} ${text}`);
    };
    const [names, links] = [new Set<string>(), new Set<string>()];
    for (const [at, one] of digArray(entry, 'spec', 'entries').entries()) {
      const { name, link } = digObject(one);
      const place = `spec.entries[${String(at)}]`;
      if (name === undefined) return refuse(`${place}.name cannot be empty`);
      // The real webhook prints what it could not read: nothing.
      if (typeof name !== 'string') return refuse(`${place}.name  must be string`);
      if (names.has(name)) refuse(`${place}.name ${name} is duplicated`);
      names.add(name);
      if (link === undefined) continue;
      if (typeof link !== 'string') return refuse(`${place}.link ${name} must be string`);
      if (links.has(link)) refuse(`${place}.link ${link} is duplicated`);
      links.add(link);
    }
    for (const { object } of cluster.store.list(entries)) {
      if (object.metadata.name === own) continue;
      for (const one of digArray(object, 'spec', 'entries')) {
        const [name, link] = [digString(one, 'name'), digString(one, 'link')];
        if (names.has(name)) refuse(`spec.entries[].name ${name} is already exists`);
        if (link !== '' && links.has(link)) refuse(`spec.entries[].link ${link} is already exists`);
      }
    }
  },
};
