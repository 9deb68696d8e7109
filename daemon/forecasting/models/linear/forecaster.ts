import { z } from "zod";
import { DataError } from "../../../../protocol/errors.ts";
import { buildDataset } from "../../features/dataset.ts";
import { featureMatrix } from "../../features/matrix.ts";
import { type FeaturePlan, featurePlan } from "../../features/plan.ts";
import { forecastRows } from "../../features/rows.ts";
import { longestPast } from "../../features/series-view.ts";
import { type Panel, seriesCount } from "../../panel/panel.ts";
import { applyBounds } from "../bounds.ts";
import { emptyForecast, type Forecast, meanOf, pointOf, quantileOf } from "../forecast.ts";
import type { FitContext, FittedForecaster, Forecaster, PredictContext, SavedForecaster } from "../forecaster.ts";
import { gridQuantile, quantileGrid } from "../intervals.ts";
import { meanShift } from "../mean-shift.ts";
import {
  explainedValues,
  historyFactor,
  type ScaledContributions,
  scaledAttribution,
  withSpread,
} from "../scaled-attribution.ts";
import { stepSizes } from "../step-sizes.ts";
import { type Design, type DesignColumn, designColumns, designFactors, designOf } from "./design.ts";
import { fitLinear, linearPredictions } from "./fit.ts";
import { linearToOnnx } from "./onnx.ts";
import { type LinearOptions, linearOptions } from "./options.ts";

interface State {
  readonly plan: FeaturePlan;
  readonly columns: readonly DesignColumn[];
  readonly intercept: number;
  readonly coefficients: Float64Array;
  /** What makes means of its forecasts, in units of the scaled target. */
  readonly shift: number;
  /** Mean absolute error by step ahead, and quantiles of error ÷ that. */
  readonly sizes: readonly number[];
  readonly quantiles: readonly number[];
  /** Smallest value a forecast may take: 0 where no value of the past was negative. */
  readonly floor: number | undefined;
  readonly notes: readonly string[];
}

/** Ridge regression or elastic net on the features of the boosted trees. */
export const linear: Forecaster<LinearOptions> = {
  name: "linear",
  title: "Linear regression",
  summary: "Ridge or elastic net over lags, seasons, calendar and covariates of all series together.",
  paper: {
    citation: "Hoerl & Kennard (1970), Ridge Regression, Technometrics 12(1); Zou & Hastie (2005), elastic net",
    url: "https://doi.org/10.1080/00401706.1970.10488634",
  },
  family: "linear",
  capabilities: {
    scope: "global",
    known: true,
    observed: true,
    static: true,
    missing: true,
    minimumLength: () => 8,
    devices: ["cpu"],
    anytime: false,
    search: { baseline: false, intermittentOnly: false, effort: 1, turn: "factors", preset: "fast" },
  },
  options: linearOptions,
  tuning: { centre: ["level", "season", "none"], share: [0, 0.5, 1] },
  fit: async (panel, options, context) => fittedModel(await train(panel, options, context)),
  load: async (saved) => fittedModel(loadState(saved)),
};

const fewestRows = 10;

async function train(panel: Panel, options: LinearOptions, context: FitContext): Promise<State> {
  const longest = longestPast(panel);
  const seasons = context.seasons.filter((length) => longest >= 3 * length);
  const dataset = await buildDataset(panel, {
    horizon: context.horizon,
    gap: context.gap,
    seasons: context.seasons,
    scaling: {
      centre: options.centre,
      unit: "change",
      window: Math.max(seasons[0] ?? 1, 4),
      season: seasons.at(-1) ?? 1,
    },
    fourier: true,
    limit: options.rows,
    seed: context.seed,
    signal: context.signal,
  });
  if (dataset.rows.count < fewestRows) {
    throw new DataError(`linear cannot learn from series of at most ${longest} steps.`, {
      code: "too-short",
      fix: "Give it more history, or use a model of single series such as naive or window-average.",
    });
  }
  context.onProgress(0.3);
  const { plan, matrix, rows } = dataset;
  const columns = designColumns(plan, matrix);
  const { values } = designOf(plan, columns, matrix);
  const split = dataset.train.length >= fewestRows && dataset.valid.length >= fewestRows;
  const all = Int32Array.from({ length: rows.count }, (_, row) => row);
  const train = split ? dataset.train : all;
  const valid = split ? dataset.valid : new Int32Array(0);
  const fit = await fitLinear(
    { values, width: columns.length, target: matrix.target, train, valid },
    options,
    context.signal,
  );
  const steps = Int32Array.from(split ? valid : train, (row) => rows.target[row]! - rows.origin[row]! - context.gap);
  const sizes = stepSizes(fit.errors, steps, context.horizon);
  const floor = panel.target.every((value) => !(value < 0)) ? 0 : undefined;
  const predicted = linearPredictions(values, fit.coefficients, fit.intercept, all);
  context.onProgress(1);
  return {
    plan,
    columns,
    intercept: fit.intercept,
    coefficients: fit.coefficients,
    shift: meanShift({ ...matrix, predicted }, floor),
    sizes,
    quantiles: quantileGrid(fit.errors.map((error, i) => error / sizes[steps[i]! - 1]!)),
    floor,
    notes: [
      `${columns.length} inputs on ${rows.count} rows, penalty ${fit.penalty}, share ${options.share}.`,
      ...plan.dropped.map(({ name, reason }) => `Left out ${name}: ${reason}.`),
    ],
  };
}

