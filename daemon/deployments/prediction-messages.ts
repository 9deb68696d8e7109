/** One value of a row: as the data file would have it. */
export type Cell = string | number | boolean | null;

export interface PredictionInput {
  /** Fresh history, and known covariates of the forecast window, by the experiment's column names. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly explain: boolean;
}

export interface PredictionOutput {
  /** Series columns, the time column, `mean`, then the quantiles: as in forecast.csv. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
  /** Number of leading columns that name the series. */
  readonly keyColumns: number;
  readonly explanations?: unknown;
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
