import type { z } from "zod";
import { AlmanacError, DataError } from "../../../protocol/errors.ts";
import { ProcessEndedError } from "../workers/processes/ended.ts";
import { Subprocess } from "../workers/processes.ts";
import { programFile } from "../workers/program-file.ts";
import { readingContract } from "./reading-contract.ts";

type Contract = typeof readingContract;
type Job<K extends keyof Contract> = z.input<Contract[K]["input"]>;
type Answer<K extends keyof Contract> = z.output<Contract[K]["output"]>;

/** How long a job may take, and what cancels it. */
export interface ReadOptions {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
}

/** Heap limit of a reading process, in MiB; what DuckDB takes has a limit of its own. */
const memoryMiB = 4096;

/**
 * Has jobs done by reading processes. With `keep` a process stays for the next job, since starting one takes longer than
 * reading a small file does; without, each ends with its job.
 */
export class Reader {
  readonly #keep: boolean;
  #spare: Subprocess<Contract> | undefined;

  constructor({ keep = false }: { keep?: boolean } = {}) {
    this.#keep = keep;
  }

  /**
   * Has a job done. Rejects with a DataError where the data cannot be used, where the process died or took too long, and with
   * the signal's reason.
   */
  async read<K extends keyof Contract>(kind: K, job: Job<K>, { signal, timeoutMs }: ReadOptions): Promise<Answer<K>> {
    signal?.throwIfAborted();
    const process = this.#spare?.open ? this.#spare : start();
    this.#spare = undefined;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(timeout(timeoutMs)), timeoutMs);
    const stop = AbortSignal.any([deadline.signal, ...(signal === undefined ? [] : [signal])]);
    try {
      const answer = await process.ask(kind, job, { signal: stop, graceMs: 0 });
      if (this.#keep && !answer.spent) this.#park(process);
      else process.end();
      return answer;
    } catch (error) {
      // Whatever it still does is for nobody.
      process.kill();
      throw stop.aborted ? error : failureOf(error, job.request.sources);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the process that waits for a job. */
  close(): void {
    this.#spare?.kill();
    this.#spare = undefined;
  }

  #park(process: Subprocess<Contract>): void {
    this.#spare?.kill();
    this.#spare = process;
  }
}

function start(): Subprocess<Contract> {
  const entry = programFile("training/data/worker");
  return new Subprocess(readingContract, { entry, title: "The reading process", memoryMiB, serialization: "json" });
}

function timeout(ms: number): DataError {
  return new DataError(`Reading the data took longer than ${Math.round(ms / 1000)} seconds and was stopped.`, {
    code: "timeout",
    fix: "Simplify `query:`, or read fewer rows.",
  });
}

/** What the reader's owner hears: the process's own error, or that it came to no answer. */
function failureOf(error: unknown, sources: readonly string[]): Error {
  const ended = error instanceof ProcessEndedError;
  if (error instanceof AlmanacError && !ended) return error;
  const where = { file: sources[0], cause: error };
  const failed = `Reading ${sources.join(", ")} failed.`;
  if (ended && error.outOfHeap) {
    const fix = "Leave out columns or rows with `query:`, or aggregate before forecasting.";
    return new DataError(`${failed} ${error.message}`, { code: "out-of-memory", fix, ...where });
  }
  const words = error instanceof Error ? (ended ? error.message : (error.stack ?? error.message)) : String(error);
  const fix = "Please report this with the file, if it can be shared.";
  return new DataError(`${failed} ${words}`, { code: "reader-crashed", fix, ...where });
}
