import { join } from "node:path";
import type { RunEvent } from "../../../protocol/events.ts";
import { type CandidateWish, Steering } from "../../forecasting/search/steering.ts";
import { type Pause, pause, persist } from "../../training/files/persist.ts";
import type { Store, TenantStore } from "../store/store.ts";
import type { RunRow } from "../store/tables.ts";
import type { EventLog } from "./event-log.ts";
import type { RunJob, RunOutcome } from "./run-messages.ts";
import { RunRecorder } from "./run-recorder.ts";
import { RunTrace } from "./run-trace.ts";

/** What carries out a run; rejects where its process died. */
export type RunExecutor = (
  job: RunJob,
  signal: AbortSignal,
  onEvent: (event: RunEvent) => void,
  store: TenantStore,
  steering: Steering,
) => Promise<RunOutcome>;

export interface QueueOptions {
  readonly store: Store;
  readonly log: EventLog;
  readonly execute: RunExecutor;
  /** Runs at once. */
  readonly concurrency: number;
  /** Workers a run gets unless it says otherwise. */
  readonly workers: number;
  /** Who owns the runs that this queue takes: stays the same when the daemon is started again. */
  readonly owner: string;
  /** Other processes work on the same database: what users want of candidates may come in through them. */
  readonly shared?: boolean;
  readonly report?: (message: string, details: Record<string, unknown>) => void;
  /** Waits for room on a full disk before the next attempt; by the clock if left out. */
  readonly pause?: Pause | undefined;
  /** Called when a run has finished and before that is written, with what it left behind; may be called twice. */
  readonly onFinished?: (store: TenantStore, run: RunRow) => Promise<void>;
  /** Called once a run's end is written. */
  readonly onEnded?: (store: TenantStore, run: RunRow) => Promise<void>;
}

type Wish = "cancel" | "pause";

interface Running {
  readonly store: TenantStore;
  readonly controller: AbortController;
  readonly steering: Steering;
  wish?: Wish;
  readonly ended: Promise<void>;
}

/** A run whose process died so often without finishing a single task in between is given up. */
const MAXIMUM_CRASHES = 5;
const HEARTBEAT = 500;
/** A run of another owner without a sign of life for this long is taken over, in milliseconds. */
const ABANDONED = 60_000;
const DISK_FULL_DELAY = 10_000;

/**
 * The queue of runs: takes the next one whenever a place is free, carries it out in a process of its own, and writes down
 * what becomes of it. The rows are the truth; whatever is in memory can be lost at any moment.
 */
