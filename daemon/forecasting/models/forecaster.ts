import type { z } from "zod";
import type { Device } from "../../../protocol/devices.ts";
import type { AlmanacError } from "../../../protocol/errors.ts";
import type { Panel } from "../panel/panel.ts";
import type { Forecast } from "./forecast.ts";
import type { SearchRole } from "./search-role.ts";

export type ModelFamily = "baseline" | "statistical" | "intermittent" | "linear" | "boosting" | "neural";

export type { Device };

/** What a model can use and needs. Data, not code: the search, the docs, the editor and the tests read it. */
export interface Capabilities {
  /** One model a series, or one for the whole panel. */
  readonly scope: "local" | "global";
  readonly known: boolean;
  readonly observed: boolean;
  readonly static: boolean;
  /** Copes with missing target values by itself; otherwise they are interpolated before it sees them. */
  readonly missing: boolean;
  /** Can be held to rise or fall with a known covariate, by an option `monotone` of 1 or −1 a column. */
  readonly monotone?: boolean;
  /** Shortest history it fits, in steps, given the longest season it would use. */
  readonly minimumLength: (season: number) => number;
  readonly devices: readonly Device[];
  /** A fit that its deadline stops half way is nearly as good: trees are added and networks trained step by step. */
  readonly anytime: boolean;
  readonly search: SearchRole;
}

/** Where a fit keeps its state, so that it goes on from there after its process was killed. */
export interface Checkpoint {
  /** What was saved last; undefined where nothing was, or where it is damaged. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces what was saved before: wholly or, where there is no room, not at all. */
  save(state: Uint8Array): Promise<void>;
  /** Shortest time between two saves, in milliseconds; 0: every state is saved, however long a save takes. */
  readonly intervalMs: number;
}

/**
 * What a fit is given beside the panel and the model's own options: the settings that all models of a run share, and what ties
 * the fit to the run (signal, deadline, progress, checkpoint).
 */
export interface FitContext {
  readonly horizon: number;
  readonly gap: number;
  /** Quantile levels to forecast, ascending. */
  readonly levels: readonly number[];
  /** Candidate season lengths in steps, shortest first; empty where the data have none. */
  readonly seasons: readonly number[];
  readonly seed: number;
  readonly device: Device;
  /**
   * The fastest of several devices for training a model: by a short `trial` (seconds a step) on each, remembered under `model`, which
   * names all that the speed depends on. Left out where there is no choice: `device` it is.
   */
  readonly chooseDevice?: (model: string, trial: (device: Device) => Promise<number>) => Promise<Device>;
  /** CPU threads this fit may use. */
  readonly threads: number;
  readonly bounds: {
    readonly minimum?: number | undefined;
    readonly maximum?: number | undefined;
    readonly integer?: boolean | undefined;
  };
  /** Aborts within a second. Aborting rejects with the signal's reason; it is not an error. */
  readonly signal: AbortSignal;
  /** Moment (performance.now() milliseconds) by which the fit should have ended with its best so far. */
  readonly deadline: number;
  /** Fraction done from 0 to 1, with the training loss where there is one. */
  readonly onProgress: (fraction: number, loss?: number) => void;
  /** For fits that take long; a fit that does not use it starts again. */
  readonly checkpoint?: Checkpoint;
}

/** What a prediction is given beside the panel; `panel.futureSteps` is gap + horizon. */
export type PredictContext = Pick<
  FitContext,
  "horizon" | "gap" | "levels" | "bounds" | "signal" | "device" | "threads"
>;

/** A fitted model as plain data: JSON and named files (ONNX graphs, arrays). */
export interface SavedForecaster {
  readonly model: string;
  readonly state: unknown;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Additive explanation of mean forecasts: baseline + sum of contributions = prediction, for each series and step.
 */
export interface Attribution {
  readonly factors: readonly string[];
  /** Indices of the explained series in the panel. */
  readonly series: readonly number[];
  readonly horizon: number;
  /** explained series × horizon. */
  readonly baseline: Float64Array;
  /** explained series × horizon × factors. */
  readonly contributions: Float64Array;
  /** Whether the values are exact or sampled. */
  readonly exact: boolean;
  /** Standard error of each contribution, same shape, where sampled. */
  readonly standardError?: Float64Array;
}

/** Shapley interaction values (Grabisch & Roubens 1999) in size: what pairs of factors do beyond what each does alone. */
export interface Interactions {
  readonly factors: readonly string[];
  /** factors × factors, symmetric with an empty diagonal: mean |interaction| over the explained forecasts, both orders together. */
  readonly meanAbs: Float64Array;
}

/** What of a forecast is explained, and how finely. */
export interface AttributionDetail {
  /** Quantile that is explained instead of the mean: one of the forecast's levels. */
  readonly level?: number | undefined;
  /** One factor a lag where the model has lags, instead of the whole history as one. */
  readonly lags?: boolean | undefined;
}

export interface AttributionRequest extends PredictContext, AttributionDetail {
  /** Series to explain. */
  readonly series: readonly number[];
  /** Background samples or coalitions of a sampled method. */
  readonly samples: number;
  readonly seed: number;
}

/** A trained model. */
export interface FittedForecaster {
  /** Forecasts every series of `panel`, which may hold newer history than the one it was trained on. */
  predict(panel: Panel, context: PredictContext): Promise<Forecast>;
  save(): SavedForecaster;
  /** Contributions of every factor to the mean forecast, where the model has its own exact or sampled method. */
  attribute?(panel: Panel, request: AttributionRequest): Promise<Attribution>;
  /** Strength of every pair of factors' interaction in the mean forecasts, where the model can tell. */
  interactions?(panel: Panel, request: AttributionRequest): Promise<Interactions>;
  /** The same model with what it needs at every call held open until `close`, where opening it takes time. */
  open?(context: Pick<PredictContext, "device" | "threads">): Promise<FittedForecaster>;
  /** Lets go of what is held open. */
  close?(): Promise<void>;
  /** What the fit found out that a reader may want: chosen form, rounds. */
  readonly notes?: readonly string[];
  /** What went wrong and was got over, such as a GPU that failed. */
  readonly warnings?: readonly string[];
  /** Where it was trained; the CPU when left out. */
  readonly device?: Device;
  /** Known covariates move its forecasts although its kind does not use them. */
  readonly movedByKnown?: boolean;
}

/** A kind of model: its declared capabilities and how to fit one. */
export interface Forecaster<Options = unknown> {
  /** Name in the experiment file, kebab case. */
  readonly name: string;
  readonly title: string;
  /** One line for completion and the docs' model table. */
  readonly summary: string;
  readonly paper: { readonly citation: string; readonly url?: string };
  readonly family: ModelFamily;
  readonly capabilities: Capabilities;
  /** Options are hyperparameters, of this model alone, with defaults: parsing `{}` succeeds. */
  readonly options: z.ZodType<Options>;
  /** Values of hyperparameters, by name, that a long search tries beside the defaults. */
  readonly tuning?: Readonly<Record<string, readonly unknown[]>>;
  /** Why hyperparameters do not go with the values of the target, where that is so: a search leaves them out, a fit throws it. */
  unsuited?(target: Float64Array, options: Options): AlmanacError | undefined;
  /** Fits on the panel's past. Rejects with an AlmanacError worded for the user where the data do not allow it. */
  fit(panel: Panel, options: Options, context: FitContext): Promise<FittedForecaster>;
  load(saved: SavedForecaster): Promise<FittedForecaster>;
  /** Models of single series: one model of several that were fitted on other series each. */
  join?(parts: readonly SavedForecaster[]): SavedForecaster;
}
