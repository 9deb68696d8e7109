import { existsSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { sharedData } from "../shared-data.ts";

/** What the data say of a set, as far as the choice of tools needs it. */
export const caseSchema = z.object({ known: z.array(z.string()) });
export type SetCase = z.infer<typeof caseSchema>;

/** One forecasting tool of the comparison. */
export interface Tool {
  readonly name: string;
  /** What it was asked to do, for the table's notes. */
  readonly settings: string;
  /** Python module that has to be there; none for Almanac itself. */
  readonly module?: string;
  /** Whether the comparison on this set is of interest; on all where left out. */
  takes?(set: SetCase): boolean;
  /** Command that reads the set's training part and writes `folder/forecast.csv`. */
  command(set: string, folder: string, budget: number): string[];
}

/** Python of the peers' environment, which `bench/setup.sh` makes. */
export const python = path.join(import.meta.dirname, "..", ".venv", "bin", "python");

const root = path.join(import.meta.dirname, "..", "..");

function peer(name: string, module: string, settings: string): Tool {
  return {
    name,
    module,
    settings,
    command: (set, folder, budget) => [
      python,
      path.join(root, "bench", "peers", "accuracy.py"),
      ...[name, path.join(sharedData, set), path.join(folder, "forecast.csv"), String(budget)],
    ],
  };
}

/** Every tool of the comparison, Almanac first. */
export const tools: readonly Tool[] = [
  {
    name: "almanac",
    settings: "the set's experiment file as it is",
    command: (set, folder, budget) => [
      process.execPath,
      path.join(root, "bin", "almanac.mjs"),
      ...["run", path.join(sharedData, set, "experiment.forecast.yaml")],
      ...["--out", folder, "--budget", `${budget}s`, "--quiet"],
    ],
  },
  peer("autogluon", "autogluon.timeseries", "medium_quality without the pretrained models, which need a download"),
  peer(
    "statsforecast",
    "statsforecast",
    "median of dynamic Theta with AutoETS and AutoCES, or with MSTL for seasons from 24; compiled code cached; no time limit of its own",
  ),
  peer("mlforecast", "mlforecast", "LightGBM with fixed settings, lags, windows and date features; no search"),
  {
    ...peer(
      "mlforecast-direct",
      "mlforecast",
      "the same with a model of 100 trees a step; sets with known covariates only",
    ),
    takes: ({ known }) => known.length > 0,
  },
  peer("neuralforecast", "neuralforecast", "mean of NHITS, TiDE and LSTM, a third of the budget each"),
];

/** Whether the environment of the peers has a module. Only looks for its folder: importing some takes half a minute. */
export function hasModule(module: string): boolean {
  const library = path.join(path.dirname(python), "..", "lib");
  const versions = ["python3.10", "python3.11", "python3.12", "python3.13"];
  return versions.some((version) => existsSync(path.join(library, version, "site-packages", ...module.split("."))));
}
