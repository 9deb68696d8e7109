import type {
  WhatIfInput,
  WhatIfKind,
  WhatIfKinds,
  WhatIfOutput,
} from "../../training/trained-model/what-if/messages.ts";
import { Predictor } from "./predictor.ts";

/** Asks the trained models of runs what-if questions, in a process that keeps the last few of them loaded. */
export class WhatIf {
  readonly #processes: Predictor<WhatIfInput, WhatIfOutput>;

  constructor() {
    const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const entry = new URL(`../../training/trained-model/what-if/process.${extension}`, import.meta.url);
    this.#processes = new Predictor({ entry, processes: 1 });
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
    const input = { kind, ...question } as WhatIfInput;
    return (await this.#processes.predict(directory, input)) as WhatIfKinds[K]["answer"];
  }

  /** Ends the process; questions under way fail. */
  close(): void {
    this.#processes.close();
  }
}
