import { AlmanacError, EngineError } from "../../../protocol/errors.ts";
import { diskFull, isDiskFull } from "../files/persist.ts";
import { ProcessEndedError } from "./processes/ended.ts";
import { shareOfMachine } from "./processes/heap-limit.ts";
import { Subprocess } from "./processes.ts";
import { programFile } from "./program-file.ts";
import { type Task, type TaskResults, workerContract } from "./task.ts";

/** How a pool of worker processes is set up. */
export interface WorkerPoolOptions {
  readonly workers: number;
  /** Heap limit of each worker, in MiB; its share of the machine's memory when left out. */
  readonly memoryMiB?: number;
}

interface Job {
  task: Task;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((fraction: number, loss?: number) => void) | undefined;
  readonly onStart: (() => void) | undefined;
  readonly resolve: (result: TaskResults[Task["kind"]]) => void;
  readonly reject: (error: unknown) => void;
  /** Workers that died under this task. */
  deaths: number;
}

interface Worker {
  readonly process: Subprocess<typeof workerContract>;
  job?: Job;
}

/** A task under which so many workers died fails. */
const mostDeaths = 3;

const workerFile = programFile("training/workers/worker");

/**
 * Runs tasks in a fixed number of worker processes, first come, first served. A worker that dies fails its task with the
 * reason and is replaced; the pool and its owner live on.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers: Worker[] = [];
  readonly #waiting: Job[] = [];
  #closed = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /** Number of tasks that run at once. */
  get size(): number {
    return this.#options.workers;
  }

  /** Process identifiers, for tests and metrics. */
  get pids(): number[] {
    return this.#workers.flatMap(({ process }) => process.pid ?? []);
  }

  /**
   * Queues a task. `onStart` is called as a worker takes it, again where that one died. Rejects with the signal's reason when
   * cancelled, with what the worker threw when it fails, and with an EngineError when the worker dies.
   */
  run<K extends Task["kind"]>(
    task: Extract<Task, { kind: K }>,
    options: {
      signal?: AbortSignal;
      onProgress?: (fraction: number, loss?: number) => void;
      onStart?: () => void;
    } = {},
  ): Promise<TaskResults[K]> {
    const { signal, onProgress, onStart } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      // SAFETY: the worker answers a task of kind K with the result of kind K.
      const job: Job = { task, signal, onProgress, onStart, resolve: resolve as Job["resolve"], reject, deaths: 0 };
      signal?.addEventListener("abort", () => this.#cancel(job), { once: true });
      this.#waiting.push(job);
      this.#dispatch();
    });
  }

  /** Starts all workers, so that the first tasks need not wait for it. */
  warmUp(): void {
    while (this.#grow() !== undefined);
  }

  /** Ends every worker; tasks under way fail. */
  close(): void {
    this.#closed = true;
    for (const worker of this.#workers) worker.process.kill();
    for (const job of this.#waiting.splice(0)) job.reject(new EngineError("The worker pool was closed."));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const worker = this.#workers.find((candidate) => candidate.job === undefined) ?? this.#grow();
      if (worker === undefined) return;
      const job = this.#waiting.shift()!;
      worker.job = job;
      void this.#perform(worker, job);
      job.onStart?.();
    }
  }

  #grow(): Worker | undefined {
    if (this.#workers.length >= this.#options.workers) return undefined;
    const memoryMiB = this.#options.memoryMiB ?? shareOfMachine(this.#options.workers);
    const process = new Subprocess(workerContract, { entry: workerFile, title: "The worker", memoryMiB });
    const worker: Worker = { process };
    this.#workers.push(worker);
    // One that dies while it has nothing to do is missed by nobody, but its place is free.
    void process.gone.then(() => this.#remove(worker));
    return worker;
  }

  #remove(worker: Worker): void {
    const place = this.#workers.indexOf(worker);
    if (place >= 0) this.#workers.splice(place, 1);
  }

  async #perform(worker: Worker, job: Job): Promise<void> {
    const { task, signal, onProgress } = job;
    const since = performance.now();
    try {
      const onNews = onProgress && (({ fraction, loss }: Progress) => onProgress(fraction, loss));
      job.resolve(await worker.process.ask("task", task, { signal, onNews }));
    } catch (error) {
      if (!worker.process.open) this.#remove(worker);
      const again = signal?.aborted || this.#closed ? undefined : nextAttempt(job, error, since);
      if (again === undefined) job.reject(signal?.aborted ? signal.reason : errorOf(error, task));
      else this.#waiting.unshift(again);
    } finally {
      delete worker.job;
      this.#dispatch();
    }
  }

  /** Takes a task that waits off the list; one that a worker has is cancelled by its signal. */
  #cancel(job: Job): void {
    const waiting = this.#waiting.indexOf(job);
    if (waiting < 0) return;
    this.#waiting.splice(waiting, 1);
    job.reject(job.signal?.reason);
  }
}

type Progress = { readonly fraction: number; readonly loss?: number | undefined };

/**
 * A task under which its worker died, to be tried again: a worker that was killed says nothing about its task. Undefined
 * where another attempt would fail as well, or enough of them have.
 */
function nextAttempt(job: Job, error: unknown, since: number): Job | undefined {
  const killed = error instanceof ProcessEndedError && !error.outOfHeap ? error.end.signal : null;
  if (killed === null || ++job.deaths >= mostDeaths) return undefined;
  job.task = remainder(job.task, (performance.now() - since) / 1000, killed);
  return job;
}

/** A task that is tried again has what is left of its time, and where native code crashed it stays away from the GPU's driver. */
function remainder(task: Task, seconds: number, signal: NodeJS.Signals): Task {
  if (task.kind !== "fit") return task;
  const left = Math.max(1, task.seconds - seconds);
  if (signal === "SIGKILL" || signal === "SIGTERM") return { ...task, seconds: left };
  return { ...task, seconds: left, devices: ["cpu"], settings: { ...task.settings, device: "cpu" } };
}

/** What the task's owner hears: the worker's error as it is, a mistake of the program with the model it was made in. */
function errorOf(error: unknown, task: Task): unknown {
  if (isDiskFull(error)) return diskFull(error);
  if (error instanceof AlmanacError) return error;
  const subject = "model" in task ? `${task.model}: ` : "";
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new EngineError(`${subject}${words}`, { cause: error });
}
