import type { WriteContext } from '../../registry/contract.js';
import type { Change } from '../../state/object-store.js';
import { currentOf, isDeleting } from '../controller.js';

/** The kind whose end takes a workspace's part of the app store away, as controllers watch it. */
export const workspaceKind = 'workspacetemplates.tenant.kubesphere.io';

/**
 * What a change of a workspace means to the app store up to 3.4: `'goes'` once it is being deleted.
 *
 * @returns `undefined` for changes of other kinds
 * @see kubesphere/kubesphere pkg/controller/workspacetemplate deleteOpenPitrixResourcesInWorkspace
 */
export function fateOfWorkspace(context: WriteContext, change: Change): 'goes' | 'stays' | undefined {
  if (change.resource.plural !== 'workspacetemplates') return undefined;
  const template = currentOf(context, change);
  return template === undefined || isDeleting(template) ? 'goes' : 'stays';
}
