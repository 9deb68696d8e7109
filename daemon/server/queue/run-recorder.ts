import type { StoredEvent } from "../../../protocol/api/runs.ts";
import type { RunEvent } from "../../../protocol/events.ts";
import type { TenantStore } from "../store/store.ts";
import type { EventLog } from "./event-log.ts";

/** What a run itself says, and what the queue says about it. */
type RecordedEvent = RunEvent | Extract<StoredEvent["event"], { type: "run-state" }>;

/** Progress of one thing is recorded at most this often, in milliseconds. */
const PROGRESS_INTERVAL = 250;

/**
 * Writes down what happens in one attempt of a run, in order: every event as a row and a message, every task's state.
 * Progress is thinned out; nothing else is.
 */
export class RunRecorder {
  readonly #store: TenantStore;
  readonly #log: EventLog;
  readonly #run: string;
  readonly #attempt: number;
  readonly #write: <T>(write: () => Promise<T>) => Promise<T>;
  readonly #progress = new Map<string, number>();
  #tail: Promise<unknown> = Promise.resolve();
  #problem: unknown;

  constructor(
    run: { store: TenantStore; log: EventLog; id: string; attempt: number },
    write: <T>(write: () => Promise<T>) => Promise<T>,
  ) {
    this.#store = run.store;
    this.#log = run.log;
    this.#run = run.id;
    this.#attempt = run.attempt;
    this.#write = write;
  }

  add(event: RecordedEvent): void {
    if (this.#isTooSoon(event)) {
      return;
    }
    this.#tail = this.#tail
      .then(() => this.#write(() => this.#append(event)))
      .then(() => (event.type === "run-state" ? undefined : this.#write(() => this.#recordTask(event))))
      .catch((error: unknown) => {
        this.#problem ??= error;
      });
  }

  /** Waits until everything is written; rejects with the first error there was. */
  async flush(): Promise<void> {
    await this.#tail;
    if (this.#problem !== undefined) {
      throw this.#problem;
    }
  }

  /** A run finishes once, also where an attempt was killed between saying so and being heard. */
  async #append(event: RecordedEvent): Promise<void> {
    if (event.type === "run-finished" && (await this.#store.events.count({ run: this.#run, type: event.type })) > 0) {
      return;
    }
    await this.#log.append(this.#store, this.#run, event);
  }

  #isTooSoon(event: RecordedEvent): boolean {
    if (event.type !== "task-progress" && event.type !== "progress") {
      return false;
    }
    const key = event.type === "progress" ? "" : `${event.candidate} ${event.task}`;
    const now = performance.now();
    if (now - (this.#progress.get(key) ?? Number.NEGATIVE_INFINITY) < PROGRESS_INTERVAL) {
      return true;
    }
    this.#progress.set(key, now);
    return false;
  }

  async #recordTask(event: RunEvent): Promise<void> {
    if (event.type === "task-started") {
      const row = { run: this.#run, candidate: event.candidate, fold: String(event.task), state: "running" } as const;
      const times = { startedAt: Date.now(), finishedAt: null };
      await this.#store.tasks.put({ ...row, ...times, attempt: this.#attempt, reason: null }, [
        "run",
        "candidate",
        "fold",
      ]);
    } else if (event.type === "task-finished") {
      const row = { run: this.#run, candidate: event.candidate, fold: String(event.task), state: "finished" } as const;
      const finishedAt = Date.now();
      const times = { startedAt: Math.round(finishedAt - event.seconds * 1_000), finishedAt };
      await this.#store.tasks.put({ ...row, ...times, attempt: this.#attempt, reason: null }, [
        "run",
        "candidate",
        "fold",
      ]);
    } else if (event.type === "candidate-paused" || event.type === "candidate-skipped") {
      const where = { run: this.#run, candidate: event.candidate, state: "running" } as const;
      await this.#store.tasks.update(where, { state: "stopped", finishedAt: Date.now() });
    } else if (event.type === "candidate-failed") {
      const where = { run: this.#run, candidate: event.candidate, state: "running" } as const;
      await this.#store.tasks.update(where, { state: "failed", reason: event.reason, finishedAt: Date.now() });
    }
  }
}
