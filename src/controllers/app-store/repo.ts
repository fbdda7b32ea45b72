import { appStoreGroup } from '../../core/app-store-keys.js';
import { digObject, digString } from '../../core/json.js';
import { workspaceLabel } from '../../core/well-known-keys.js';
import { currentOf, deleteLabelled, isDeleting, writeBack, type Controller } from '../controller.js';

/**
 * Gives a chart repository its first state, and takes those of a deleted workspace away.
 *
 * Differs from KubeSphere: repositories are asked for their charts when they are added, changed or synchronised through
 * their own API, not every `syncPeriod` and not when written by kubectl.
 *
 * @see kubesphere/kubesphere pkg/controller/application/helm_repo_controller.go
 */
export const repoController: Controller = {
  name: 'helmrepo',
  since: 'v4.1',
  hostOnly: true,
  watches: ['repos.application.kubesphere.io', 'workspacetemplates.tenant.kubesphere.io'],
  reconcile: (context, change) => {
    const resource = context.catalog.get(appStoreGroup, 'repos');
    if (change.resource.plural === 'workspacetemplates') {
      if (change.type === 'DELETED')
        deleteLabelled(context, resource, workspaceLabel, change.stored.object.metadata.name);
      return;
    }
    const repo = currentOf(context, change);
    if (repo === undefined || isDeleting(repo) || digString(repo, 'status', 'state') !== '') return;
    const status = {
      ...digObject(repo, 'status'),
      lastUpdateTime: context.world.clock.timestamp(),
      state: 'created',
    };
    writeBack(context, resource, { ...repo, status });
  },
};
