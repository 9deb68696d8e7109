import { Subprocess } from "../../../daemon/training/workers/processes.ts";
import { type DataFacts, type FactsRequest, factsContract } from "../../../protocol/facts.ts";

/** How long an idle reading process is kept, in milliseconds. */
const idleMs = 60_000;

/** Heap limit of the reading process, in MiB. */
const memoryMiB = 4096;

/**
 * Asks the program that reads data files, which runs in a process of its own: native code that crashes there leaves the
 * language server alone. The process is started at the first question and ended when nobody has asked for a minute.
 */
export class FactsReader {
  readonly #program: string;
  readonly #node: string;
  #process: Subprocess<typeof factsContract> | undefined;

  constructor(program: string, node: string) {
    this.#program = program;
    this.#node = node;
  }

  /** Facts about the data; where they cannot be read, facts that say why. `tell` hears what is known before the rest. */
  async ask(request: FactsRequest, tell: (facts: DataFacts) => void = () => {}): Promise<DataFacts> {
    if (!this.#process?.open) this.#process = this.#start();
    try {
      return await this.#process.ask("facts", request, { onNews: tell });
    } catch (error) {
      const message = `The data cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return { rows: 0, columns: [], trouble: { message, fix: "See Almanac: Doctor." } };
    }
  }

  close(): void {
    this.#process?.kill();
    this.#process = undefined;
  }

  #start(): Subprocess<typeof factsContract> {
    return new Subprocess(factsContract, {
      entry: this.#program,
      title: "The program that reads data files",
      memoryMiB,
      idleMs,
      node: this.#node,
      // The editor's own Node may be another version than the one that reads.
      serialization: "json",
      env: { ELECTRON_RUN_AS_NODE: "1" },
    });
  }
}
