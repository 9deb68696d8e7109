import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EngineError } from "../../../protocol/errors.ts";
import type { RunEvent } from "../../../protocol/events.ts";
import type { Steering } from "../../forecasting/search/steering.ts";
import type { RunCommand, RunJob, RunOutcome, RunReport } from "./run-messages.ts";

export interface RunProcessPoolOptions {
  /** Program the processes run; the product's own when left out. */
  readonly entry?: string | URL | undefined;
  /** Heap limit of a process, in MiB. */
  readonly memoryMiB?: number;
}

/** A stopped run has this long to end by itself before its process is killed, in milliseconds. */
const GRACE = 900;
/** A process that has had nothing to do for this long ends, in milliseconds. */
const IDLE = 30_000;
/** A process is replaced after so many runs, so that leaks of native code do not add up. */
const RUNS_PER_PROCESS = 50;

interface RunProcess {
  readonly child: ChildProcess;
  runs: number;
  idleTimer?: NodeJS.Timeout;
  current?: { report(report: RunReport): void; died(reason: string): void };
}

/**
 * Runs in processes of their own: one run at a time in each, so that a crash costs that run's attempt and nothing else.
 * A process serves several runs, one after the other, since starting one takes longer than a small run does.
 */
export class RunProcessPool {
  readonly #entry: string;
  readonly #memoryMiB: number | undefined;
  readonly #idle: RunProcess[] = [];
  readonly #all = new Set<RunProcess>();

  constructor(options: RunProcessPoolOptions = {}) {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#entry = fileURLToPath(options.entry ?? new URL(`./run-process.${extension}`, import.meta.url));
    this.#memoryMiB = options.memoryMiB;
  }

  /** Process identifiers, for tests and metrics. */
  get pids(): number[] {
    return [...this.#all].flatMap(({ child }) => child.pid ?? []);
  }

  /**
   * Runs a job. Aborting stops it within a second. Rejects with an EngineError where the process died: the run itself did
   * not fail and may be tried again.
   */
  run(job: RunJob, signal: AbortSignal, onEvent: (event: RunEvent) => void, steering: Steering): Promise<RunOutcome> {
    const worker = this.#idle.pop() ?? this.#start();
    clearTimeout(worker.idleTimer);
    worker.runs++;
    return new Promise((resolve, reject) => {
      let killed: NodeJS.Timeout | undefined;
      const tell = (command: RunCommand) => worker.child.send(command, () => undefined);
      const stop = () => {
        tell({ kind: "stop" });
        killed = setTimeout(() => worker.child.kill("SIGKILL"), GRACE);
      };
      const settle = (act: () => void) => {
        clearTimeout(killed);
        signal.removeEventListener("abort", stop);
        stopSteering();
        delete worker.current;
        act();
      };
      worker.current = {
        report: (report) => {
          if (report.kind === "event") {
            onEvent(report.event);
            return;
          }
          settle(() => resolve(report.outcome));
          this.#release(worker);
        },
        died: (reason) =>
          settle(() => (signal.aborted ? resolve({ state: "stopped" }) : reject(new EngineError(reason)))),
      };
      tell({ kind: "start", job, wishes: steering.wishes });
      const stopSteering = steering.listen((candidate, wish) => tell({ kind: "steer", candidate, wish }));
      signal.addEventListener("abort", stop, { once: true });
      if (signal.aborted) stop();
    });
  }

  /** Ends every process; runs under way are stopped where they are. */
  close(): void {
    for (const { child, idleTimer } of this.#all) {
      clearTimeout(idleTimer);
      child.kill("SIGKILL");
    }
  }

  #start(): RunProcess {
    const child = fork(this.#entry, {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: this.#memoryMiB === undefined ? [] : [`--max-old-space-size=${this.#memoryMiB}`],
    });
    const worker: RunProcess = { child, runs: 0 };
    let complaint = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-4_000);
    });
    child.on("message", (report: RunReport) => worker.current?.report(report));
    child.on("error", () => undefined);
    child.on("exit", (code, signal) => {
      this.#all.delete(worker);
      const place = this.#idle.indexOf(worker);
      if (place >= 0) this.#idle.splice(place, 1);
      worker.current?.died(deathOf(code, signal, complaint));
    });
    this.#all.add(worker);
    return worker;
  }

  #release(worker: RunProcess): void {
    if (worker.runs >= RUNS_PER_PROCESS) {
      worker.child.disconnect();
      return;
    }
    worker.idleTimer = setTimeout(() => worker.child.disconnect(), IDLE);
    worker.idleTimer.unref();
    this.#idle.push(worker);
  }
}

function deathOf(code: number | null, signal: NodeJS.Signals | null, complaint: string): string {
  if (complaint.includes("heap out of memory")) {
    return "The run's process ran out of memory.";
  }
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  const said =
    complaint
      .split("\n")
      .find((line) => /\w*Error\b/.test(line))
      ?.trim() ?? "";
  return `The run's process died (${how}). ${said}`.trim();
}
