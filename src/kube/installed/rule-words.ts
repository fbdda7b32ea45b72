import type { JsonObject } from '../../core/json.js';

/** Words for verbs that come together. */
const together: Readonly<Record<string, string>> = {
  read: 'get,list,watch',
  follow: 'list,watch',
  change: 'patch,update',
  write: 'create,delete,deletecollection,patch,update',
  all: 'create,delete,deletecollection,get,list,patch,update,watch',
};

/**
 * A rule from its words: verbs, API groups (`core` for Kubernetes' own without a name), resources and, where it is about
 * some objects only, their names; or verbs and paths. Each is a list with commas, in the order it is shown.
 *
 * `tell` alone is the rule of everybody who writes Events.
 */
export function ruleOf(words: string): JsonObject {
  if (words === 'tell') return ruleOf('create,patch,update core,events.k8s.io events');
  const [verbs = '', groups = '', resources, names] = words.split(' ');
  const spelled = (together[verbs] ?? verbs).split(',');
  if (resources === undefined) return { verbs: spelled, nonResourceURLs: groups.split(',') };
  return {
    verbs: spelled,
    apiGroups: groups.split(',').map((group) => (group === 'core' ? '' : group)),
    resources: resources.split(','),
    ...(names !== undefined && { resourceNames: names.split(',') }),
  };
}
