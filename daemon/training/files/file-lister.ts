import { stat } from "node:fs/promises";
import { DataError } from "../../../protocol/errors.ts";
import { Subprocess } from "../workers/processes.ts";
import { programFile } from "../workers/program-file.ts";
import { listingContract } from "./listing/contract.ts";

/** A pattern that takes longer than this is given up, in milliseconds; the start of the process counts. */
const defaultLongestMs = 10_000;

/** Files that one pattern may match. */
const mostFiles = 1_000;

/** Heap limit of the listing process, in MiB. */
const memoryMiB = 256;

/** The process ends after this long without a pattern, in milliseconds. */
const idleMs = 10_000;

/**
 * Lists the files that a name or a pattern stands for. Patterns are matched in a process of their own, since some take
 * exponential time: one that takes longer than ten seconds is given up.
 */
export class FileLister {
  #process: Subprocess<typeof listingContract> | undefined;
  /** One pattern at a time: one that is given up takes the process with it. */
  #tail: Promise<unknown> = Promise.resolve();
  readonly #longestMs: number;

  /** `longestMs`: how long a pattern may take, in milliseconds. */
  constructor({ longestMs = defaultLongestMs }: { longestMs?: number } = {}) {
    this.#longestMs = longestMs;
  }

  /**
   * Absolute paths in order; none where nothing matches. `source` is a name or pattern with an absolute path. Rejects with a
   * DataError if it takes too long or matches too many files.
   */
  async list(source: string): Promise<string[]> {
    const itself = await stat(source).catch(() => undefined);
    if (itself !== undefined) return [source];
    if (!/[*?[\]{}()]/.test(source)) return [];
    const matched = this.#tail.then(() => this.#match(source));
    this.#tail = matched.catch(() => undefined);
    const found = await matched;
    if (found.length <= mostFiles) return found.sort();
    throw new DataError(`The pattern ${source} matches more than ${mostFiles.toLocaleString("en")} files.`, {
      code: "too-many-files",
      file: source,
      fix: "Write a pattern that matches fewer, or put the data into fewer files.",
    });
  }

  /** Ends the process. */
  close(): void {
    this.#process?.kill();
    this.#process = undefined;
  }

  async #match(pattern: string): Promise<string[]> {
    this.#process = this.#process?.open ? this.#process : start();
    const signal = AbortSignal.timeout(this.#longestMs);
    try {
      return await this.#process.ask("list", { pattern, most: mostFiles }, { signal, graceMs: 0 });
    } catch (cause) {
      if (!signal.aborted) throw cause;
      throw new DataError(`The files that match ${pattern} were not found within ${this.#longestMs / 1_000} seconds.`, {
        code: "slow-pattern",
        file: pattern,
        fix: "Write a simpler pattern, such as sales/*.csv.",
        cause,
      });
    }
  }
}

function start(): Subprocess<typeof listingContract> {
  const entry = programFile("training/files/listing/process");
  return new Subprocess(listingContract, { entry, title: "The listing process", memoryMiB, idleMs });
}
