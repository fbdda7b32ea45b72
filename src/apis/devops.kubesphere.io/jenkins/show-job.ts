import { dig, digArray, digString, type Json, type JsonObject } from '../../../core/json.js';
import { branchPlace, linksBelow, pipelinePlace } from '../../../pipelines/blue/links.js';
import { classOf } from '../../../pipelines/blue/nodes.js';
import { blueRun, isPrimary, resultOf } from '../../../pipelines/blue/run.js';
import { stateOf, type Run } from '../../../pipelines/run.js';
import type { RequestContext } from '../../../registry/contract.js';
import { branchesOf, specOf, type Branch, type Job } from './jobs.js';
import { estimateOf, neighboursOf, runsOf } from './runs.js';

const classes = 'io.jenkins.blueocean.rest.impl.pipeline';

/** A pipeline as Blue Ocean shows it. */
export function showJob(context: RequestContext, job: Job): JsonObject {
  const { project, name } = job;
  const runs = runsOf(context, job);
  const names = {
    displayName: name,
    fullDisplayName: `${project}/${name}`,
    fullName: `${project}/${name}`,
    name,
  };
  const place = pipelinePlace(project, name);
  const shared = {
    ...names,
    organization: 'jenkins',
    parameters: job.isMultiBranch ? null : parametersOf(job),
    permissions: permissionsOf(context, project),
  };
  if (!job.isMultiBranch)
    return {
      _class: `${classes}.PipelineImpl`,
      _links: linksBelow(place, ['self', 'scm', 'actions', 'runs', 'trends', 'queue']),
      actions: [],
      disabled: false,
      estimatedDurationInMillis: estimateOf(context, runs),
      latestRun: latestOf(context, job, runs),
      ...shared,
      weatherScore: weatherOf(context, runs),
    };
  const branches = branchesOf(job);
  const latest = branches.map((branch) => runs.find((run) => run.branch === branch.name));
  const scores = branches.map(({ name: branch }) => weatherOf(context, runsOf(context, job, branch)));
  const count = (result: string): number =>
    latest.filter((run) => run !== undefined && resultOf(run, context.world.clock.now()) === result).length;
  return {
    _class: `${classes}.MultiBranchPipelineImpl`,
    _links: linksBelow(place, ['self', 'scm', 'branches', 'actions', 'runs', 'trends', 'queue']),
    actions: [],
    disabled: false,
    ...shared,
    estimatedDurationInMillis: estimateOf(context, runs),
    latestRun: null,
    numberOfFolders: 0,
    numberOfPipelines: branches.length,
    pipelineFolderNames: [],
    // As healthy as the least healthy of its branches.
    weatherScore: Math.min(100, ...scores),
    branchNames: branches.map((branch) => encodeURIComponent(branch.name)),
    numberOfFailingBranches: count('FAILURE'),
    numberOfFailingPullRequests: 0,
    numberOfSuccessfulBranches: count('SUCCESS'),
    numberOfSuccessfulPullRequests: 0,
    scmSource: {
      _class: `${classes}.MultiBranchPipelineImpl$1`,
      apiUrl: null,
      id: digString(specOf(job), 'source_type'),
    },
    totalNumberOfBranches: branches.length,
    totalNumberOfPullRequests: 0,
  };
}

/** A branch as Blue Ocean shows it. */
export function showBranch(context: RequestContext, job: Job, branch: Branch): JsonObject {
  const { project, name } = job;
  const runs = runsOf(context, job, branch.name);
  const encoded = encodeURIComponent(branch.name);
  return {
    _class: `${classes}.BranchImpl`,
    _links: linksBelow(branchPlace(project, name, branch.name), [
      'self',
      'scm',
      'actions',
      'runs',
      'trends',
      'queue',
    ]),
    actions: [],
    disabled: false,
    displayName: branch.name,
    estimatedDurationInMillis: estimateOf(context, runs),
    fullDisplayName: `${project}/${name}/${branch.name}`,
    fullName: `${project}/${name}/${encoded}`,
    latestRun: latestOf(context, job, runs),
    name: encoded,
    organization: 'jenkins',
    parameters: [],
    permissions: permissionsOf(context, project),
    weatherScore: weatherOf(context, runs),
    branch: { isPrimary: isPrimary(branch.name), issues: [], url: '' },
    pullRequest: null,
  };
}

/** A run as Blue Ocean shows it now. */
export function showRun(context: RequestContext, job: Job, run: Run): JsonObject {
  return blueRun(job.project, run, neighboursOf(context, job, run), context.world.clock.now());
}

function latestOf(context: RequestContext, job: Job, [latest]: readonly Run[]): Json {
  return latest === undefined ? null : showRun(context, job, latest);
}

/** How many of the last five runs that ended did not fail, in percent. */
function weatherOf({ world }: RequestContext, runs: readonly Run[]): number {
  const now = world.clock.now();
  const ended = runs.filter((run) => stateOf(run, now) === 'FINISHED').slice(0, 5);
  if (ended.length === 0) return 100;
  const failed = ended.filter((run) => resultOf(run, now) === 'FAILURE').length;
  return Math.floor((100 * (ended.length - failed)) / ended.length);
}

function parametersOf(job: Job): JsonObject[] {
  return digArray(specOf(job), 'parameters').map((one): JsonObject => {
    const type = digString(one, 'type');
    const definition = classOf(type);
    const given = digString(one, 'default_value');
    const choices = given.split('\n').filter((line) => line !== '');
    const value = type === 'boolean' ? given === 'true' : type === 'choice' ? (choices[0] ?? '') : given;
    const name = digString(one, 'name');
    return {
      _class: definition,
      defaultParameterValue: {
        _class:
          type === 'boolean' ? 'hudson.model.BooleanParameterValue' : 'hudson.model.StringParameterValue',
        name,
        value,
      },
      description: dig(one, 'description') ?? '',
      name,
      type: definition.split('.').at(-1) ?? '',
      ...(type === 'choice' && { choices }),
    };
  });
}

function permissionsOf(context: RequestContext, project: string): JsonObject {
  const { user, authorize } = context;
  const may = (verb: string): boolean =>
    authorize({
      user,
      verb,
      apiGroup: 'devops.kubesphere.io',
      apiVersion: 'v1alpha2',
      resource: 'pipelines',
      scope: 'DevOps',
      devops: project,
    }).allowed;
  const isManager = may('update');
  return { create: may('create'), configure: isManager, read: true, start: isManager, stop: isManager };
}
