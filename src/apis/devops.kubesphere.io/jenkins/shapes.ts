import type { Shape } from './shape.js';

const link: Shape = { _class: 'omit', href: 'omit' };

function links(...names: readonly string[]): Shape {
  return Object.fromEntries(names.map((name) => [name, link]));
}

function members(text: string): Shape {
  return Object.fromEntries(text.split(' ').map((name) => [name, 'omit' as const]));
}

const permissions = members('create configure read start stop');
const cause = members('_class shortDescription userId userName');
const input: Shape = {
  _class: 'omit',
  _links: { pointer: { self: { pointer: link } } },
  ...members('id message ok parameters submitter'),
};
const branch = members('isPrimary issues url');
const runLinks = 'tests nodes log self blueTestSummary actions steps artifacts'.split(' ');
const shortLinks = 'parent tests log self blueTestSummary actions artifacts'.split(' ');
const afterCauses =
  'changeSet description durationInMillis enQueueTime endTime estimatedDurationInMillis id name organization pipeline replayable result runSummary startTime state type';

/** @see kubesphere/kubesphere pkg/simple/client/devops/pipeline.go (v3.1.1) */
export const pipelineShape: Shape = {
  _class: 'omit',
  _links: links('self', 'scm', 'branches', 'actions', 'runs', 'trends', 'queue'),
  ...members('actions disabled displayName fullDisplayName fullName name organization parameters'),
  permissions,
  ...members('estimatedDurationInMillis numberOfFolders numberOfPipelines pipelineFolderNames'),
  weatherScore: 'keep',
  ...members(
    'branchNames numberOfFailingBranches numberOfFailingPullRequests numberOfSuccessfulBranches numberOfSuccessfulPullRequests',
  ),
  scmSource: members('_class apiUrl id'),
  ...members('totalNumberOfBranches totalNumberOfPullRequests'),
};

/** A run: of a pipeline, or of a branch. */
export const runShape: Shape = {
  _class: 'omit',
  _links: links('prevRun', 'parent', ...runLinks),
  ...members('actions artifactsZipFile causeOfBlockage'),
  causes: [cause],
  ...members(`${afterCauses} branch commitId commitUrl pullRequest`),
};

/** A run that was just asked for. */
export const queuedShape: Shape = {
  _class: 'omit',
  _links: links(...shortLinks),
  ...members('actions artifactsZipFile causeOfBlockage'),
  causes: [cause],
  ...members(`${afterCauses} queueId`),
};

/** A run that was stopped. */
export const stoppedShape: Shape = {
  _class: 'omit',
  _links: links('parent', ...runLinks),
  ...members('actions artifactsZipFile causeOfBlockage'),
  causes: [members('_class shortDescription')],
  ...members(afterCauses),
  branch,
  ...members('commitId commitUrl pullRequest'),
};

/** A stage of a run. */
export const nodeShape: Shape = {
  _class: 'omit',
  _links: links('self', 'actions', 'steps'),
  ...members('actions displayDescription displayName durationInMillis id'),
  input: { pointer: input },
  ...members('result startTime state type causeOfBlockage edges firstParent restartable'),
};

/** A step of a run. */
export const stepShape: Shape = {
  _class: 'omit',
  _links: links('self', 'actions'),
  actions: [{ _class: 'omit', _links: { self: link }, urlName: 'omit' }],
  ...members('displayDescription displayName durationInMillis id'),
  input: { pointer: input },
  ...members('result startTime state type'),
  aprovable: 'keep',
};

/** A stage with its steps. */
export const nodeDetailShape: Shape = { ...nodeShape, steps: [stepShape] };

const latestRun: Shape = {
  _class: 'omit',
  _links: links('prevRun', ...shortLinks),
  ...members('actions artifactsZipFile causeOfBlockage'),
  causes: [cause],
  ...members(afterCauses),
};

const parameter: Shape = {
  _class: 'omit',
  defaultParameterValue: members('_class name value'),
  ...members('description name type'),
};

/** A branch in the list of all. */
export const listedBranchShape: Shape = {
  _class: 'omit',
  _links: links('self', 'scm', 'actions', 'runs', 'trends', 'queue'),
  ...members('actions disabled displayName estimatedDurationInMillis fullDisplayName fullName'),
  latestRun: { ...latestRun, causes: [members('_class shortDescription')] },
  ...members('name organization'),
  parameters: [parameter],
  permissions,
  weatherScore: 'omit',
  branch,
  pullRequest: members('author id title url'),
};

/** A branch by itself. */
export const branchShape: Shape = {
  _class: 'omit',
  _links: links('self', 'scm', 'actions', 'runs', 'trends', 'queue'),
  ...members('actions disabled displayName estimatedDurationInMillis fullDisplayName fullName'),
  latestRun,
  ...members('name organization'),
  parameters: [{ ...parameter, choices: 'omit' }],
  permissions,
  weatherScore: 'omit',
  branch,
};

/** A file a run keeps. */
export const artifactShape: Shape = {
  _class: 'omit',
  _links: links('self'),
  ...members('downloadable id name path size url'),
};

/** Somebody who has repositories. */
export const organizationShape: Shape = {
  _class: 'omit',
  _links: links('repositories', 'self'),
  ...members('avatar jenkinsOrganizationPipeline name'),
};

/** Repositories of somebody. */
export const repositoriesShape: Shape = {
  _class: 'omit',
  _links: links('self'),
  repositories: {
    _class: 'omit',
    _links: links('self'),
    items: [
      {
        _class: 'omit',
        _links: links('self'),
        ...members('defaultBranch description name'),
        permissions: members('admin push pull'),
        ...members('private fullName'),
      },
    ],
    ...members('lastPage nextPage pageSize'),
  },
};

/** A server of repositories. */
export const serverShape: Shape = { _class: 'omit', _links: links('self'), ...members('id name apiUrl') };
