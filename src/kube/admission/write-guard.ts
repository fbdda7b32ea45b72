import type { User } from '../../core/kube-object.js';
import type { AnnouncedWrite, WriteGuard } from '../../registry/contract.js';
import type { JournalEntry } from '../../state/journal.js';
import type { RuledWrite } from './attributes.js';
import { concerns } from './concerns.js';
import type { AdmissionSteps, GuardedWrite } from './guarded-write.js';
import { guardsOf, type Guards } from './guards.js';
import type { Verdict, Verdicts } from './verdicts.js';

/** Thrown to stop what wants to write something admission has to be asked about first; it is to be run anew after that. */
export class AdmissionPending extends Error {
  /** Tells the write from others. */
  readonly key: string;
  /** Asks, and keeps what is said among the verdicts. Never rejects. */
  readonly ask: () => Promise<void>;

  constructor(key: string, ask: () => Promise<void>) {
    super('something went on without asking admission');
    this.key = key;
    this.ask = ask;
  }
}

/** How a guard asks. */
export interface Asker {
  readonly verdicts: Verdicts;
  readonly user: (write: AnnouncedWrite) => User;
  /** Where calls that fail are noted. */
  readonly entry: JournalEntry | undefined;
  /** Told of every write that has to wait. */
  readonly pending?: (pending: AdmissionPending) => void;
}

/**
 * Stands before writes that are done in one go, though webhooks take their time: the first time a write that they want to
 * look at is announced everything stops, with {@link AdmissionPending}; the next time what they have said is known.
 */
export function writeGuard({ verdicts, user, entry, pending }: Asker): WriteGuard {
  return (write) => {
    const { world, cluster } = write.context;
    const guards = guardsOf({ world, cluster });
    if (guards === undefined || !concerns(guards, cluster.store, ruled(write))) return undefined;
    const key = keyOf(write);
    const verdict = verdicts.next(key);
    if (verdict === undefined) {
      const stopped = new AdmissionPending(key, async () => {
        verdicts.add(key, await verdictOn(write, guards, user(write), entry));
      });
      pending?.(stopped);
      throw stopped;
    }
    if ('refusal' in verdict) throw verdict.refusal;
    return verdict.steps;
  };
}

function ruled({ operation, resource, subresource, namespace, name }: AnnouncedWrite): RuledWrite {
  const version = resource.versions[0] ?? '';
  const isNamespace = resource.group === '' && resource.plural === 'namespaces';
  return { operation, resource, version, subresource, namespace: isNamespace ? name : namespace, name };
}

/** Moments are left out: a second later the write is still the same. */
function keyOf({
  operation,
  resource,
  subresource,
  namespace,
  name,
  given,
  context,
}: AnnouncedWrite): string {
  const what = `${operation} ${context.cluster.name} ${resource.plural}.${resource.group}/${subresource} ${namespace}/${name}`;
  if (given === undefined) return what;
  return `${what} ${JSON.stringify(given).replace(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"/g, 'null')}`;
}

async function verdictOn(
  announced: AnnouncedWrite,
  guards: Guards,
  user: User,
  entry: JournalEntry | undefined,
): Promise<Verdict> {
  const { context, resource, namespace, name, subresource, previous, store } = announced;
  const { world, cluster, catalog } = context;
  const write: GuardedWrite = {
    context: { world, cluster, catalog, query: new URLSearchParams(), entry },
    kind: { resource, version: resource.versions[0] ?? '', release: world.release.name },
    path: { namespace, name },
    user: () => user,
    subresource,
    dryRun: announced.dryRun,
    // Clients of ks-apiserver are not told what it is warned of.
    warn: () => undefined,
  };
  const { admitAhead, admitDeletionAhead } = await import('./admit.js');
  try {
    const steps: AdmissionSteps | undefined =
      store !== undefined
        ? await admitAhead(write, guards, store)
        : previous && (await admitDeletionAhead(write, guards, previous).then(() => undefined));
    return { steps };
  } catch (refusal) {
    return { refusal };
  }
}
