import { z } from "zod";
import { DataError } from "../../../protocol/errors.ts";
import { type Panel, seriesCount } from "../../data/panel.ts";
import { buildDataset, type Dataset, pickRows } from "../../features/dataset.ts";
import { type FeatureMatrix, featureMatrix } from "../../features/matrix.ts";
import { type FeaturePlan, featurePlan } from "../../features/plan.ts";
import { forecastRows } from "../../features/rows.ts";
import { factorOf } from "../../features/spec.ts";
import { applyBounds } from "../bounds.ts";
import { emptyForecast, meanOf, quantileOf } from "../forecast.ts";
import type { FitContext, FittedForecaster, Forecaster, PredictContext, SavedForecaster } from "../forecaster.ts";
import { gridQuantile, quantileGrid } from "../intervals.ts";
import { scaledAttribution } from "../scaled-attribution.ts";
import { boosterContributions } from "./attribute.ts";
import { type BoostControl, type BoostData, type BoostOptions, boost } from "./boost.ts";
import { type Booster, loadBooster, predictTable, type SavedBooster, saveBooster } from "./booster.ts";
import { chooseScaling, scalingCandidates } from "./choose-scaling.ts";
import type { ObjectiveName } from "./objective.ts";
import { boosterToOnnx } from "./onnx.ts";
import { type BoostingOptions, boostingOptions } from "./options.ts";

/** How far actual values lie from the mean forecast: a model of the size of the error and quantiles of error ÷ size. */
interface ErrorModel {
  /** Predicts the mean absolute error of a row; undefined where there were too few rows to learn it. */
  readonly size: Booster | undefined;
  /** Error size where there is no booster. */
  readonly constant: number;
  /** Quantiles of error ÷ size at evenly spaced levels. */
  readonly quantiles: readonly number[];
}

/** A fitted model's state in memory. */
interface State {
  readonly plan: FeaturePlan;
  readonly mean: Booster;
  readonly error: ErrorModel;
  /** Smallest value a forecast may take: 0 where no value of the past was negative. */
  readonly floor: number | undefined;
  readonly notes: readonly string[];
}

/** Gradient-boosted trees on features of all series together, one direct model for every step ahead. */
export const boosting: Forecaster<BoostingOptions> = {
  name: "boosting",
  title: "Boosted trees",
  summary: "Gradient-boosted trees over lags, seasons, calendar and covariates of all series together.",
  paper: {
    citation: "Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree, NeurIPS",
    url: "https://proceedings.neurips.cc/paper/2017/hash/6449f44a102fde848669bdd9eb6b76fa-Abstract.html",
  },
  family: "boosting",
  capabilities: {
    scope: "global",
    known: true,
    observed: true,
    static: true,
    missing: true,
    minimumLength: () => 8,
    devices: ["cpu"],
  },
  options: boostingOptions,
  async fit(panel, options, context) {
    return fittedModel(await train(panel, options, context));
  },
  load: async (saved) => fittedModel(loadState(saved)),
};

/** Rows below which nothing can be learnt. */
const fewestRows = 10;

async function train(panel: Panel, options: BoostingOptions, context: FitContext): Promise<State> {
  const started = performance.now();
  const request = {
    horizon: context.horizon,
    gap: context.gap,
    seasons: context.seasons,
    fourier: false,
    direct: new Set(Object.keys(options.monotone)),
    seed: context.seed,
    signal: context.signal,
  };
  const candidates = scalingCandidates(panel, options, context.seasons);
  const unconstrained = (width: number) => boostSettings(new Int8Array(width), options, context);
  const scaling = await chooseScaling(panel, candidates, request, unconstrained, context);
  const dataset = await buildDataset(panel, { ...request, scaling, limit: options.rows });
  if (dataset.rows.count < fewestRows) throw tooShort(panel);
  const settings = boostSettings(monotoneOf(dataset.plan, options), options, context);
  const budget = context.deadline - performance.now();
  const trainRows = dataset.train.length >= fewestRows ? dataset.train : allRows(dataset);
  const train = pickRows(dataset.matrix, trainRows);
  const valid =
    dataset.valid.length >= fewestRows && trainRows === dataset.train
      ? pickRows(dataset.matrix, dataset.valid)
      : undefined;
  const rounds = valid ? settings.rounds : Math.min(settings.rounds, 100);
  const first = await boost(
    boostData(train),
    valid && boostData(valid),
    { ...settings, rounds },
    control(context, performance.now() + budget * 0.6, (round, loss) =>
      context.onProgress((0.6 * round) / rounds, loss),
    ),
  );
  const spent = performance.now() - started;
  const error = await fitErrors(valid ?? train, first.booster, settings, context);
  const refit = valid !== undefined && !first.cut && context.deadline - performance.now() > 1.5 * spent;
  const mean = refit ? await refitAll(dataset, first.booster.trees.length, settings, context) : first.booster;
  return {
    plan: dataset.plan,
    mean,
    error,
    floor: panel.target.every((value) => !(value < 0)) ? 0 : undefined,
    notes: notesOf(dataset, mean, settings, first.cut),
  };
}