export class RunQueue {
  readonly #options: QueueOptions;
  readonly #running = new Map<string, Running>();
  readonly #crashes = new Map<string, number>();
  readonly #lastServed = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #pause: Pause;
  #timer: NodeJS.Timeout | undefined;
  #pumping: Promise<void> = Promise.resolve();
  #served = 0;
  #draining = false;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#pause = options.pause ?? pause;
  }

  /** Number of runs under way in this process. */
  get running(): number {
    return this.#running.size;
  }

  /** Puts back what was under way when the daemon last ended, and begins. */
  async start(): Promise<void> {
    for (const store of await this.#options.store.tenants()) {
      await this.#recover(store, { owner: this.#options.owner });
    }
    this.wake();
  }

  /** Looks for runs to take: called when one was queued. */
  wake(): void {
    this.#pumping = this.#pumping
      .then(() => this.#pump())
      .catch((error: unknown) => this.#report("The queue could not be read.", { error: String(error) }));
  }

  /** Stops a run for good, or until it is resumed. Says whether there was anything to stop. */
  async stopRun(store: TenantStore, id: string, wish: Wish): Promise<boolean> {
    const state = wish === "cancel" ? "cancelled" : "paused";
    const finishedAt = wish === "cancel" ? Date.now() : null;
    const idle = wish === "cancel" ? (["queued", "paused"] as const) : (["queued"] as const);
    if ((await store.runs.update({ id, state: { in: idle } }, { state, finishedAt, reason: null })) > 0) {
      await this.#announce(store, id);
      return true;
    }
    const wished = await store.runs.update({ id, state: "running" }, { wish });
    const running = this.#running.get(keyOf(store, id));
    if (running) {
      running.wish = wish;
      running.controller.abort();
      await running.ended;
    }
    return wished > 0;
  }

  /**
   * Says what is wanted of one candidate of a run; undefined: that it goes on. It holds for the run that is under way and
   * wherever the run is taken up again. One that was cancelled stays so.
   */
  async steer(store: TenantStore, run: string, candidate: string, wish: CandidateWish | undefined): Promise<void> {
    if (wish === undefined) await store.candidateWishes.remove({ run, candidate, wish: "pause" });
    else {
      await store.candidateWishes.insertNew({ run, candidate, wish }, ["run", "candidate"]);
      await store.candidateWishes.update({ run, candidate, wish: "pause" }, { wish });
    }
    this.#running.get(keyOf(store, run))?.steering.set(candidate, wish);
  }

  /** Queues a run that was paused, has failed or was cancelled; finished tasks are not done again. */
  async resumeRun(store: TenantStore, id: string): Promise<boolean> {
    const where = { id, state: { in: ["paused", "failed", "cancelled"] as const } };
    const resumed = await store.runs.update(where, { state: "queued", reason: null, finishedAt: null, wish: null });
    if (resumed > 0) {
      this.#crashes.delete(keyOf(store, id));
      await this.#announce(store, id);
      this.wake();
    }
    return resumed > 0;
  }

  /** Whether no run is taken any more. */
  get draining(): boolean {
    return this.#draining || this.#closing.signal.aborted;
  }

  /** Takes no more runs, and resolves once those under way have ended. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#pumping;
    await Promise.all(Array.from(this.#running.values(), ({ ended }) => ended));
  }

  /** Stops taking runs and stops those under way; they are queued again and go on at the next start. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#closing.abort();
    await this.#pumping;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort();
    await Promise.all(running.map(({ ended }) => ended));
  }

  async #recover(store: TenantStore, whose: { owner: string } | { heartbeatAt: { lt: number } }): Promise<void> {
    for (const { id, wish } of await store.runs.find({ state: "running", ...whose })) {
      if (this.#running.has(keyOf(store, id))) continue;
      const wished = wish === "cancel" ? "cancelled" : wish === "pause" ? "paused" : "queued";
      const reason = wished === "queued" ? "The daemon ended while it ran; it goes on from its finished tasks." : null;
      await stopTasks(store, id);
      await store.runs.update({ id, state: "running" }, { state: wished, reason, owner: null, wish: null });
      await this.#announce(store, id);
    }
  }

  async #pump(): Promise<void> {
    while (this.#running.size < this.#options.concurrency && !this.draining) {
      const next = await this.#persist(() => this.#claim());
      if (!next) return;
      const { store, run } = next;
      const controller = new AbortController();
      const steering = new Steering(await wishesOf(store, run.id));
      let end = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      this.#running.set(keyOf(store, run.id), { store, controller, steering, ended });
      // An idle daemon has no timer here: it sleeps.
      this.#timer ??= setInterval(() => void this.#tick(), HEARTBEAT);
      void this.#carryOut(store, run, controller.signal, steering)
        .catch((error: unknown) => this.#report("A run could not be recorded.", { run: run.id, error: String(error) }))
        .finally(() => {
          this.#running.delete(keyOf(store, run.id));
          if (this.#running.size === 0) {
            clearInterval(this.#timer);
            this.#timer = undefined;
          }
          end();
          this.wake();
        });
    }
  }

  /** Takes the next run: of the tenant with the fewest under way (of these the one that waited longest), by priority. */
  async #claim(): Promise<{ store: TenantStore; run: RunRow } | undefined> {
    const busy = new Map<string, number>();
    for (const { store } of this.#running.values()) busy.set(store.tenant, (busy.get(store.tenant) ?? 0) + 1);
    const tenants = (await this.#options.store.tenants()).sort(
      (a, b) =>
        (busy.get(a.tenant) ?? 0) - (busy.get(b.tenant) ?? 0) ||
        (this.#lastServed.get(a.tenant) ?? 0) - (this.#lastServed.get(b.tenant) ?? 0),
    );
    for (const store of tenants) {
      const orderBy = [
        ["priority", "desc"],
        ["id", "asc"],
      ] as const;
      const [first] = await store.runs.find({ state: "queued" }, { orderBy, limit: 1 });
      if (!first) continue;
      const now = Date.now();
      const taken = {
        state: "running",
        owner: this.#options.owner,
        heartbeatAt: now,
        attempt: first.attempt + 1,
      } as const;
      const startedAt = first.startedAt ?? now;
      if ((await store.runs.update({ id: first.id, state: "queued" }, { ...taken, startedAt, wish: null })) === 0) {
        continue;
      }
      this.#lastServed.set(store.tenant, ++this.#served);
      return { store, run: { ...first, ...taken, startedAt } };
    }
    return undefined;
  }

  async #carryOut(store: TenantStore, run: RunRow, signal: AbortSignal, steering: Steering): Promise<void> {
    const directory = join(store.directory, "runs", run.id);
    const { id, path, text, attempt } = run;
    const options = { workers: this.#options.workers, ...run.options };
    const job: RunJob = { id, path, text, options, directory, cache: join(store.directory, "cache") };
    const recorder = new RunRecorder({ store, log: this.#options.log, id, attempt }, (write) => this.#persist(write));
    recorder.add({ type: "run-state", state: "running", attempt, reason: run.reason });
    const trace = new RunTrace({ id, tenant: store.tenant, attempt });
    const onEvent = (event: RunEvent): void => {
      if (event.type === "task-finished" && !event.cached) this.#crashes.delete(keyOf(store, id));
      trace.add(event);
      recorder.add(event);
    };
    const outcome = await this.#options
      .execute(job, signal, onEvent, store, steering)
      .catch((error: unknown): RunOutcome => ({ state: "crashed", reason: messageOf(error) }));
    trace.end(outcome.state, "reason" in outcome ? outcome.reason : undefined);
    await recorder.flush();
    await this.#conclude(
      store,
      run,
      outcome.state === "crashed" ? this.#crashed(keyOf(store, id), outcome.reason) : outcome,
    );
  }

  /** Tries again, unless it has been tried often enough. */
  #crashed(key: string, reason: string): RunOutcome {
    const crashes = (this.#crashes.get(key) ?? 0) + 1;
    this.#crashes.set(key, crashes);
    this.#report("A run's process died.", { run: key, reason, crashes });
    return crashes < MAXIMUM_CRASHES
      ? { state: "crashed", reason: `${reason} Tried again.` }
      : { state: "failed", reason: `${reason} Given up after ${crashes} times.` };
  }

  async #conclude(store: TenantStore, run: RunRow, outcome: RunOutcome): Promise<void> {
    const wish = this.#running.get(keyOf(store, run.id))?.wish;
    const patch = conclusionOf(outcome, wish);
    if (outcome.state === "finished") {
      await this.#persist(async () => this.#options.onFinished?.(store, { ...run, record: outcome.record }));
    }
    await this.#persist(() => stopTasks(store, run.id));
    const where = { id: run.id, state: "running", owner: this.#options.owner } as const;
    await this.#persist(() => store.runs.update(where, { ...patch, owner: null, wish: null }));
    await this.#announce(store, run.id);
    await this.#options.onEnded?.(store, run);
    if (outcome.state === "disk-full") {
      // The place stays taken meanwhile, so that the queue does not spin on a full disk.
      await this.#pause(DISK_FULL_DELAY, this.#closing.signal);
    }
  }

  async #announce(store: TenantStore, id: string): Promise<void> {
    const run = await store.runs.get({ id });
    if (run) {
      const { state, attempt, reason } = run;
      await this.#persist(() => this.#options.log.append(store, id, { type: "run-state", state, attempt, reason }));
    }
  }

  /** Signs of life, wishes that came in through another process, and runs that another process abandoned. */
  async #tick(): Promise<void> {
    try {
      const now = Date.now();
      for (const [key, running] of this.#running) {
        const id = key.slice(key.indexOf(" ") + 1);
        await running.store.runs.update({ id, owner: this.#options.owner }, { heartbeatAt: now });
        const wish = (await running.store.runs.get({ id }))?.wish as Wish | null | undefined;
        if (wish && !running.wish) {
          running.wish = wish;
          running.controller.abort();
        }
        if (!this.#options.shared) continue;
        const wishes = await wishesOf(running.store, id);
        for (const candidate of new Set([...Object.keys(wishes), ...Object.keys(running.steering.wishes)])) {
          running.steering.set(candidate, wishes[candidate]);
        }
      }
    } catch (error) {
      this.#report("A sign of life could not be written.", { error: String(error) });
    }
  }

  /** Takes over runs whose owner, another process on the same database, gave no sign of life for a minute. */
  async takeOver(now: number): Promise<void> {
    for (const store of await this.#options.store.tenants()) {
      await this.#recover(store, { heartbeatAt: { lt: now - ABANDONED } });
    }
    this.wake();
  }

  #persist<T>(write: () => Promise<T>): Promise<T> {
    const onFull = () => this.#report("The disk is full; waiting for room.", {});
    return persist(write, { signal: this.#closing.signal, onFull, pause: this.#pause });
  }

  #report(message: string, details: Record<string, unknown>): void {
    this.#options.report?.(message, details);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function wishesOf(store: TenantStore, run: string): Promise<Record<string, CandidateWish>> {
  const rows = await store.candidateWishes.find({ run });
  return Object.fromEntries(rows.map(({ candidate, wish }) => [candidate, wish]));
}

function keyOf(store: TenantStore, id: string): string {
  return `${store.tenant} ${id}`;
}

/** Tasks that nobody works on any more. */
async function stopTasks(store: TenantStore, run: string): Promise<void> {
  await store.tasks.update({ run, state: "running" }, { state: "stopped", finishedAt: Date.now() });
}

function conclusionOf(outcome: RunOutcome, wish: Wish | undefined): Partial<RunRow> {
  const finishedAt = Date.now();
  switch (outcome.state) {
    case "finished":
      return { state: "finished", reason: null, record: outcome.record, finishedAt };
    case "failed":
      return { state: "failed", reason: outcome.reason, finishedAt };
    case "disk-full":
      return { state: "queued", reason: "The disk is full; it goes on once there is room." };
    case "crashed":
      return wish ? wished(wish, finishedAt) : { state: "queued", reason: outcome.reason };
    case "stopped":
      return wish ? wished(wish, finishedAt) : { state: "queued", reason: "The daemon was stopped while it ran." };
  }
}

function wished(wish: Wish, finishedAt: number): Partial<RunRow> {
  return wish === "cancel" ? { state: "cancelled", reason: null, finishedAt } : { state: "paused", reason: null };
}