function fittedModel(state: State): FittedForecaster {
  return {
    predict: async (panel, context) => (await predict(state, panel, context)).forecast,
    save: () => saveState(state),
    async attribute(panel, request) {
      const { forecast } = await predict(state, panel, request);
      const rows = forecastRows(panel, request.series, request.gap, request.horizon);
      const matrix = await featureMatrix(panel, state.plan, rows, { training: false, signal: request.signal });
      const mean = contributionsOf(state, designOf(state.plan, state.columns, matrix), request.lags);
      const { level, horizon } = request;
      const contributions =
        level === undefined
          ? { ...mean, start: mean.start.map((value) => value + state.shift) }
          : withSpread(mean, gridQuantile(state.quantiles, level), { start: sizesOf(state, matrix.rows, horizon) });
      return scaledAttribution(panel, matrix, contributions, explainedValues(forecast, request), request);
    },
    notes: state.notes,
  };
}

/** Expected size of the error of each row of series × horizon, in units of the scaled target. */
function sizesOf({ sizes }: State, rows: number, horizon: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => sizes[Math.min(row % horizon, sizes.length - 1)]!);
}

/** Coefficient × standardised input, summed by factor: exact, and Shapley's values where inputs are independent. */
function contributionsOf(state: State, design: Design, lags?: boolean): ScaledContributions {
  const names = designFactors(state.plan, state.columns, lags);
  const factors = [...new Set([historyFactor, ...names])];
  const group = names.map((name) => factors.indexOf(name));
  const width = names.length;
  const values = new Float64Array(design.rows * factors.length);
  for (let row = 0; row < design.rows; row++) {
    for (let i = 0; i < width; i++) {
      values[row * factors.length + group[i]!]! += state.coefficients[i]! * design.values[row * width + i]!;
    }
  }
  return { factors, values, start: new Float64Array(design.rows).fill(state.intercept) };
}

/** Rows that are predicted at a time: what their features take stays small with any number of series. */
const chunkRows = 100_000;

async function predict(state: State, panel: Panel, context: PredictContext): Promise<{ forecast: Forecast }> {
  const { horizon, levels } = context;
  const count = seriesCount(panel);
  const offsets = levels.map((level) => gridQuantile(state.quantiles, level));
  const forecast = emptyForecast(count, horizon, levels);
  const floor = state.floor ?? Number.NEGATIVE_INFINITY;
  const chunk = Math.max(1, Math.floor(chunkRows / horizon));
  for (let from = 0; from < count; from += chunk) {
    const series = Array.from({ length: Math.min(chunk, count - from) }, (_, index) => from + index);
    const rows = forecastRows(panel, series, context.gap, horizon);
    const matrix = await featureMatrix(panel, state.plan, rows, { training: false, signal: context.signal });
    const { values } = designOf(state.plan, state.columns, matrix);
    const centres = linearPredictions(values, state.coefficients, state.intercept, new Array(rows.count).keys());
    for (let row = 0; row < rows.count; row++) {
      const index = rows.series[row]!;
      const step = row % horizon;
      const natural = (value: number): number => Math.max(floor, matrix.centre[row]! + matrix.scale[row]! * value);
      const size = state.sizes[Math.min(step, state.sizes.length - 1)]!;
      meanOf(forecast, index)[step] = natural(centres[row]! + state.shift);
      pointOf(forecast, index)[step] = natural(centres[row]!);
      offsets.forEach((offset, level) => {
        quantileOf(forecast, index, level)[step] = natural(centres[row]! + offset * size);
      });
    }
  }
  return { forecast: applyBounds(forecast, context.bounds) };
}

const savedState = z.object({
  plan: featurePlan,
  columns: z.array(
    z.object({
      feature: z.int(),
      level: z.number().optional(),
      fading: z.boolean().optional(),
      mean: z.number(),
      deviation: z.number(),
    }),
  ),
  intercept: z.number(),
  coefficients: z.array(z.number()),
  shift: z.number().default(0),
  sizes: z.array(z.number()),
  quantiles: z.array(z.number()),
  floor: z.number().optional(),
  notes: z.array(z.string()),
});

function saveState(state: State): SavedForecaster {
  const { floor, ...rest } = state;
  const { features } = state.plan;
  const step = features.findIndex(({ kind }) => kind === "step");
  // A plan for a single step has no such feature; nothing fades then, and any column will do.
  const onnx = linearToOnnx(state.columns, state.coefficients, state.intercept, features.length, Math.max(0, step));
  const saved = { ...rest, coefficients: [...state.coefficients], floor };
  return { model: "linear", state: saved, files: { "linear.onnx": onnx } };
}

function loadState(saved: SavedForecaster): State {
  const { floor, columns, ...rest } = savedState.parse(saved.state);
  return {
    ...rest,
    // Absent keys stay absent, as in a fitted state.
    columns: columns.map((column) => column as DesignColumn),
    coefficients: Float64Array.from(rest.coefficients),
    floor,
  };
}
