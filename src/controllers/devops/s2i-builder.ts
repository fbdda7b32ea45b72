import { digString } from '../../core/json.js';
import type { Controller } from '../controller.js';
import { writeStatus } from '../workloads/write-status.js';

const runs = { group: 'devops.kubesphere.io', plural: 's2iruns' };

/**
 * Counts the runs of an S2iBuilder, and writes down how the last one is.
 *
 * @see kubesphere/s2ioperator pkg/controller/s2ibuilder/s2ibuilder_controller.go
 */
export const s2iBuilderController: Controller = {
  name: 's2ibuilder',
  until: 'v3.4',
  watches: ['s2iruns.devops.kubesphere.io', 's2ibuilders.devops.kubesphere.io'],
  reconcile: (context, change) => {
    const { store } = context.cluster;
    const { metadata } = change.stored.object;
    const isRun = change.resource.plural === runs.plural;
    const name = isRun ? digString(change.stored.object, 'spec', 'builderName') : metadata.name;
    const kind = context.catalog.get(runs.group, 's2ibuilders');
    const builder = store.find(kind, metadata.namespace, name)?.object;
    if (builder === undefined) return;
    const own = store
      .list(runs, metadata.namespace ?? '')
      .map(({ object }) => object)
      .filter((run) => digString(run, 'spec', 'builderName') === name);
    if (own.length === 0 && builder['status'] === undefined) return;
    const startOf = (run: (typeof own)[number]): string => digString(run, 'status', 'startTime');
    const [last] = own
      .filter((run) => startOf(run) !== '')
      .sort((a, b) => (startOf(a) < startOf(b) ? 1 : startOf(a) > startOf(b) ? -1 : 0));
    writeStatus(context, kind, builder, {
      runCount: own.length,
      ...(last !== undefined && {
        lastRunName: last.metadata.name,
        lastRunState: digString(last, 'status', 'runState'),
        lastRunStartTime: startOf(last),
      }),
    });
  },
};
