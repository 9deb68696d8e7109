import type { RunEvent } from "../../../protocol/events.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import { Subprocess } from "../../training/workers/processes.ts";
import { programFile } from "../../training/workers/program-file.ts";
import { type RunJob, type RunOutcome, runContract } from "./run-messages.ts";

export interface RunProcessPoolOptions {
  /** Program the processes run; the product's own when left out. */
  readonly entry?: string | URL | undefined;
  /** Heap limit of a process, in MiB. */
  readonly memoryMiB: number;
}

/** A stopped run has this long to end by itself before its process is killed, in milliseconds. */
const GRACE = 900;
/** A process that has had nothing to do for this long ends, in milliseconds. */
const IDLE = 30_000;
/** A process is replaced after so many runs, so that leaks of native code do not add up. */
const RUNS_PER_PROCESS = 50;

interface RunProcess {
  readonly process: Subprocess<typeof runContract>;
  runs: number;
}

/**
 * Runs in processes of their own: one run at a time in each, so that a crash costs that run's attempt and nothing else.
 * A process serves several runs, one after the other, since starting one takes longer than a small run does.
 */
export class RunProcessPool {
  readonly #entry: string | URL;
  readonly #memoryMiB: number;
  readonly #idle: RunProcess[] = [];
  readonly #all = new Set<RunProcess>();

  constructor({ entry, memoryMiB }: RunProcessPoolOptions) {
    this.#entry = entry ?? programFile("server/queue/run-process");
    this.#memoryMiB = memoryMiB;
  }

  /** Process identifiers, for tests and metrics. */
  get pids(): number[] {
    return [...this.#all].flatMap(({ process }) => process.pid ?? []);
  }

  /**
   * Runs a job. Aborting stops it within a second. Rejects with a ProcessEndedError where the process died: the run itself
   * did not fail and may be tried again.
   */
  async run(
    job: RunJob,
    signal: AbortSignal,
    onEvent: (event: RunEvent) => void,
    steering: Steering,
  ): Promise<RunOutcome> {
    const worker = this.#take();
    worker.runs++;
    const stopSteering = steering.listen((candidate, wish) => {
      // Where the process has died, the run says so.
      worker.process.ask("steer", { candidate, wish }).catch(() => undefined);
    });
    try {
      const input = { job, wishes: steering.wishes };
      return await worker.process.ask("run", input, { signal, graceMs: GRACE, onNews: onEvent });
    } catch (error) {
      if (signal.aborted) return { state: "stopped" };
      throw error;
    } finally {
      stopSteering();
      this.#release(worker);
    }
  }

  /** Ends every process; runs under way are stopped where they are. */
  close(): void {
    for (const { process } of this.#all) process.kill();
  }

  /** A process that is idle, or a new one. */
  #take(): RunProcess {
    for (let idle = this.#idle.pop(); idle !== undefined; idle = this.#idle.pop()) if (idle.process.open) return idle;
    const about = { entry: this.#entry, title: "The run's process", memoryMiB: this.#memoryMiB, idleMs: IDLE };
    const worker: RunProcess = { process: new Subprocess(runContract, about), runs: 0 };
    this.#all.add(worker);
    void worker.process.gone.then(() => this.#all.delete(worker));
    return worker;
  }

  #release(worker: RunProcess): void {
    if (worker.runs >= RUNS_PER_PROCESS) worker.process.end();
    else if (worker.process.open) this.#idle.push(worker);
  }
}
