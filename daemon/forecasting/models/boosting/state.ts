import { z } from "zod";
import { type FeaturePlan, featurePlan } from "../../features/plan.ts";
import type { SavedForecaster } from "../forecaster.ts";
import { type Booster, loadBooster, type SavedBooster, saveBooster } from "./booster.ts";
import { boosterToOnnx } from "./onnx.ts";
import type { Transform } from "./target-scale.ts";

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

/** Trees of one quantile. */
export interface LevelTrees {
  readonly level: number;
  readonly stages: readonly Stage[];
}

/** A fitted model's state in memory. */
export interface State {
  readonly plan: FeaturePlan;
  /** Forecasts of earlier steps are the lags of later ones; the plan then is one for a single step ahead. */
  readonly recursive: boolean;
  /** What is done to the target before the plan sees it. */
  readonly transform: Transform;
  /** One stage for all steps, or several. */
  readonly stages: readonly Stage[];
  /** How the quantiles lie around the point forecast; undefined where trees of their own predict them. */
  readonly error: ErrorModel | undefined;
  /** Trees of the quantiles but the median, which `stages` predict; empty where the errors' sizes give the quantiles. */
  readonly quantiles: readonly LevelTrees[];
  /** What makes means of the point forecasts, in units of the scaled target. */
  readonly shift: number;
  /** Smallest value a forecast may take: 0 where no value of the past was negative. */
  readonly floor: number | undefined;
  readonly notes: readonly string[];
}

const savedBooster = z.custom<SavedBooster>((value) => typeof value === "object" && value !== null && "trees" in value);

const savedStages = z.array(z.object({ until: z.int(), booster: savedBooster }));

const savedState = z.object({
  plan: featurePlan,
  recursive: z.boolean(),
  transform: z.enum(["none", "log"]).default("none"),
  stages: savedStages,
  error: z
    .object({ size: savedBooster.optional(), steps: z.array(z.number()), quantiles: z.array(z.number()) })
    .optional(),
  quantiles: z.array(z.object({ level: z.number(), stages: savedStages })).default([]),
  shift: z.number().default(0),
  floor: z.number().optional(),
  notes: z.array(z.string()),
});

/** Plain data of a state, and each stage's trees as an ONNX model. */
export function saveState(state: State): SavedForecaster {
  const { error, floor } = state;
  const saved: z.infer<typeof savedState> = {
    plan: state.plan,
    recursive: state.recursive,
    transform: state.transform,
    stages: saveStages(state.stages),
    ...(error === undefined ? {} : { error: saveError(error) }),
    quantiles: state.quantiles.map(({ level, stages }) => ({ level, stages: saveStages(stages) })),
    shift: state.shift,
    floor,
    notes: [...state.notes],
  };
  const models = [
    { name: "boosting", stages: state.stages },
    ...state.quantiles.map(({ level, stages }) => ({ name: `boosting-q${level}`, stages })),
  ];
  const files = models.flatMap(({ name, stages }) =>
    stages.map(({ booster }, stage) => {
      const file = stages.length === 1 ? `${name}.onnx` : `${name}-${stage + 1}.onnx`;
      return [file, boosterToOnnx(booster)] as const;
    }),
  );
  return { model: "boosting", state: saved, files: Object.fromEntries(files) };
}

function saveStages(stages: readonly Stage[]): z.infer<typeof savedStages> {
  return stages.map(({ until, booster }) => ({ until, booster: saveBooster(booster) }));
}

function loadStages(stages: z.infer<typeof savedStages>): Stage[] {
  return stages.map(({ until, booster }) => ({ until, booster: loadBooster(booster) }));
}

function saveError({ size, steps, quantiles }: ErrorModel) {
  return { ...(size === undefined ? {} : { size: saveBooster(size) }), steps: [...steps], quantiles: [...quantiles] };
}

/** Reverses `saveState`. */
export function loadState(saved: SavedForecaster): State {
  const { stages, error, quantiles, floor, ...rest } = savedState.parse(saved.state);
  return {
    ...rest,
    stages: loadStages(stages),
    error: error && { ...error, size: error.size && loadBooster(error.size) },
    quantiles: quantiles.map((each) => ({ level: each.level, stages: loadStages(each.stages) })),
    floor,
  };
}
