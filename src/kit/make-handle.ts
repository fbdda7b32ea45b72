import type { HttpsDoor } from '../control/commands.js';
import { describeInput, InputError } from '../core/input-error.js';
import type { ReleaseName } from '../core/release.js';
import type { OAuthClient } from '../core/settings.js';
import type { ControlLine, FakeClock, FakeKsApiserver } from './fake-ks-apiserver.js';
import { logIn } from './log-in.js';

/** What a handle is made of. */
export interface HandleParts {
  readonly url: string;
  readonly release: ReleaseName;
  /** The HTTPS door; `undefined` when there is none. */
  readonly tls: HttpsDoor | undefined;
  /** The client to log in with; absent: the stock one of the release. */
  readonly client?: OAuthClient;
  readonly line: ControlLine;
  readonly close: () => Promise<void>;
}

/** The part of a handle that is the same in this process and over HTTP. */
export function makeHandle({
  url,
  release,
  tls,
  client,
  line,
  close,
}: HandleParts): Omit<FakeKsApiserver, 'space'> {
  return {
    url,
    controlUrl: `${url}/__fake`,
    tlsUrl: tls?.url,
    ca: tls?.ca,
    release,
    clock: makeClock(line.clock),
    journal: line.journal,
    token: (request = {}) => line.token(request),
    serviceAccountToken: (namespace, name) => line.token({ serviceAccount: `${namespace}/${name}` }),
    kubeconfig: (request = {}) => line.kubeconfig(request),
    login: (user = 'admin', password = 'P@88w0rd') => logIn(url, release, user, password, client),
    scenario: (...scenarios) => line.applyScenarios(scenarios),
    settle: (by) => line.setSettle(by),
    fault: (fault) => line.armFault(fault),
    clearFaults: (name) => line.clearFaults(name),
    coverage: () => line.coverage(),
    specs: () => line.specs(),
    exportWorld: (cluster) => line.exportWorld(cluster),
    reset: () => line.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeClock(line: ControlLine['clock']): FakeClock {
  const text = (moment: string | Date): string => {
    if (typeof moment === 'string') return moment;
    if (moment instanceof Date && !Number.isNaN(moment.getTime())) return moment.toISOString();
    throw new InputError([
      `${describeInput(moment)} is no moment; give a Date, or text such as 2024-05-01T12:00:00Z`,
    ]);
  };
  return {
    now: async () => new Date((await line.now()).now),
    advance: (by) => line.move({ advance: by }),
    set: async (moment) => line.move({ set: text(moment) }),
    freeze: async (moment) => line.move({ freeze: moment === undefined ? true : text(moment) }),
    resume: () => line.move({ resume: true }),
  };
}
