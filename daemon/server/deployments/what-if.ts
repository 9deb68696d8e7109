import {
  type WhatIfInput,
  type WhatIfKind,
  type WhatIfKinds,
  whatIfContract,
} from "../../training/trained-model/what-if/messages.ts";
import { programFile } from "../../training/workers/program-file.ts";
import { ModelProcesses } from "./model-processes.ts";

/** Asks the trained models of runs what-if questions, in a process that keeps the last few of them loaded. */
export class WhatIf {
  readonly #processes: ModelProcesses<typeof whatIfContract>;

  constructor() {
    const entry = programFile("training/trained-model/what-if/process");
    this.#processes = new ModelProcesses(whatIfContract, { entry, title: "The what-if process", processes: 1 });
  }

  /** Process identifiers, for tests. */
  get pids(): number[] {
    return this.#processes.pids;
  }

  /** Answers a question about the model in a run's folder. Rejects with a DataError or EngineError worded for the caller. */
  async ask<K extends WhatIfKind>(
    directory: string,
    kind: K,
    question: WhatIfKinds[K]["question"],
  ): Promise<WhatIfKinds[K]["answer"]> {
    // SAFETY: a question of kind K is answered by an answer of kind K.
    const input = { directory, question: { kind, ...question } as WhatIfInput };
    return (await this.#processes.ask(directory, "answer", input)) as WhatIfKinds[K]["answer"];
  }

  /** Ends the process; questions under way fail. */
  close(): void {
    this.#processes.close();
  }
}
