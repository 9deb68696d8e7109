import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EngineError } from "../../../protocol/errors.ts";
import { diskFull } from "../files/persist.ts";
import type { Task, TaskResults, WorkerError, WorkerReply, WorkerRequest } from "./task.ts";

/** How a pool of worker processes is set up. */
export interface WorkerPoolOptions {
  readonly workers: number;
  /** Heap limit of each worker, in MiB; V8's own default when left out. */
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
  readonly process: ChildProcess;
  /** The task under way, and when it was handed over, in performance.now() milliseconds. */
  job?: { readonly id: number; readonly job: Job; readonly since: number };
}

/** How long a cancelled task has before its worker is killed, in milliseconds. */
const graceMs = 800;

/** A task under which so many workers died fails. */
const mostDeaths = 3;

const workerFile = fileURLToPath(
  new URL(`./worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);

/**
 * Runs tasks in a fixed number of worker processes, first come, first served. A worker that dies fails its task with the
 * reason and is replaced; the pool and its owner live on.
 */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers: Worker[] = [];
  readonly #waiting: Job[] = [];
  #nextId = 1;
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
   * cancelled, with an EngineError when it fails.
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
    for (const worker of this.#workers) worker.process.kill("SIGKILL");
    for (const job of this.#waiting.splice(0)) job.reject(new EngineError("The worker pool was closed."));
  }

  #dispatch(): void {
    while (this.#waiting.length > 0 && !this.#closed) {
      const worker = this.#workers.find((candidate) => candidate.job === undefined) ?? this.#grow();
      if (worker === undefined) return;
      const job = this.#waiting.shift()!;
      const id = this.#nextId++;
      worker.job = { id, job, since: performance.now() };
      this.#send(worker, { id, task: job.task });
      job.onStart?.();
    }
  }

  #send(worker: Worker, request: WorkerRequest): void {
    // A worker that dies while it is written to is reported by its exit event.
    worker.process.send(request, () => {});
  }

  #grow(): Worker | undefined {
    if (this.#workers.length >= this.#options.workers) return undefined;
    const { memoryMiB } = this.#options;
    const child = fork(workerFile, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: memoryMiB === undefined ? [] : [`--max-old-space-size=${memoryMiB}`],
    });
    const worker: Worker = { process: child };
    let complaint = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-4000);
    });
    child.on("message", (reply: WorkerReply) => this.#receive(worker, reply));
    child.on("exit", (code, signal) => this.#bury(worker, code, signal, complaint));
    child.on("error", () => {});
    this.#workers.push(worker);
    return worker;
  }

  #receive(worker: Worker, reply: WorkerReply): void {
    const current = worker.job;
    if (current === undefined || current.id !== reply.id) return;
    if ("progress" in reply) {
      current.job.onProgress?.(reply.progress, reply.loss);
      return;
    }
    delete worker.job;
    if ("result" in reply) current.job.resolve(reply.result);
    else current.job.reject(errorOf(reply.error, current.job));
    this.#dispatch();
  }

  #cancel(job: Job): void {
    const waiting = this.#waiting.indexOf(job);
    if (waiting >= 0) {
      this.#waiting.splice(waiting, 1);
      job.reject(job.signal!.reason);
      return;
    }
    const worker = this.#workers.find((candidate) => candidate.job?.job === job);
    if (worker?.job === undefined) return;
    const { id } = worker.job;
    this.#send(worker, { id, cancel: true });
    const kill = setTimeout(() => {
      if (worker.job?.id === id) worker.process.kill("SIGKILL");
    }, graceMs);
    kill.unref();
  }

  #bury(worker: Worker, code: number | null, signal: NodeJS.Signals | null, complaint: string): void {
    this.#workers.splice(this.#workers.indexOf(worker), 1);
    if (worker.job !== undefined) {
      const { job, since } = worker.job;
      // A worker that was killed says nothing about its task: the task is tried again, but not for ever.
      const again = signal !== null && job.signal?.aborted !== true && !this.#closed && ++job.deaths < mostDeaths;
      if (again) {
        job.task = nextAttempt(job.task, (performance.now() - since) / 1000, signal);
        this.#waiting.unshift(job);
      } else job.reject(job.signal?.aborted ? job.signal.reason : deathOf(code, signal, complaint));
    }
    this.#dispatch();
  }
}

/** A task that is tried again has what is left of its time, and where native code crashed it stays away from the GPU's driver. */
function nextAttempt(task: Task, seconds: number, signal: NodeJS.Signals): Task {
  if (task.kind !== "fit") return task;
  const left = Math.max(1, task.seconds - seconds);
  if (signal === "SIGKILL" || signal === "SIGTERM") return { ...task, seconds: left };
  return { ...task, seconds: left, devices: ["cpu"], settings: { ...task.settings, device: "cpu" } };
}

function errorOf(error: WorkerError, job: Job): unknown {
  if (error.cancelled && job.signal?.aborted) return job.signal.reason;
  if (error.full) return diskFull(new Error(error.message));
  const subject = "model" in job.task ? `${job.task.model}: ` : "";
  return new EngineError(`${error.expected ? "" : subject}${error.message}`, {
    fix: error.fix,
  });
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, complaint: string): EngineError {
  if (complaint.includes("heap out of memory") || signal === "SIGKILL") {
    return new EngineError("The worker ran out of memory.", {
      fix: "Give it fewer series or a machine with more memory.",
    });
  }
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  return new EngineError(
    `The worker process died (${how}). ${complaint.split("\n").find((line) => line.trim() !== "") ?? ""}`.trim(),
  );
}
