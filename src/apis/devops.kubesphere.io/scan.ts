import { compileGoRegExp } from '../../core/go-regexp.js';
import { annotation } from '../../core/kube-object.js';
import { branchesKey, indexingKey } from '../../pipelines/keys.js';
import { startRun } from '../../controllers/devops/start-run.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { updateObject } from '../../registry/verbs/update.js';
import { gitReferences } from '../../upstream/git-references.js';
import { blueError } from './jenkins/failures.js';
import { branchesOf, findJob, jobOf, jobsOf, projectsOf, type Branch, type Job } from './jenkins/jobs.js';
import { textReply } from './jenkins/replies.js';
import { loginOf, sourceOf } from './jenkins/source.js';
import { runJob } from './jobs-and-runs.js';

const heads = 'refs/heads/';

/**
 * `POST …/scan`: has Jenkins look for the branches of a pipeline; one without branches is just run.
 *
 * Differs from KubeSphere: the answer comes when it is done.
 */
export async function scanJob(context: RequestContext): Promise<Reply> {
  const job = jobOf(context);
  if (job.isMultiBranch) await indexBranches(context, job);
  else runJob(context);
  return { status: 200, contentType: 'text/html; charset=utf-8', body: '' };
}

/** `GET …/consolelog`: what was written when branches were looked for last. @throws ApiError 404 */
export function getConsoleLog(context: RequestContext): Reply {
  const job = jobOf(context);
  if (!job.isMultiBranch) throw blueError(404, 'Not Found');
  return textReply(annotation(job.object, indexingKey) ?? '');
}

/** Asks a repository for its branches; new ones are run, as are those whose head has moved. */
export async function indexBranches(context: RequestContext, job: Job): Promise<void> {
  const { url, credential, pattern } = sourceOf(job);
  const started = context.world.clock.timestamp();
  const found =
    url === ''
      ? { problem: 'only Git repositories are asked for their branches' }
      : await gitReferences(url, loginOf(context, job, credential));
  // Meanwhile the pipeline may be another one, or gone.
  const current = findJob(context, job.project, job.name);
  if (current?.object.metadata.uid !== job.object.metadata.uid || current === undefined) return;
  const known = branchesOf(current);
  const branches = found.problem === undefined ? branchesIn(found.references, pattern) : known;
  const lines = [
    `Started by user ${context.user.name}`,
    `[${started}] Starting branch indexing...`,
    ` > git ls-remote ${url}`,
    ...(found.problem === undefined
      ? [
          ...branches.flatMap(({ name }) => [
            `  Checking branch ${name}`,
            '      ‘Jenkinsfile’ found',
            '    Met criteria',
          ]),
          `Processed ${String(branches.length)} branches`,
          `[${context.world.clock.timestamp()}] Finished branch indexing.`,
          'Finished: SUCCESS',
        ]
      : [
          `FATAL: Failed to recompute children of ${job.project} » ${job.name}`,
          found.problem,
          'Finished: FAILURE',
        ]),
  ];
  const annotations = {
    ...current.object.metadata.annotations,
    [branchesKey]: JSON.stringify(branches.map(({ name, commit }) => ({ name, rawName: name, commit }))),
    [indexingKey]: `${lines.join('\n')}\n`,
  };
  const kind = context.catalog.get('devops.kubesphere.io', 'pipelines');
  const changed = { ...current.object, metadata: { ...current.object.metadata, annotations } };
  updateObject(context, kind, changed, { unconditional: true });
  const written = findJob(context, job.project, job.name) ?? current;
  for (const { name, commit } of branches) {
    if (known.some((one) => one.name === name && one.commit === commit)) continue;
    startRun(context, written, { branch: name, parameters: [], cause: 'Branch indexing', creator: '' });
  }
}

function branchesIn(references: ReadonlyMap<string, string>, pattern: string): readonly Branch[] {
  // Differs from Jenkins: expressions are read as Go does, not Java.
  const fits = pattern === '' ? undefined : compileGoRegExp(pattern);
  return [...references].flatMap(([name, commit]): Branch[] => {
    const branch = name.startsWith(heads) ? name.slice(heads.length) : '';
    const isWanted = branch !== '' && (fits === undefined || fits.matches(branch));
    return isWanted ? [{ name: branch, commit }] : [];
  });
}

/** `GET` and `POST /webhook/git`: somebody has pushed to a repository. @throws ApiError 400 */
export async function notifyOfCommit(context: RequestContext): Promise<Reply> {
  const url = context.query.get('url') ?? '';
  if (url === '') throw blueError(400, 'url parameter is missing');
  const concerned = allJobs(context).filter((job) => job.isMultiBranch && isSame(sourceOf(job).url, url));
  for (const job of concerned) await indexBranches(context, job);
  if (concerned.length === 0) return textReply(`No Git consumers using SCM API plugin for: ${url}\n`);
  return textReply(
    concerned.map(({ project, name }) => `Scheduled indexing of ${project}/${name}\n`).join(''),
  );
}

/** `POST /webhook/github`: an event of GitHub, as JSON or in a form. */
export async function takeGithubEvent(context: RequestContext): Promise<Reply> {
  const text = context.body?.toString('utf8') ?? '';
  const payload = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text;
  const name = /"full_name"\s*:\s*"([^"]+)"/.exec(payload)?.[1];
  if (name !== undefined)
    for (const job of allJobs(context)) {
      const source = sourceOf(job);
      if (job.isMultiBranch && `${source.owner}/${source.repo}` === name) await indexBranches(context, job);
    }
  return textReply('');
}

function allJobs(context: RequestContext): readonly Job[] {
  return projectsOf(context).flatMap((project) => jobsOf(context, project));
}

function isSame(a: string, b: string): boolean {
  const plain = (url: string): string => url.replace(/\.git$|\/+$/g, '').replace(/\/\/[^@/]*@/, '//');
  return a !== '' && plain(a) === plain(b);
}
