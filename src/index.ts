export { startFakeKsApiserver } from './kit/start.js';
export { connectFakeKsApiserver } from './kit/connect.js';
export { InputError } from './core/input-error.js';
export { releaseNames, type ReleaseName } from './core/release.js';
export { version } from './core/version.js';
export type {
  FakeClock,
  FakeJournal,
  FakeKsApiserver,
  InProcessFake,
  LoginAnswer,
} from './kit/fake-ks-apiserver.js';
export type { ClockMove, ClockState, FaultRequest, JournalFilter } from './control/commands.js';
export type { ExportedWorld } from './control/export-world.js';
export type { ScenarioOutcome } from './control/make-so.js';
export type { KubeconfigRequest } from './control/kubeconfig.js';
export type { TokenRequest } from './control/mint.js';
export type {
  Duration,
  GenerateOption,
  Options,
  SpecOption,
  UserOption,
  WorldDocument,
} from './core/options.js';
export type { OAuthClient } from './core/settings.js';
export type { KubeObject } from './core/kube-object.js';
export type { Scenario } from './scenario/scenario.js';
export type { JournalEntry } from './state/journal.js';