/** Trains again on all rows, the newest included, with the number of trees that did best on the held-out ones. */
async function refitAll(
  dataset: Dataset,
  trees: number,
  settings: BoostOptions,
  context: FitContext,
): Promise<Booster> {
  const rounds = Math.max(1, trees);
  const { booster } = await boost(
    boostData(dataset.matrix),
    undefined,
    { ...settings, rounds },
    control(context, context.deadline, (round) => context.onProgress(0.65 + (0.35 * round) / rounds)),
  );
  return booster;
}

function control(context: FitContext, deadline: number, onRound: BoostControl["onRound"]): BoostControl {
  return { signal: context.signal, deadline, ...(onRound === undefined ? {} : { onRound }) };
}

function boostData(matrix: FeatureMatrix): BoostData {
  return { table: matrix, target: matrix.target };
}

function allRows(dataset: Dataset): Int32Array {
  return Int32Array.from({ length: dataset.rows.count }, (_, row) => row);
}

function tooShort(panel: Panel): DataError {
  const longest = Math.max(0, ...panel.history);
  return new DataError(`boosting cannot learn from series of at most ${longest} steps.`, {
    code: "too-short",
    fix: "Give it more history, or use a model of single series such as naive or window-average.",
  });
}

/** Direction in which the forecast may move with each feature of a plan. */
function monotoneOf(plan: FeaturePlan, options: BoostingOptions): Int8Array {
  return Int8Array.from(plan.features, (spec) => {
    const follows = (spec.kind === "known" && spec.shift === 0) || spec.kind === "known change";
    return follows ? (options.monotone[spec.column] ?? 0) : 0;
  });
}

function boostSettings(monotone: Int8Array, options: BoostingOptions, context: FitContext): BoostOptions {
  return {
    objective: objectiveFor(options),
    rounds: options.rounds,
    learningRate: options.learningRate,
    leaves: options.leaves,
    depth: options.depth,
    minData: options.minData,
    minHessian: 1e-3,
    minGain: 0,
    l1: options.l1,
    l2: options.l2,
    categoryL2: 10,
    categorySmooth: 10,
    monotone,
    maxBins: options.maxBins,
    featureFraction: options.featureFraction,
    rowFraction: options.rowFraction,
    patience: options.patience,
    seed: context.seed,
    threads: context.threads,
  };
}

function objectiveFor({ objective, huber }: BoostingOptions): ObjectiveName {
  switch (objective) {
    case "auto":
    case "huber":
      return { kind: "huber", delta: huber };
    case "tweedie":
      return { kind: "tweedie", power: 1.3 };
    default:
      return { kind: objective };
  }
}

/** Errors on rows the model did not learn from; their size by a small booster, so that intervals widen where it errs more. */
async function fitErrors(
  matrix: FeatureMatrix,
  mean: Booster,
  settings: BoostOptions,
  context: FitContext,
): Promise<ErrorModel> {
  const predicted = predictTable(mean, matrix);
  const errors = matrix.target.map((value, row) => value - predicted[row]!);
  const sizes = errors.map(Math.abs);
  const constant = sizes.reduce((sum, size) => sum + size, 0) / sizes.length || 1e-9;
  if (matrix.rows < 200) return { size: undefined, constant, quantiles: quantileGrid(errors.map((e) => e / constant)) };
  const { booster } = await boost(
    { table: matrix, target: sizes },
    undefined,
    {
      ...settings,
      objective: { kind: "squared" },
      monotone: new Int8Array(settings.monotone.length),
      rounds: 40,
      learningRate: 0.08,
      leaves: 8,
      minData: Math.max(20, Math.ceil(matrix.rows / 50)),
      goss: { top: 1, other: 0 },
    },
    control(context, context.deadline, undefined),
  );
  const expected = errorSizes({ size: booster, constant, quantiles: [] }, matrix);
  return { size: booster, constant, quantiles: quantileGrid(errors.map((error, row) => error / expected[row]!)) };
}

