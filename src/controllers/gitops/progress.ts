import { createHash } from 'node:crypto';
import {
  dig,
  digArray,
  digObject,
  digString,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../core/json.js';
import type { KubeObject } from '../../core/kube-object.js';
import { sameJson } from '../../core/same-json.js';
import { formatTimestamp } from '../../state/clock.js';

/** Milliseconds a sync takes, and then what it has deployed to be healthy. */
const [syncTime, settleTime] = [3000, 5000];
/** How many deployments are remembered, unless the application says otherwise. */
const usuallyKept = 10;

/** What an application of Argo CD depends on besides itself. */
export interface Surroundings {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What is wrong with where it is to be deployed; empty: nothing. */
  readonly problem: string;
  readonly hasNamespace: boolean;
}

/** How far it is. */
export interface Progress {
  readonly app: KubeObject;
  /** When to look again; `undefined`: when something happens. */
  readonly due: number | undefined;
  /** True when the namespace it is to be deployed to has to be made. */
  readonly needsNamespace: boolean;
}

/**
 * An application of Argo CD as it is at a moment: compared with what its repository says, synced when it is to be, and
 * healthy a while after that.
 *
 * Differs from Argo CD: repositories are not asked, and an application consists of nothing; a revision is made up of what
 * its source says, unless it is a commit or a version.
 *
 * @see argoproj/argo-cd controller/appcontroller.go, controller/sync.go, controller/state.go
 */
export function progressOf(app: KubeObject, around: Surroundings): Progress {
  const before = digObject(app, 'status');
  const { operation, status, needsNamespace } = operated(app, before, around);
  const compared = comparison(app, status, around);
  const isSynced = dig(compared, 'sync', 'status') === 'Synced';
  const automatic =
    operation === undefined && !isSynced && around.problem === '' ? automaticSync(app, status) : undefined;
  const { operation: _, ...rest } = app;
  const next = {
    ...rest,
    ...(operation !== undefined && { operation }),
    ...(automatic !== undefined && { operation: automatic }),
    status: { ...status, ...compared },
  } as KubeObject;
  if (automatic !== undefined) return progressOf(next, around);
  return { app: next, due: dueAfter(next, around.now), needsNamespace };
}

interface Operated {
  readonly operation: JsonObject | undefined;
  readonly status: JsonObject;
  readonly needsNamespace: boolean;
}

/** What has come of the operation that was asked for. */
function operated(app: KubeObject, status: JsonObject, around: Surroundings): Operated {
  const operation = isJsonObject(app['operation']) ? app['operation'] : undefined;
  const idle = { operation: undefined, status, needsNamespace: false };
  if (operation === undefined) return idle;
  const { now, problem } = around;
  const state = digObject(status, 'operationState');
  if (state['phase'] !== 'Running') {
    const begun = {
      operation,
      phase: 'Running',
      message: 'waiting for completion',
      startedAt: formatTimestamp(now),
    };
    return { operation, status: { ...status, operationState: begun }, needsNamespace: false };
  }
  const started = Date.parse(digString(state, 'startedAt'));
  if (now < started + syncTime) return { operation, status, needsNamespace: false };
  const options = digArray(operation, 'sync', 'syncOptions');
  const makesNamespace = options.includes('CreateNamespace=true');
  const namespace = digString(app, 'spec', 'destination', 'namespace');
  const why = problem || (around.hasNamespace || makesNamespace ? '' : `namespaces "${namespace}" not found`);
  const source = digObject(app, 'spec', 'source');
  const asked = digString(operation, 'sync', 'revision');
  const revision = revisionOf({ ...source, ...(asked !== '' && { targetRevision: asked }) });
  const isDry = dig(operation, 'sync', 'dryRun') === true;
  const ended = formatTimestamp(now);
  const operationState = {
    ...state,
    phase: why === '' ? 'Succeeded' : 'Failed',
    message:
      why === ''
        ? 'successfully synced (all tasks run)'
        : `one or more objects failed to apply, reason: ${why}`,
    finishedAt: ended,
    syncResult: { revision, source },
  };
  if (why !== '' || isDry) return { ...idle, status: { ...status, operationState } };
  const history = digArray(status, 'history');
  const last = dig(history.at(-1), 'id');
  const entry = {
    deployStartedAt: digString(state, 'startedAt'),
    deployedAt: ended,
    id: typeof last === 'number' ? last + 1 : 0,
    revision,
    source,
  };
  const limit = dig(app, 'spec', 'revisionHistoryLimit');
  const kept = [...history, entry].slice(-(typeof limit === 'number' && limit > 0 ? limit : usuallyKept));
  return {
    operation: undefined,
    status: { ...status, operationState, history: kept },
    needsNamespace: makesNamespace && !around.hasNamespace,
  };
}

/** What a comparison with the repository says. */
function comparison(app: KubeObject, status: JsonObject, { now, problem }: Surroundings): JsonObject {
  const source = digObject(app, 'spec', 'source');
  const comparedTo = { destination: digObject(app, 'spec', 'destination'), source };
  if (problem !== '') {
    const known = digArray(status, 'conditions').find((one) => digString(one, 'message') === problem);
    const condition = known ?? {
      lastTransitionTime: formatTimestamp(now),
      message: problem,
      type: 'InvalidSpecError',
    };
    return {
      conditions: [condition],
      health: { status: 'Unknown' },
      sync: { comparedTo, status: 'Unknown' },
      summary: {},
    };
  }
  const revision = revisionOf(source);
  const last = digArray(status, 'history').at(-1);
  const isSame = digString(last, 'revision') === revision && sameJson(dig(last, 'source'), source);
  const settled = Date.parse(digString(last, 'deployedAt')) + settleTime;
  const health = last === undefined ? 'Missing' : now < settled ? 'Progressing' : 'Healthy';
  return {
    conditions: undefined,
    health: { status: health },
    sourceType: typeOf(source),
    summary: {},
    sync: { comparedTo, revision, status: isSame ? 'Synced' : 'OutOfSync' },
  };
}

/** The sync an application is due by itself: once for every revision that fails. */
function automaticSync(app: KubeObject, status: JsonObject): JsonObject | undefined {
  const policy = digObject(app, 'spec', 'syncPolicy');
  const { automated, syncOptions, retry } = policy;
  if (!isJsonObject(automated)) return undefined;
  const revision = revisionOf(digObject(app, 'spec', 'source'));
  const state = digObject(status, 'operationState');
  const hasFailed = state['phase'] === 'Failed' && digString(state, 'syncResult', 'revision') === revision;
  if (hasFailed) return undefined;
  return {
    initiatedBy: { automated: true },
    ...(isJsonObject(retry) && { retry }),
    sync: {
      ...(automated['prune'] === true && { prune: true }),
      revision,
      ...(Array.isArray(syncOptions) && { syncOptions: syncOptions as Json }),
    },
  };
}

/** When something about an application changes by itself. */
function dueAfter(app: KubeObject, now: number): number | undefined {
  const state = digObject(app, 'status', 'operationState');
  const deployed = digString(digArray(app, 'status', 'history').at(-1), 'deployedAt');
  const moments = [
    ...(state['phase'] === 'Running' ? [Date.parse(digString(state, 'startedAt')) + syncTime] : []),
    ...(deployed === '' ? [] : [Date.parse(deployed) + settleTime]),
  ].filter((moment) => moment > now);
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** The commit or version a source comes to. */
function revisionOf(source: JsonObject): string {
  const target = digString(source, 'targetRevision');
  if (digString(source, 'chart') !== '' || /^[0-9a-f]{40}$/.test(target)) return target;
  return createHash('sha1')
    .update(`${digString(source, 'repoURL')} ${target === '' ? 'HEAD' : target}`)
    .digest('hex');
}

function typeOf(source: JsonObject): string {
  if (digString(source, 'chart') !== '' || isJsonObject(source['helm'])) return 'Helm';
  return isJsonObject(source['kustomize']) ? 'Kustomize' : 'Directory';
}
