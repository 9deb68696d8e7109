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

/** A question to the model in a folder. */
export interface ModelRequest<Input> {
  readonly id: number;
  /** Folder of the model. */
  readonly directory: string;
  readonly input: Input;
}

export type ModelReply<Output> =
  | { readonly id: number; readonly output: Output }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly fix?: string; readonly expected: boolean };
    };

export type PredictionRequest = ModelRequest<PredictionInput>;
export type PredictionReply = ModelReply<PredictionOutput>;
