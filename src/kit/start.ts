import { catalogOf } from '../apis/catalog-of.js';
import { checkOptions } from '../config/check-options.js';
import { checkRequest } from '../control/check-request.js';
import { Commands, type HttpsDoor } from '../control/commands.js';
import { makeSo } from '../control/make-so.js';
import type { Options } from '../core/options.js';
import { chooseRelease } from '../releases/brands.js';
import type { GivenTls } from './given-tls.js';
import { listen } from '../server.js';
import type { Mirror } from '../mirror/mirror.js';
import type { KindCatalog } from '../registry/contract.js';
import type { GivenSpec } from '../specs/spec-document.js';
import type { World } from '../state/world.js';
import type { JournalObserver } from '../state/journal.js';
import { buildWorld } from '../worlds/build-world.js';
import type { ControlLine, InProcessFake } from './fake-ks-apiserver.js';
import { makeHandle } from './make-handle.js';

/** How to run a fake, besides what it is. */
export interface StartExtras {
  /** Told about requests, notes and errors of every world of the server. */
  readonly observer?: JournalObserver | undefined;
  /** Milliseconds open requests are given to end when the server closes; absent: none. */
  readonly drain?: number;
}

/**
 * Starts a fake in this process, on a free port of 127.0.0.1 unless told otherwise; resolves when it listens.
 *
 * @throws InputError with a line per problem when options, files or the address cannot be used
 */
export async function startFakeKsApiserver(
  options: Options = {},
  extras: StartExtras = {},
): Promise<InProcessFake> {
  const given = await checkOptions(options);
  const tls = await readTls(given);
  const checked = tls === undefined ? given : { ...given, ...trusted(tls) };
  const release = chooseRelease(checked);
  const specs = await loadSpecs(checked.specs);
  const catalog = catalogOf(release.name);
  const seed = await Promise.resolve(buildWorld(checked, release, catalog));
  const mirror = await loadMirror(checked.kubeApiserver, seed, catalog);
  seed.journal.observer = extras.observer;
  const { scenarios = [], host = '127.0.0.1', port = 0, tlsPort } = checked;
  const { tokens } = scenarios.length === 0 ? { tokens: {} } : await makeSo(seed, scenarios, catalog);
  const server = await listen(seed, catalog, {
    host,
    port,
    tlsPort,
    tlsMaterial: tls,
    mirror,
    specs,
    strictRequests: checked.strictRequests,
    ...(extras.drain !== undefined && { drain: extras.drain }),
  });
  const { spaces, documents, tls: door } = server;
  const commands = new Commands({ spaces, catalog, documents, ...(door && { tls: door }) });
  return inProcess(commands, server.url, door, tokens, {
    ended: () => false,
    close: () => {
      mirror?.stop();
      return server.close();
    },
  });
}

/** What the HTTPS door proves itself with, when it is not the packaged material. @throws InputError */
async function readTls(options: Options): Promise<GivenTls | undefined> {
  const { tlsCa, tlsCert } = options;
  if (tlsCa === undefined && tlsCert === undefined) return undefined;
  const [{ givenTls }, { wallClock }] = await Promise.all([
    import('./given-tls.js'),
    import('../state/clock.js'),
  ]);
  return givenTls(options, wallClock());
}

/** What a world is to trust: never the word `new`. */
function trusted({ ca, caKey }: GivenTls): Pick<Options, 'tlsCa' | 'tlsCaKey'> {
  return { tlsCa: ca, ...(caKey !== undefined && { tlsCaKey: caKey }) };
}

/** Reads documents that are to be added. @throws InputError when one cannot be used */
async function loadSpecs(options: Options['specs']): Promise<readonly GivenSpec[]> {
  if (options === undefined || options.length === 0) return [];
  const { loadSpecs: load } = await import('../specs/load-specs.js');
  return load(options);
}

/** Copies what a real Kubernetes holds, when one is to be used. @throws InputError when it cannot be read */
async function loadMirror(
  kubeApiserver: string | undefined,
  seed: World,
  catalog: KindCatalog,
): Promise<Mirror | undefined> {
  if (kubeApiserver === undefined) return undefined;
  const { loadMirror: load } = await import('../mirror/load-mirror.js');
  return load(kubeApiserver, seed, catalog);
}

/** What a handle's life depends on. */
interface Life {
  /** True when what it belongs to was closed before it. */
  readonly ended: () => boolean;
  readonly close: () => Promise<void>;
}

function prefix(space: string): string {
  return `/__space/${space}`;
}

function inProcess(
  commands: Commands,
  url: string,
  tls: HttpsDoor | undefined,
  tokens: InProcessFake['tokens'],
  life: Life,
): InProcessFake {
  let closed = false;
  const ended = (): boolean => closed || life.ended();
  const close = (): Promise<void> => {
    closed = true;
    return life.close();
  };
  const { name: release, brand } = commands.world.release;
  const client = brand && { client: brand.client };
  const handle = makeHandle({ url, release, tls, ...client, line: lineTo(commands, ended), close });
  return Object.defineProperty(
    {
      ...handle,
      tokens,
      // eslint-disable-next-line @typescript-eslint/require-await -- the same handle works over HTTP
      space: async (name: string) =>
        inProcess(
          commands.space(name),
          url + prefix(name),
          tls && { ...tls, url: tls.url + prefix(name) },
          tokens,
          {
            ended,
            close: () => {
              commands.closeSpace(name);
              return Promise.resolve();
            },
          },
        ),
    },
    'world',
    { enumerable: true, get: () => commands.world },
  ) as InProcessFake;
}

/* eslint-disable @typescript-eslint/require-await -- the same handle works over HTTP */
function lineTo(commands: Commands, ended: () => boolean): ControlLine {
  return {
    clock: { now: async () => commands.clock(), move: async (move) => commands.moveClock(move) },
    journal: {
      entries: async (filter = {}) => commands.journal(await checkRequest('journal', filter)),
      errors: async () => commands.journal({ errors: true }),
      clear: async () => {
        commands.clearJournal();
      },
    },
    token: async (request) => {
      if (ended()) throw new Error('this fake is closed; mint tokens before, or start another');
      return commands.token(await checkRequest('token', request));
    },
    kubeconfig: async (request) => {
      if (ended()) throw new Error('this fake is closed; ask for kubeconfigs before, or start another');
      return commands.kubeconfig(await checkRequest('kubeconfig', request));
    },
    applyScenarios: (scenarios) => commands.applyScenarios(scenarios),
    setSettle: async (settle) => {
      commands.setSettle(settle);
    },
    armFault: async (fault) => {
      commands.armFault(await checkRequest('fault', fault));
    },
    clearFaults: async (name) => {
      commands.clearFaults(name);
    },
    coverage: async () => commands.coverage(),
    specs: async () => commands.specs(),
    exportWorld: async (cluster) => commands.exportWorld(cluster),
    reset: async () => {
      commands.reset();
    },
  };
}
