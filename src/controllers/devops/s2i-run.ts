import { digObject, digString } from '../../core/json.js';
import { controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { chanceOf } from '../../pipelines/run.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';
import { formatTimestamp } from '../../state/clock.js';
import { currentOf, isDeleting, writeBack, type Controller } from '../controller.js';
import { lookAgainAt } from '../later.js';
import { writeStatus } from '../workloads/write-status.js';
import { imageOf, linesOf, resultOf, sourceOf } from './s2i-build.js';
import { scaleWorkloads } from './s2i-scale.js';

const controllerName = 's2irun';
const runs = { group: 'devops.kubesphere.io', plural: 's2iruns' };
const builders = { group: 'devops.kubesphere.io', plural: 's2ibuilders' };
const builderLabel = 'labels.devops.kubesphere.io/builder-name';
const runLabel = 'labels.devops.kubesphere.io/s2ir';
/** Milliseconds a build takes at least, and at most more than that. */
const [least, spread] = [20_000, 20_000];

/**
 * Builds an image: a run of an S2iBuilder gets its Job, and is successful some twenty to forty seconds later, the same for the
 * same seed, with what was built; workloads that the builder names then run the image. Without a source it fails. One whose
 * builder is not there waits for it.
 *
 * Differs from KubeSphere: nothing is built, and the Job is done from the start; its log says what would be.
 *
 * @see kubesphere/s2ioperator pkg/controller/s2irun/s2irun_controller.go
 */
export const s2iRunController: Controller = {
  name: controllerName,
  until: 'v3.4',
  watches: ['s2iruns.devops.kubesphere.io', 's2ibuilders.devops.kubesphere.io', 'jobs.batch'],
  reconcile: (context, change) => {
    const object = currentOf(context, change);
    if (object === undefined || isDeleting(object)) return;
    if (change.resource.plural === runs.plural) {
      goOn(context, object);
      return;
    }
    const { name, namespace = '' } = object.metadata;
    if (change.resource.plural === 'jobs') {
      const run = context.cluster.store.find(runs, namespace, label(object, runLabel) ?? '')?.object;
      if (run !== undefined && !isDeleting(run)) goOn(context, run);
      return;
    }
    for (const { object: run } of context.cluster.store.list(runs, namespace))
      if (digString(run, 'spec', 'builderName') === name && stateOf(run) === '' && !isDeleting(run))
        goOn(context, run);
  },
};

function stateOf(run: KubeObject): string {
  return digString(run, 'status', 'runState');
}

function goOn(context: WriteContext, run: KubeObject): void {
  const { store } = context.cluster;
  const { namespace = '' } = run.metadata;
  const builder = store.find(builders, namespace, digString(run, 'spec', 'builderName'))?.object;
  if (builder === undefined) return;
  const kind = context.catalog.get(runs.group, runs.plural);
  if (label(run, builderLabel) !== builder.metadata.name) {
    const labels = { ...run.metadata.labels, [builderLabel]: builder.metadata.name };
    writeBack(context, kind, { ...run, metadata: { ...run.metadata, labels } });
    return;
  }
  const now = context.world.clock.now();
  if (stateOf(run) === '') {
    const job = provideJob(context, run, builder);
    writeStatus(context, kind, run, {
      kubernetesJobName: job,
      startTime: formatTimestamp(now),
      runState: 'Running',
    });
    return;
  }
  if (stateOf(run) !== 'Running') return;
  const chance = chanceOf(`${context.world.random.seed} ${run.metadata.uid ?? ''} s2i`);
  const end = Date.parse(digString(run, 'status', 'startTime')) + least + Math.floor(chance * spread);
  if (now < end) {
    lookAgainAt(context, controllerName, runs, run, end);
    const job = digString(run, 'status', 'kubernetesJobName');
    // Its pod comes after the Job.
    writeStatus(context, kind, run, { ...digObject(run, 'status'), ...logUrlOf(context, namespace, job) });
    return;
  }
  const isBuilt = sourceOf(run, builder).isThere;
  writeStatus(context, kind, run, {
    ...digObject(run, 'status'),
    runState: isBuilt ? 'Successful' : 'Failed',
    completionTime: formatTimestamp(now),
    ...(isBuilt && { s2iBuildResult: resultOf(run, builder, now) }),
    s2iBuildSource: sourceOf(run, builder).shown,
  });
  if (isBuilt) scaleWorkloads(context, run, builder);
}

/** The Job of a run, whose container says what an image is built of. @returns its name */
function provideJob(context: WriteContext, run: KubeObject, builder: KubeObject): string {
  const { name, namespace = '' } = run.metadata;
  const jobs = context.catalog.get('batch', 'jobs');
  const job = `${name}-job`;
  if (context.cluster.store.find(jobs, namespace, job) !== undefined) return job;
  const script = linesOf(run, builder)
    .map((line) => `echo '${line.replaceAll("'", '')}'`)
    .join('\n');
  createObject(
    context,
    jobs,
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        name: job,
        labels: { [runLabel]: name },
        annotations: { desc: `image ${imageOf(run, builder)} 's build job, s2iName ${name}` },
        ownerReferences: [controllerReference(run)],
      },
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { 'job-name': job } },
          spec: {
            restartPolicy: 'Never',
            containers: [
              {
                name: 's2irun',
                image: 'kubesphere/s2irun:v3.2.0',
                command: ['sh', '-c', script],
                // Where there is a quota nothing runs without.
                resources: {
                  requests: { cpu: '100m', memory: '128Mi' },
                  limits: { cpu: '1', memory: '1Gi' },
                },
              },
            ],
          },
        },
      },
    },
    { namespace },
  );
  return job;
}

function logUrlOf(
  { world, cluster }: WriteContext,
  namespace: string,
  job: string,
): { readonly logURL?: string } {
  const pod = cluster.store
    .list({ group: '', plural: 'pods' }, namespace)
    .find(({ object }) => label(object, 'job-name') === job)?.object;
  if (pod === undefined) return {};
  const server = world.release.name === 'v2.1' ? 'ks-apigateway' : 'ks-apiserver';
  const group = `http://${server}.kubesphere-system.svc/kapis/logging.kubesphere.io/v1alpha2`;
  return { logURL: `${group}/namespaces/${namespace}/pods/${pod.metadata.name}?operation=query` };
}
