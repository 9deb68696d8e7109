import { dirname, resolve } from "node:path";
import { type LoadedData, type LoadOptions, loadPanel } from "../data/load.ts";
import { parseFrequency } from "../data/parse-frequency.ts";
import { dataRequest } from "./data-request.ts";
import { horizonSteps } from "./horizon.ts";
import type { ExperimentFile } from "./read-experiment.ts";

/**
 * Reads the data of an experiment. A horizon given as a span of time, such as "4 weeks", needs the frequency: where the file
 * does not name it, the data are read once more after it was inferred.
 */
export async function loadData(file: ExperimentFile, options: LoadOptions): Promise<LoadedData> {
  const { experiment } = file;
  const { horizon, gap } = experiment.forecast;
  const directory = dirname(resolve(file.path));
  const declared = experiment.data.frequency === undefined ? undefined : parseFrequency(experiment.data.frequency);
  const read = (steps: number): Promise<LoadedData> =>
    loadPanel(dataRequest(experiment, directory, declared, gap + steps), options);
  const steps = horizonSteps(horizon, declared);
  if (steps !== undefined) return read(steps);
  const { panel } = await read(1);
  return read(horizonSteps(horizon, panel.frequency) ?? 1);
}
