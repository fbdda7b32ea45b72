import type { ClockState, ServerState, SpecsReport } from '../control/commands.js';
import type { ExportedWorld } from '../control/export-world.js';
import type { ScenarioOutcome } from '../control/make-so.js';
import { InputError } from '../core/input-error.js';
import { isJsonObject } from '../core/json.js';
import type { Scenario } from '../scenario/scenario.js';
import type { CoverageReport } from '../specs/coverage.js';
import type { JournalEntry } from '../state/journal.js';
import type { ControlLine, FakeKsApiserver } from './fake-ks-apiserver.js';
import { makeHandle } from './make-handle.js';

/**
 * Takes hold of a fake that runs elsewhere, such as in a container, through its control API.
 *
 * Closing the handle leaves the server alone; closing a space of it forgets that space.
 *
 * @param url Where it listens, such as `http://127.0.0.1:9090`; may name a space: `…/__space/worker-1`.
 * @throws InputError when nothing answers there, or something else does
 */
export async function connectFakeKsApiserver(url: string): Promise<FakeKsApiserver> {
  const base = url.replace(/\/+$/, '');
  const state = await hello(base);
  const handle = makeHandle({
    url: base,
    release: state.release,
    tls: state.tls,
    line: lineTo(base),
    close: () => Promise.resolve(),
  });
  return { ...handle, space: (name) => openSpace(base, name) };
}

async function openSpace(base: string, name: string): Promise<FakeKsApiserver> {
  const state = (await ask(base, 'POST', '/spaces', { name })) as ServerState;
  const url = `${base}/__space/${name}`;
  const close = async (): Promise<void> => {
    await ask(base, 'DELETE', `/spaces/${name}`);
  };
  let closed: Promise<void> | undefined;
  const handle = makeHandle({
    url,
    release: state.release,
    tls: state.tls && { ...state.tls, url: `${state.tls.url}/__space/${name}` },
    line: lineTo(url),
    close: () => (closed ??= close()),
  });
  return { ...handle, space: (other) => openSpace(base, other) };
}

async function hello(base: string): Promise<ServerState> {
  let response: Response;
  try {
    response = await fetch(`${base}/__fake/ready`);
  } catch (error) {
    const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new InputError([`${base}: nothing answers (${why}); start one with fake-ks-apiserver serve`], {
      cause: error,
    });
  }
  if (response.headers.has('X-Fake-Ks-Apiserver') && response.ok)
    return (await response.json()) as ServerState;
  throw new InputError([
    `${base}: this is no fake-ks-apiserver (status ${String(response.status)}); correct the URL`,
  ]);
}

/** @throws InputError with the message of a refusal */
async function ask(base: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${base}/__fake${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json' },
    }),
  });
  const text = await response.text();
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  if (response.ok) return answer;
  const message = isJsonObject(answer) ? answer['message'] : undefined;
  throw new InputError(typeof message === 'string' ? message.split('\n') : [text]);
}

function lineTo(base: string): ControlLine {
  return {
    clock: {
      now: async () => (await ask(base, 'GET', '/clock')) as ClockState,
      move: async (move) => (await ask(base, 'POST', '/clock', move)) as ClockState,
    },
    journal: {
      entries: async (filter = {}) =>
        (await ask(base, 'GET', `/journal${queryOf({ ...filter })}`)) as readonly JournalEntry[],
      errors: async () => (await ask(base, 'GET', '/journal?errors=true')) as readonly JournalEntry[],
      clear: async () => {
        await ask(base, 'DELETE', '/journal');
      },
    },
    token: async (request) => ((await ask(base, 'POST', '/tokens', request)) as { token: string }).token,
    kubeconfig: async (request) =>
      ((await ask(base, 'POST', '/kubeconfig', request)) as { kubeconfig: string }).kubeconfig,
    applyScenarios: async (scenarios) => {
      const outcome = (await ask(base, 'POST', '/scenario', {
        scenarios: await Promise.all(scenarios.map(readFileHere)),
      })) as ScenarioOutcome;
      // The server knows no names of files.
      const applied = outcome.applied.map((name, at) => {
        const given = scenarios[at];
        return typeof given === 'string' ? given : name;
      });
      return { ...outcome, applied };
    },
    setSettle: async (settle) => {
      await ask(base, 'POST', '/settle', { settle });
    },
    armFault: async (fault) => {
      await ask(base, 'POST', '/faults', fault);
    },
    clearFaults: async (name) => {
      await ask(base, 'DELETE', name === undefined ? '/faults' : `/faults/${encodeURIComponent(name)}`);
    },
    coverage: async () => (await ask(base, 'GET', '/coverage')) as CoverageReport,
    specs: async () => (await ask(base, 'GET', '/specs')) as SpecsReport,
    exportWorld: async (cluster) =>
      (await ask(base, 'GET', `/world${queryOf(cluster === undefined ? {} : { cluster })}`)) as ExportedWorld,
    reset: async () => {
      await ask(base, 'POST', '/reset');
    },
  };
}

/** The server reads no file for a request: what a path names is read where the test runs. @throws InputError */
async function readFileHere(given: string | Scenario): Promise<string | Scenario> {
  if (typeof given !== 'string') return given;
  const [{ isScenarioPath, loadScenario }, { faultName }] = await Promise.all([
    import('../scenario/load.js'),
    import('../scenario/fault-name.js'),
  ]);
  if (!isScenarioPath(given)) return given;
  const { scenario } = await loadScenario(given);
  const { faults } = scenario;
  // Faults go by the name of the file, as in a server that reads it itself.
  return faults === undefined
    ? scenario
    : { ...scenario, faults: faults.map((fault) => ({ name: faultName(given), ...fault })) };
}

function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(values)) if (value !== undefined) query.set(key, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
