import type { z } from "zod";
import { AlmanacError, EngineError } from "../../../protocol/errors.ts";
import type { Contract } from "../../training/workers/processes/contract.ts";
import { ProcessEndedError } from "../../training/workers/processes/ended.ts";
import { shareOfMachine } from "../../training/workers/processes/heap-limit.ts";
import { Subprocess } from "../../training/workers/processes.ts";

export interface ModelProcessOptions {
  /** Program of the processes. */
  readonly entry: string | URL;
  /** What messages call a process, such as `The prediction process`. */
  readonly title: string;
  /** Processes that answer at most. */
  readonly processes: number;
}

const TIMEOUT = 60_000;
/** A process is killed that still works so long after a question timed out, in milliseconds. */
const STUCK = 10 * 60_000;
const IDLE = 10 * 60_000;
/** Questions that may wait for one process before more are refused. */
const MAXIMUM_WAITING = 2_000;
/** Heap limit of a process at most, in MiB: the one that Node gives itself on a large machine. */
const MOST_MEMORY = 4_096;

/**
 * Answers questions about models in processes that keep the models loaded. A model always goes to the same process. A process
 * that dies fails what it was asked, and the next question starts another.
 */
export class ModelProcesses<C extends Contract> {
  readonly #contract: C;
  readonly #options: ModelProcessOptions;
  readonly #processes: (Subprocess<C> | undefined)[];
  readonly #places = new Map<string, number>();

  constructor(contract: C, options: ModelProcessOptions) {
    this.#contract = contract;
    this.#options = options;
    this.#processes = new Array<Subprocess<C> | undefined>(options.processes).fill(undefined);
  }

  /** Process identifiers, for metrics and tests. */
  get pids(): number[] {
    return this.#processes.flatMap((process) => (process?.open ? (process.pid ?? []) : []));
  }

  /**
   * Asks the process of the model in `directory`. Rejects with what the process threw, and with an EngineError where it died,
   * took too long or made a mistake.
   */
  async ask<K extends keyof C & string>(
    directory: string,
    name: K,
    input: z.input<C[K]["input"]>,
  ): Promise<z.output<C[K]["output"]>> {
    const process = this.#processOf(directory);
    if (process.asked >= MAXIMUM_WAITING) {
      throw new EngineError("Too many questions are waiting for this model.", { fix: "Try again shortly." });
    }
    const deadline = new AbortController();
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      deadline.abort();
      late.reject(new EngineError("The answer took longer than a minute.", { fix: "Send fewer series at a time." }));
    }, TIMEOUT);
    try {
      const answer = process.ask(name, input, { signal: deadline.signal, graceMs: STUCK });
      return await Promise.race([answer, late.promise]);
    } catch (error) {
      throw forCaller(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends every process; questions under way fail. */
  close(): void {
    for (const process of this.#processes) process?.kill();
  }

  #processOf(directory: string): Subprocess<C> {
    const place = this.#places.get(directory) ?? this.#places.size % this.#processes.length;
    this.#places.set(directory, place);
    const known = this.#processes[place];
    if (known?.open) return known;
    const { entry, title, processes } = this.#options;
    const memoryMiB = Math.min(MOST_MEMORY, shareOfMachine(processes));
    const process = new Subprocess(this.#contract, { entry, title, memoryMiB, idleMs: IDLE });
    this.#processes[place] = process;
    return process;
  }
}

/** The error of a process as whoever asked is told it. */
function forCaller(error: unknown): AlmanacError {
  if (error instanceof ProcessEndedError) {
    return new EngineError(error.message, { fix: error.fix ?? "Try again.", cause: error });
  }
  if (error instanceof AlmanacError) return error;
  return new EngineError(error instanceof Error ? error.message : String(error), { cause: error });
}
