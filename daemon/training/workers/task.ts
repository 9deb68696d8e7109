import { z } from "zod";
import type { FoldPlan } from "../../forecasting/evaluation/fold.ts";
import type { Forecast } from "../../forecasting/models/forecast.ts";
import type { Attribution, Device, FitContext, Interactions } from "../../forecasting/models/forecaster.ts";
import { plain } from "./processes/contract.ts";

/** Settings of a fit that are plain data and so can travel to a worker. */
export type FitSettings = Omit<FitContext, "signal" | "deadline" | "onProgress" | "checkpoint" | "chooseDevice">;

/** Fit on the panel as it stood at one origin (or at the end), and forecast what follows. */
export interface FitTask {
  readonly kind: "fit";
  /** Path of the panel's snapshot. */
  readonly snapshot: string;
  readonly model: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Origin counted back from the latest; `final` fits on the whole history. */
  readonly origin: number | "final";
  /** Newer origins that the fitted model forecasts from as well. */
  readonly later: readonly number[];
  readonly plan: FoldPlan;
  /** Rows of the fold's panel to work on, [from, to), as far as it has them. */
  readonly rows: readonly [number, number];
  readonly settings: FitSettings;
  /** Devices that a neural model may choose from by a trial. */
  readonly devices: readonly Device[];
  /** Seconds the fit may take. */
  readonly seconds: number;
  /** Folder the fitted model is saved in; not saved when left out. */
  readonly saveTo?: string;
  /** Where the fit keeps its state until it ends: another attempt at the same key goes on from there. */
  readonly checkpoint: { readonly folder: string; readonly key: string; readonly intervalMs: number };
}

/** Forecast with a saved model. */
export interface PredictTask {
  readonly kind: "predict";
  readonly snapshot: string;
  readonly directory: string;
  readonly settings: FitSettings;
}

/** Contributions of the factors to the forecasts of a saved model. */
export interface AttributeTask {
  readonly kind: "attribute";
  readonly snapshot: string;
  readonly directory: string;
  readonly settings: FitSettings;
  /** Series of the panel to explain. */
  readonly series: readonly number[];
  readonly samples: number;
}

/** Strength of every pair of factors' interaction in the forecasts of a saved model. */
export interface InteractTask extends Omit<AttributeTask, "kind"> {
  readonly kind: "interact";
}

/** Fit at the latest origin and forecast what follows: as it is, then with one covariate shuffled at a time. */
export interface PermuteTask extends Pick<FitTask, "snapshot" | "model" | "options" | "plan" | "settings" | "seconds"> {
  readonly kind: "permute";
  /** Rows of the fold's panel that are forecast. */
  readonly rows: readonly number[];
  readonly factors: readonly string[];
  readonly repeats: number;
}

export type Task = FitTask | PredictTask | AttributeTask | InteractTask | PermuteTask;

export interface FitResult {
  readonly forecast: Forecast;
  /** Forecasts from the task's later origins. */
  readonly later: readonly Forecast[];
  readonly fitSeconds: number;
  readonly predictSeconds: number;
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** Where the model was trained. */
  readonly device: Device;
}

export interface TaskResults {
  readonly fit: FitResult;
  readonly predict: { readonly forecast: Forecast };
  /** `attribution` is missing where the model cannot explain itself. */
  readonly attribute: { readonly attribution?: Attribution };
  /** `interactions` is missing where the model cannot tell. */
  readonly interact: { readonly interactions?: Interactions };
  /** The plain forecast, then one a factor for each repeat that there was time for. */
  readonly permute: { readonly forecasts: readonly Forecast[] };
}

/** What a worker is asked. */
export const workerContract = {
  task: {
    input: plain<Task>(),
    output: plain<TaskResults[Task["kind"]]>(),
    /** How much of a fit is done, from 0 to 1, and the loss where there is one. */
    news: z.object({ fraction: z.number(), loss: z.number().optional() }),
  },
};
