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

export interface PredictionOutput {
  /** Series columns, the time column, `mean`, then the quantiles: as in forecast.csv. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Number of leading columns that name the series. */
  readonly keyColumns: number;
  readonly explanations?: unknown;
  readonly covariates?: readonly CovariateValue[];
}

export interface PredictionRequest {
  readonly id: number;
  /** Folder of the deployed model. */
  readonly directory: string;
  readonly input: PredictionInput;
}

export type PredictionReply =
  | { readonly id: number; readonly output: PredictionOutput }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly fix?: string; readonly expected: boolean };
    };
