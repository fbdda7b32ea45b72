import { AsyncLocalStorage } from 'node:async_hooks';
import { ApiError, conflict, staleVersion } from '../core/api-error.js';
import { inRange } from '../core/release.js';
import type { Reply } from '../registry/contract.js';
import type { Change } from '../state/object-store.js';
import type { ChangeListener, World } from '../state/world.js';
import type { Copies } from './copies.js';
import { Consequences, Job, type Trigger } from './job.js';
import type { KubernetesClient } from './kubernetes-client.js';
import { keyOf, kindKey, type MirroredKind } from './mirrored-kind.js';
import type { PlannedWrite } from './planned-write.js';
import { isConflict, refresh, sendWrite } from './send-write.js';
import { withIdentity } from './with-identity.js';

/** An answer to a request, ready or not. */
type Answer = Reply | undefined | Promise<Reply | undefined>;

/** How often a request is run anew on what somebody else has written meanwhile. */
const reruns = 5;
/** How often controllers look at a piece of news again, and how long they wait from the fourth time on, in milliseconds. */
const attempts = 10;
const firstPause = 50;
/** Objects the controllers look at in one go at the start. */
const atOnce = 100;
/** How long an answer waits at most for what follows from it, in milliseconds. */
const patience = 5_000;

/** Where {@link Writer} gets what it needs. */
interface Surroundings {
  readonly world: World;
  readonly client: KubernetesClient;
  readonly copies: Copies;
  readonly kinds: ReadonlyMap<string, MirroredKind>;
  /** Tells the controllers of a change. */
  readonly controllers: ChangeListener | undefined;
}

/**
 * Writes over there what requests and controllers change here, one job after the other.
 *
 * A request changes the copies first, seen by no controller; then the same is written over there. When somebody else was
 * faster, the changes are taken back and the request is run anew on what there is now, as ks-apiserver and its clients do.
 * Controllers hear only of what is so over there; when their own write comes too late, they look again.
 */
