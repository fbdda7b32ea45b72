import type { ReleaseName } from '../core/release.js';
import type { ControlLine, FakeClock, FakeKsApiserver } from './fake-ks-apiserver.js';
import { logIn } from './log-in.js';

/** What a handle is made of. */
export interface HandleParts {
  readonly url: string;
  readonly release: ReleaseName;
  readonly line: ControlLine;
  readonly close: () => Promise<void>;
}

/** The part of a handle that is the same in this process and over HTTP. */
export function makeHandle({ url, release, line, close }: HandleParts): Omit<FakeKsApiserver, 'space'> {
  return {
    url,
    controlUrl: `${url}/__fake`,
    release,
    clock: makeClock(line.clock),
    journal: line.journal,
    token: (request = {}) => line.token(request),
    serviceAccountToken: (namespace, name) => line.token({ serviceAccount: `${namespace}/${name}` }),
    login: (user = 'admin', password = 'P@88w0rd') => logIn(url, release, user, password),
    scenario: (...scenarios) => line.applyScenarios(scenarios),
    fault: (fault) => line.armFault(fault),
    clearFaults: (name) => line.clearFaults(name),
    exportWorld: (cluster) => line.exportWorld(cluster),
    reset: () => line.reset(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function makeClock({ now, move }: ControlLine['clock']): FakeClock {
  const text = (moment: string | Date): string =>
    typeof moment === 'string' ? moment : moment.toISOString();
  return {
    now: async () => new Date((await now()).now),
    advance: (by) => move({ advance: by }),
    set: (moment) => move({ set: text(moment) }),
    freeze: (moment) => move({ freeze: moment === undefined ? true : text(moment) }),
    resume: () => move({ resume: true }),
  };
}
