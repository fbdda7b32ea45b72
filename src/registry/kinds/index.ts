import type { GroupResource } from '../../core/api-error.js';
import { coreLists } from './core-lists.js';
import type { KindList } from './kind-list.js';
import { kubesphereLists } from './kubesphere-lists.js';
import { snapshotLists } from './snapshot-lists.js';
import { workloadLists } from './workload-lists.js';

const plain: KindList = {};

/** What lists of a kind know beyond what every list knows. */
export function kindListOf({ group, plural }: GroupResource): KindList {
  const name = `${plural}.${group}`;
  return coreLists[name] ?? workloadLists[name] ?? kubesphereLists[name] ?? snapshotLists[name] ?? plain;
}
