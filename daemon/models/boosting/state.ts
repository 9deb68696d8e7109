import { z } from "zod";
import { type FeaturePlan, featurePlan } from "../../features/plan.ts";
import type { SavedForecaster } from "../forecaster.ts";
import { type Booster, loadBooster, type SavedBooster, saveBooster } from "./booster.ts";
import { boosterToOnnx } from "./onnx.ts";

/** How far actual values lie from the mean forecast: a model of the size of the error and quantiles of error ÷ size. */
export interface ErrorModel {
  /** Predicts the mean absolute error of a row; undefined where there were too few rows to learn it. */
  readonly size: Booster | undefined;
  /** Error size by step ahead where there is no booster; a single one holds for every step. */
  readonly steps: readonly number[];
  /** Quantiles of error ÷ size at evenly spaced levels. */
  readonly quantiles: readonly number[];
}

/** Trees for the steps after those of the stage before, up to and including `until`. */
export interface Stage {
  readonly until: number;
  readonly booster: Booster;
}

/** A fitted model's state in memory. */
export interface State {
  readonly plan: FeaturePlan;
  /** Forecasts of earlier steps are the lags of later ones; the plan then is one for a single step ahead. */
  readonly recursive: boolean;
  /** One stage for all steps, or several. */
  readonly stages: readonly Stage[];
  readonly error: ErrorModel;
  /** Smallest value a forecast may take: 0 where no value of the past was negative. */
  readonly floor: number | undefined;
  readonly notes: readonly string[];
}

const savedBooster = z.custom<SavedBooster>((value) => typeof value === "object" && value !== null && "trees" in value);

const savedState = z.object({
  plan: featurePlan,
  recursive: z.boolean(),
  stages: z.array(z.object({ until: z.int(), booster: savedBooster })),
  error: z.object({ size: savedBooster.optional(), steps: z.array(z.number()), quantiles: z.array(z.number()) }),
  floor: z.number().optional(),
  notes: z.array(z.string()),
});

/** Plain data of a state, and each stage's trees as an ONNX model. */
export function saveState(state: State): SavedForecaster {
  const { size, steps, quantiles } = state.error;
  const saved: z.infer<typeof savedState> = {
    plan: state.plan,
    recursive: state.recursive,
    stages: state.stages.map(({ until, booster }) => ({ until, booster: saveBooster(booster) })),
    error: { ...(size === undefined ? {} : { size: saveBooster(size) }), steps: [...steps], quantiles: [...quantiles] },
    ...(state.floor === undefined ? {} : { floor: state.floor }),
    notes: [...state.notes],
  };
  const name = (stage: number): string => (state.stages.length === 1 ? "boosting.onnx" : `boosting-${stage + 1}.onnx`);
  const files = state.stages.map(({ booster }, stage) => [name(stage), boosterToOnnx(booster)] as const);
  return { model: "boosting", state: saved, files: Object.fromEntries(files) };
}

/** Reverses `saveState`. */
export function loadState(saved: SavedForecaster): State {
  const { stages, error, floor, ...rest } = savedState.parse(saved.state);
  return {
    ...rest,
    stages: stages.map(({ until, booster }) => ({ until, booster: loadBooster(booster) })),
    error: { ...error, size: error.size && loadBooster(error.size) },
    floor,
  };
}