function errorSizes(error: ErrorModel, matrix: FeatureMatrix): Float64Array {
  if (error.size === undefined) return new Float64Array(matrix.rows).fill(error.constant);
  return predictTable(error.size, matrix).map((size) => Math.max(size, 0.1 * error.constant));
}

function notesOf(dataset: Dataset, mean: Booster, settings: BoostOptions, cut: boolean): string[] {
  const { plan, rows } = dataset;
  const notes = [
    `${mean.trees.length} trees of up to ${settings.leaves} leaves on ${rows.count} rows of ${plan.features.length} features, ${settings.objective.kind} loss.`,
  ];
  const { centre, window, season } = plan.scaling;
  if (centre !== "none") {
    notes.push(
      `Learns differences from ${centre === "level" ? `the mean of the last ${window} steps` : `the value ${season} steps before`}.`,
    );
  }
  if (cut) notes.push("The time ended before the trees stopped improving.");
  for (const { name, reason } of plan.dropped) notes.push(`Left out ${name}: ${reason}.`);
  return notes;
}

function fittedModel(state: State): FittedForecaster {
  return {
    predict: (panel, context) => predict(state, panel, context),
    save: () => saveState(state),
    async attribute(panel, request) {
      const forecast = await predict(state, panel, request);
      const predictions = Float64Array.from(request.series.flatMap((series) => [...meanOf(forecast, series)]));
      const rows = forecastRows(panel, request.series, request.gap, request.horizon);
      const matrix = await featureMatrix(panel, state.plan, rows, { training: false, signal: request.signal });
      const contributions = boosterContributions(state.mean, matrix, state.plan.features.map(factorOf));
      return scaledAttribution(panel, matrix, contributions, predictions, request);
    },
    notes: state.notes,
  };
}

async function predict(state: State, panel: Panel, context: PredictContext) {
  const { horizon, levels } = context;
  const series = Array.from({ length: seriesCount(panel) }, (_, index) => index);
  const rows = forecastRows(panel, series, context.gap, horizon);
  const matrix = await featureMatrix(panel, state.plan, rows, { training: false, signal: context.signal });
  const means = predictTable(state.mean, matrix);
  const sizes = errorSizes(state.error, matrix);
  const offsets = levels.map((level) => gridQuantile(state.error.quantiles, level));
  const forecast = emptyForecast(series.length, horizon, levels);
  const restored = (row: number, value: number): number => {
    const natural = matrix.centre[row]! + matrix.scale[row]! * value;
    return state.floor === undefined ? natural : Math.max(state.floor, natural);
  };
  for (const index of series) {
    const mean = meanOf(forecast, index);
    for (let step = 0; step < horizon; step++) {
      const row = index * horizon + step;
      mean[step] = restored(row, means[row]!);
      offsets.forEach((offset, level) => {
        quantileOf(forecast, index, level)[step] = restored(row, means[row]! + offset * sizes[row]!);
      });
    }
  }
  return applyBounds(forecast, context.bounds);
}

const savedState = z.object({
  plan: featurePlan,
  mean: z.custom<SavedBooster>((value) => typeof value === "object"),
  error: z.object({
    size: z.custom<SavedBooster>((value) => typeof value === "object").optional(),
    constant: z.number(),
    quantiles: z.array(z.number()),
  }),
  floor: z.number().optional(),
  notes: z.array(z.string()),
});

function saveState(state: State): SavedForecaster {
  const { size, constant, quantiles } = state.error;
  const saved: z.infer<typeof savedState> = {
    plan: state.plan,
    mean: saveBooster(state.mean),
    error: { ...(size === undefined ? {} : { size: saveBooster(size) }), constant, quantiles: [...quantiles] },
    ...(state.floor === undefined ? {} : { floor: state.floor }),
    notes: [...state.notes],
  };
  return { model: "boosting", state: saved, files: { "boosting.onnx": boosterToOnnx(state.mean) } };
}

function loadState(saved: SavedForecaster): State {
  const { plan, mean, error, floor, notes } = savedState.parse(saved.state);
  return {
    plan,
    mean: loadBooster(mean),
    error: { ...error, size: error.size && loadBooster(error.size) },
    floor,
    notes,
  };
}
