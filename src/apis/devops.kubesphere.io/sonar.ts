import { createHash } from 'node:crypto';
import { ApiError } from '../../core/api-error.js';
import type { JsonObject } from '../../core/json.js';
import { inRange } from '../../core/release.js';
import { featuresOf } from '../../controllers/clusters/features.js';
import { moment } from '../../pipelines/blue/links.js';
import { chanceOf, stateOf, type Run } from '../../pipelines/run.js';
import type { Reply, RequestContext } from '../../registry/contract.js';
import { json } from '../../registry/reply.js';
import { jobOf, type Job } from './jenkins/jobs.js';
import { branchIn, runsOf } from './jenkins/runs.js';
import { existingOf21 } from './of-2.1/pipelines.js';
import { serviceError, withServiceErrors } from './of-2.1/service-error.js';

/** Milliseconds an analysis takes. */
const analysisTime = 2000;

/**
 * `GET …/sonarstatus`: what SonarQube says of the last run, or of the last that has ended where that one was not analysed: those
 * are analysed that have steps in `withSonarQubeEnv`, once these have ended well. In 3.x only where SonarQube is configured.
 *
 * Differs from KubeSphere: there is no SonarQube. Measures are made up, the same for the same run, and there are no issues.
 *
 * @throws ApiError 404 in 2.1 without a run, in 3.x without SonarQube
 * @see kubesphere/kubesphere pkg/models/devops/project_pipeline_sonar_handler.go
 */
export function sonarStatus(context: RequestContext): Reply {
  const { release, world } = context;
  if (inRange(release.name, { until: 'v2.1' }))
    return withServiceErrors(() => {
      const runs = runsIn(context, existingOf21(context));
      if (runs.length === 0) throw serviceError(404, '404');
      return json(statusesOf(runs, world.clock.now()));
    });
  if (featuresOf(world)['sonarqube'] !== true)
    throw new ApiError(404, 'NotFound', '404: Page Not Found', { dialect: 'router' });
  const runs = runsIn(context, jobOf(context));
  return json(runs.length === 0 ? null : statusesOf(runs, world.clock.now()));
}

/** Runs that have begun, the latest first. */
function runsIn(context: RequestContext, job: Job): readonly Run[] {
  const branch = branchIn(context);
  const now = context.world.clock.now();
  return runsOf(context, job, branch === '' ? undefined : branch).filter(
    (run) => stateOf(run, now) !== 'QUEUED',
  );
}

function statusesOf(runs: readonly Run[], now: number): JsonObject[] {
  const [last] = runs;
  const found = last === undefined ? [] : analysesOf(last, now);
  if (found.length > 0) return found;
  const completed = runs.find((run) => stateOf(run, now) === 'FINISHED');
  return completed === undefined ? [] : analysesOf(completed, now);
}

function analysesOf(run: Run, now: number): JsonObject[] {
  return run.plan.analyses.flatMap((step): JsonObject[] => {
    const span = run.timeline.spans.get(step);
    if (span?.end === undefined || span.end > now || span.result !== 'SUCCESS') return [];
    return [analysisOf(run, step, span.end, now)];
  });
}

function analysisOf(run: Run, step: string, submitted: number, now: number): JsonObject {
  const text = `${run.object.metadata.uid ?? ''} ${step}`;
  const id = createHash('sha1').update(text).digest('hex').slice(0, 20);
  const key = [run.object.metadata.namespace ?? '', run.pipeline, run.branch]
    .filter((part) => part !== '')
    .join(':');
  const isDone = now >= submitted + analysisTime;
  const server = 'http://sonarqube.kubesphere-devops-system.svc:9000';
  return {
    measures: {
      component: {
        id: `C${id}`,
        key,
        name: run.pipeline,
        qualifier: 'TRK',
        measures: isDone ? measuresOf(text) : [],
      },
    },
    issues: { total: 0, p: 1, ps: 10, paging: { pageIndex: 1, pageSize: 10, total: 0 }, issues: [] },
    jenkinsAction: {
      _class: 'hudson.plugins.sonar.action.SonarAnalysisAction',
      ceTaskId: id,
      serverUrl: server,
      sonarqubeDashboardUrl: `${server}/dashboard?id=${encodeURIComponent(key)}`,
    },
    task: {
      task: {
        id,
        type: 'REPORT',
        componentId: `C${id}`,
        componentKey: key,
        componentName: run.pipeline,
        componentQualifier: 'TRK',
        ...(isDone && { analysisId: `A${id}` }),
        status: isDone ? 'SUCCESS' : 'IN_PROGRESS',
        submittedAt: moment(submitted),
        startedAt: moment(submitted),
        ...(isDone && { executedAt: moment(submitted + analysisTime), executionTimeMs: analysisTime }),
        logs: false,
        hasScannerContext: true,
      },
    },
  };
}

/** What is measured, and the most it comes to. */
const measured: readonly (readonly [metric: string, most: number])[] = [
  ['bugs', 5],
  ['vulnerabilities', 3],
  ['code_smells', 40],
  ['sqale_index', 600],
  ['coverage', 100],
  ['duplicated_lines_density', 20],
  ['ncloc', 20_000],
];

function measuresOf(text: string): JsonObject[] {
  const measures = measured.map(([metric, most]): JsonObject => {
    const value = Math.floor(chanceOf(`${text} ${metric}`) * (most + 1));
    return { metric, value: String(value) };
  });
  const ratings = ['reliability_rating', 'security_rating', 'sqale_rating'];
  return [
    { metric: 'alert_status', value: 'OK' },
    ...ratings.map((metric): JsonObject => ({ metric, value: '1.0', bestValue: true })),
    ...measures,
  ];
}
