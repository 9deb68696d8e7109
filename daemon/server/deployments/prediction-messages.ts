import { z } from "zod";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Frequency } from "../../forecasting/panel/frequency.ts";
import { plain } from "../../training/workers/processes/contract.ts";

/** One value of a row: as the data file would have it. */
export type Cell = string | number | boolean | null;

export interface PredictionInput {
  /** Fresh history, and known covariates of the forecast window, by the experiment's column names. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly explain: boolean;
  /** Hand back the covariates that the forecast was made with. */
  readonly covariates?: boolean;
}

/** A covariate at a moment, as a prediction was asked with it. */
export interface CovariateValue {
  readonly name: string;
  readonly series: readonly string[];
  /** Milliseconds since 1970, wall clock taken as UTC. */
  readonly time: number;
  readonly value: number;
}

const predictionOutputSchema = z.object({
  /** Columns that name the series. */
  keyColumns: z.array(z.string()).readonly(),
  timeColumn: z.string(),
  frequency: plain<Frequency>(),
  /** Zone of the instants that the data hold; missing for wall-clock times. */
  zone: z.string().optional(),
  /** Values of the key columns, for each series. */
  keys: z.array(z.array(z.string())),
  /** series × horizon, row-major: milliseconds since 1970, wall clock taken as UTC. */
  times: z.custom<Float64Array>((value) => value instanceof Float64Array),
  /** With the levels of the experiment. */
  forecast: plain<Forecast>(),
  /** Contributions to the forecasts, where they were asked for; null where no member can explain itself. */
  explanations: z.unknown().optional(),
  covariates: plain<readonly CovariateValue[]>().optional(),
});

export type PredictionOutput = z.output<typeof predictionOutputSchema>;

/** What a prediction process is asked: a forecast with the model in `directory`. */
export const predictionContract = {
  predict: { input: plain<{ readonly directory: string } & PredictionInput>(), output: predictionOutputSchema },
};