export class Writer {
  readonly #parts: Surroundings;
  readonly #requests = new AsyncLocalStorage<Job>();
  /** The job of the controllers that are running right now. */
  #running: Job | undefined;
  /** Changes nobody asked for just now, such as those of timers. */
  #stray: Job | undefined;
  /** Which job has changed an object and not written it yet. */
  readonly #owners = new Map<string, Job>();
  #last: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: Surroundings) {
    this.#parts = parts;
    parts.copies.onNews((kind, change) => {
      const owner = this.#owners.get(keyOf(kind, change.stored.object.metadata));
      this.#control({ cluster: parts.world.host, change, attempt: 0 }, owner?.consequences);
    });
  }

  /** Hears of every change in the world. */
  readonly listener: ChangeListener = (world, cluster, change) => {
    if (change.mirrored === true) return;
    const kind = this.#parts.kinds.get(kindKey(change.resource));
    const job = this.#running ?? this.#openRequest();
    if (kind !== undefined && cluster.isHost && change.previous !== change.stored) {
      this.#note(job ?? this.#strayJob(), kind, change);
      return;
    }
    if (job !== undefined) job.hasOthers = true;
    if (this.#running !== undefined) this.#parts.controllers?.(world, cluster, change);
    else this.#control({ cluster, change, attempt: 0 }, job?.consequences);
  };

  /**
   * Runs a request; its answer is given once all it has changed is so over there, with the uids and versions from there.
   *
   * @throws ApiError what a write was refused with; what it changed here is put back
   */
  within(run: () => Answer): Answer {
    const job = new Job(new Consequences());
    let answer: Answer;
    try {
      answer = this.#requests.run(job, run);
    } catch (error) {
      return this.#afterRefusal(job, error);
    }
    if (answer instanceof Promise)
      return answer.then(
        (reply) => this.#answer(job, reply, run),
        (error: unknown) => this.#afterRefusal(job, error),
      );
    return this.#answer(job, answer, run);
  }

  /**
   * Has the controllers look at everything KubeSphere's are about, a piece at a time, as they do when they start: what was
   * left undone while nobody ran them is done now.
   */
  begin(): void {
    const { world, kinds } = this.#parts;
    const { store } = world.host;
    const left = [...kinds.values()]
      .filter(
        ({ resource }) => resource.custom || (resource.group === '' && resource.plural === 'namespaces'),
      )
      .flatMap(({ resource }) => store.list(resource).map((stored) => ({ resource, stored })));
    const next = (): void => {
      if (this.#stopped) return;
      for (const { resource, stored } of left.splice(0, atOnce)) {
        const { namespace, name } = stored.object.metadata;
        if (store.find(resource, namespace, name) !== stored) continue;
        const { version } = stored;
        const change = { type: 'ADDED', version, resource, stored, previous: undefined } as const;
        this.#control({ cluster: world.host, change, attempt: 0 }, undefined);
      }
      if (left.length > 0) setImmediate(next).unref();
    };
    setImmediate(next).unref();
  }

  /** Has nothing more written. */
  stop(): void {
    this.#stopped = true;
  }

  #answer(job: Job, reply: Reply | undefined, run: () => Answer): Answer {
    job.closed = true;
    if (job.isEmpty) return reply;
    return this.#enqueue(() => this.#commit(job, reply, run)).then(async (answer) => {
      await atMost(patience, job.consequences?.done());
      return answer;
    });
  }

  /** A request that was refused may have written something before. @throws the refusal */
  #afterRefusal(job: Job, refusal: unknown): Answer {
    job.closed = true;
    if (job.isEmpty) throw refusal;
    return this.#enqueue(() => this.#carryOut(job)).then(() => {
      throw refusal;
    });
  }

  #openRequest(): Job | undefined {
    const job = this.#requests.getStore();
    return job?.closed === false ? job : undefined;
  }

  #strayJob(): Job {
    if (this.#stray !== undefined) return this.#stray;
    const job = (this.#stray = new Job(undefined));
    setImmediate(() => {
      this.#stray = undefined;
      job.closed = true;
      void this.#enqueue(() => this.#carryOut(job)).catch(this.#fail);
    });
    return job;
  }

  #note(job: Job, kind: MirroredKind, change: Change): void {
    const key = keyOf(kind, change.stored.object.metadata);
    const owner = this.#owners.get(key);
    if (owner === undefined) this.#owners.set(key, job);
    job.add(kind, key, this.#parts.copies.find(key), change, owner !== undefined && owner !== job);
  }

  /** Has the controllers look at a piece of news; what they write is a job of its own. */
  #control(trigger: Trigger, consequences: Consequences | undefined): void {
    const { world, controllers } = this.#parts;
    const job = new Job(consequences, trigger);
    const before = this.#running;
    this.#running = job;
    try {
      controllers?.(world, trigger.cluster, trigger.change);
    } finally {
      this.#running = before;
      job.closed = true;
    }
    if (job.isEmpty) return;
    const carried = this.#enqueue(() => this.#carryOut(job)).catch(this.#fail);
    consequences?.add(carried);
  }

  #enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(() => this.#requests.exit(work));
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Writes what a request has changed. */
  async #commit(first: Job, firstReply: Reply | undefined, run: () => Answer): Promise<Reply | undefined> {
    let [job, reply] = [first, firstReply];
    for (let rerun = 0; ; rerun += 1) {
      try {
        return await this.#write(job, reply);
      } catch (error) {
        if (!(error instanceof WriteFailure)) throw error;
        const { isFirst, cause } = error;
        const mayRerun = isFirst && !job.hasOthers && rerun < reruns && isConflict(cause);
        if (!mayRerun) throw cause;
        job = new Job(first.consequences);
        try {
          reply = await this.#requests.run(job, run);
        } finally {
          job.closed = true;
          if (job.isEmpty) this.#finish(job);
        }
        if (job.isEmpty) return reply;
      }
    }
  }

  /** @throws WriteFailure at the first write that is refused; all that is not written is put back */
  async #write(job: Job, reply: Reply | undefined): Promise<Reply | undefined> {
    const { client, copies } = this.#parts;
    let answer = reply;
    const { writes } = job;
    try {
      for (const [at, write] of writes.entries()) {
        try {
          this.#assertCurrent(job, write);
          const after = await sendWrite(write, client, copies, 'ks-apiserver');
          const changed = [...job.changed].find(({ key }) => key === write.key);
          if (changed !== undefined && after !== undefined) answer = withIdentity(answer, changed, after);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          if (this.#isIncidental(write)) {
            this.#record(error);
            continue;
          }
          await this.#lookAgain(write, error);
          throw new WriteFailure(error, at === 0);
        }
      }
    } finally {
      this.#finish(job);
    }
    return answer;
  }

  /** Records of logins are written on the side: from 3.1 on nobody is refused for want of one. */
  #isIncidental({ kind: { resource }, create }: PlannedWrite): boolean {
    const isRecord = resource.plural === 'loginrecords' && resource.group === 'iam.kubesphere.io';
    return isRecord && create !== undefined && inRange(this.#parts.world.release.name, { since: 'v3.1' });
  }

  /** Writes what controllers, timers or a refused request have changed: each write for itself. Never throws. */
  async #carryOut(job: Job): Promise<void> {
    const { client, copies } = this.#parts;
    let again: ApiError | undefined;
    for (const write of this.#stopped ? [] : job.writes) {
      try {
        this.#assertCurrent(job, write);
        await sendWrite(write, client, copies, 'controller-manager');
      } catch (error) {
        if (!(error instanceof ApiError)) {
          this.#fail(error);
          continue;
        }
        await this.#lookAgain(write, error);
        if (error.code === 409 || error.code === 429 || error.code >= 500) again = error;
        else if (error.code !== 404 || write.create !== undefined) this.#record(error);
      }
    }
    this.#finish(job);
    if (again !== undefined) this.#tryAgain(job, again);
  }

  /** @throws ApiError Conflict when the object is no longer what it was when it was changed here */
  #assertCurrent(job: Job, { key, kind, base, metadata }: PlannedWrite): void {
    if (job.isStale(key) || this.#parts.copies.find(key) !== base)
      throw conflict(kind.resource, metadata.name, staleVersion);
  }

  /** Learns what an object has become whose write was refused for that. */
  async #lookAgain(write: PlannedWrite, error: ApiError): Promise<void> {
    if (error.code !== 409 && error.code !== 404) return;
    await refresh(write, this.#parts.client, this.#parts.copies).catch(() => undefined);
  }

  #tryAgain({ trigger, consequences }: Job, error: ApiError): void {
    if (trigger === undefined || trigger.attempt >= attempts || this.#stopped) {
      this.#record(error);
      return;
    }
    const next = { ...trigger, attempt: trigger.attempt + 1 };
    if (next.attempt < 4 && error.code === 409) this.#control(next, consequences);
    else {
      const pause = firstPause * 2 ** next.attempt;
      setTimeout(() => {
        if (!this.#stopped) this.#control(next, undefined);
      }, pause).unref();
    }
  }

  /** Shows everything a job has changed as it is over there by now. */
  #finish(job: Job): void {
    for (const { key, kind, base, changes } of job.changed) {
      if (this.#owners.get(key) === job) this.#owners.delete(key);
      const { previous, stored, type } = changes[0] ?? {};
      if (stored === undefined) continue;
      // One that was never over there is as it was before, or gone when it was deleted here.
      const isKept = base === undefined && type !== 'ADDED' && changes.at(-1)?.type !== 'DELETED';
      this.#parts.copies.restore(kind, stored.object.metadata, isKept ? previous?.object : undefined);
    }
  }

  /** Nobody's request is under way: a bug of ours is told where those of requests are. */
  readonly #fail = (error: unknown): void => {
    const { journal } = this.#parts.world;
    const entry = journal.entries.at(-1);
    if (entry !== undefined) journal.fail(entry, error);
  };

  #record(error: ApiError): void {
    const { journal } = this.#parts.world;
    const entry = journal.entries.at(-1);
    if (entry !== undefined) journal.note(entry, `Kubernetes underneath: ${error.message}`);
  }
}

/** A write of a request that was refused. */
class WriteFailure extends Error {
  override readonly cause: ApiError;
  readonly isFirst: boolean;

  constructor(cause: ApiError, isFirst: boolean) {
    super(cause.message);
    this.cause = cause;
    this.isFirst = isFirst;
  }
}

function atMost(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
  if (work === undefined) return Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return Promise.race([work, late]).finally(() => {
    clearTimeout(timer);
  });
}
