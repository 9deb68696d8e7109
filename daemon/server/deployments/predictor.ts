import { programFile } from "../../training/workers/program-file.ts";
import { ModelProcesses } from "./model-processes.ts";
import { type PredictionInput, type PredictionOutput, predictionContract } from "./prediction-messages.ts";

export interface PredictorOptions {
  /** Program of the processes; the product's own when left out. */
  readonly entry?: string | URL | undefined;
  /** Processes that answer predictions at most. */
  readonly processes: number;
}

/** Forecasts with deployed models, in processes that keep them loaded. */
export class Predictor {
  readonly #processes: ModelProcesses<typeof predictionContract>;

  constructor({ entry, processes }: PredictorOptions) {
    this.#processes = new ModelProcesses(predictionContract, {
      entry: entry ?? programFile("server/deployments/prediction-process"),
      title: "The prediction process",
      processes,
    });
  }

  /** Process identifiers, for metrics and tests. */
  get pids(): number[] {
    return this.#processes.pids;
  }

  /** Forecasts with the model in `directory`. Rejects with a DataError or EngineError worded for the caller. */
  predict(directory: string, input: PredictionInput): Promise<PredictionOutput> {
    return this.#processes.ask(directory, "predict", { directory, ...input });
  }

  /** Ends every process; predictions under way fail. */
  close(): void {
    this.#processes.close();
  }
}
