import { dig, digObject, type JsonObject } from '../../core/json.js';
import { annotation, controllerReference, label, type KubeObject } from '../../core/kube-object.js';
import { jenkinsJobAnnotation } from '../../core/well-known-keys.js';
import { jenkinsfileKey, pipelineLabel, runCreatorKey, runIdKey } from '../../pipelines/keys.js';
import { newCourse, runOf, withCourse, type Run } from '../../pipelines/run.js';
import type { WriteContext } from '../../registry/contract.js';
import { createObject } from '../../registry/verbs/create.js';

const runs = { group: 'devops.kubesphere.io', plural: 'pipelineruns' };

/** What a run is asked for. */
export interface RunRequest {
  /** Empty for pipelines without branches. */
  readonly branch: string;
  readonly parameters: readonly JsonObject[];
  readonly cause: string;
  readonly creator: string;
  /** A Jenkinsfile of its own: that of the run it replays. */
  readonly like?: Run;
}

/** The runs of a Pipeline, or of one of its branches, the latest first. */
export function runsOfPipeline(context: WriteContext, pipeline: KubeObject, branch?: string): Run[] {
  const { seed } = context.world.random;
  const { name, namespace = '' } = pipeline.metadata;
  const found = context.cluster.store.list(runs, namespace).flatMap(({ object }): Run[] => {
    if (label(object, pipelineLabel) !== name) return [];
    const run = runOf(object, seed);
    return run === undefined || (branch !== undefined && run.branch !== branch) ? [] : [run];
  });
  return found.sort((a, b) => b.course.queuedAt - a.course.queuedAt || Number(b.id) - Number(a.id));
}

/** Starts a run of a Pipeline. */
export function startRun(
  context: WriteContext,
  { object }: { readonly object: KubeObject },
  request: RunRequest,
): Run {
  const { world } = context;
  const { branch, parameters, cause, creator, like } = request;
  const { name, namespace = '' } = object.metadata;
  const others = runsOfPipeline(context, object, branch);
  const id = 1 + Math.max(0, ...others.map((one) => Number(one.id)));
  const script = annotation(like?.object ?? object, jenkinsfileKey);
  const job = annotation(object, jenkinsJobAnnotation);
  const bare: KubeObject = {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: '',
      generateName: `${name}-`,
      namespace,
      labels: { [pipelineLabel]: name },
      annotations: {
        [runCreatorKey]: creator,
        [runIdKey]: String(id),
        ...(script !== undefined && { [jenkinsfileKey]: script }),
        ...(job !== undefined && { [jenkinsJobAnnotation]: job }),
      },
      ownerReferences: [controllerReference(object)],
    },
    spec: {
      pipelineRef: { kind: 'Pipeline', name, namespace },
      pipelineSpec:
        dig(like?.object ?? object, ...(like === undefined ? ['spec'] : ['spec', 'pipelineSpec'])) ?? {},
      ...(parameters.length > 0 && { parameters }),
      ...(branch !== '' && { scm: { refName: branch, refType: '' } }),
    },
  };
  const course = newCourse(digObject(object, 'spec'), others, cause, world.clock.now());
  const resource = context.catalog.get(runs.group, runs.plural);
  const created = createObject(context, resource, withCourse(bare, course), { namespace }).object;
  const run = runOf(created, world.random.seed);
  if (run === undefined) throw new Error('a run that was written has a number');
  return run;
}
