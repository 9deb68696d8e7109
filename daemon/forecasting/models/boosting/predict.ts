import { type FeatureMatrix, featureMatrix } from "../../features/matrix.ts";
import { forecastRows } from "../../features/rows.ts";
import { type Panel, rowsOf, seriesCount } from "../../panel/panel.ts";
import { applyBounds } from "../bounds.ts";
import { emptyForecast, type Forecast, meanOf, pointOf, quantileOf } from "../forecast.ts";
import type { PredictContext } from "../forecaster.ts";
import { predictTable } from "./booster.ts";
import { scaledQuantiles, stagePredictions } from "./spread.ts";
import type { State } from "./state.ts";
import { innerPanel, innerValue, meanFactor, outerValue } from "./target-scale.ts";

/** Rows of the forecast window, some series × horizon, and their scaled point forecasts. */
export interface WindowRows {
  readonly matrix: FeatureMatrix;
  readonly scaled: Float64Array;
}

/** Rows that are predicted at a time: what their features take stays small with any number of series. */
const chunkRows = 100_000;

/** Forecasts every series of a panel. */
export async function predict(state: State, panel: Panel, context: PredictContext): Promise<Forecast> {
  const { horizon, levels } = context;
  const count = seriesCount(panel);
  const forecast = emptyForecast(count, horizon, levels);
  const chunk = state.recursive ? count : Math.max(1, Math.floor(chunkRows / horizon));
  for (let from = 0; from < count; from += chunk) {
    const series = Array.from({ length: Math.min(chunk, count - from) }, (_, i) => from + i);
    const { matrix, scaled } = await windowRows(state, panel, series, context);
    const quantiles = scaledQuantiles(state, { matrix, scaled }, levels, horizon);
    for (let row = 0; row < matrix.rows; row++) {
      const index = series[Math.floor(row / horizon)]!;
      const step = row % horizon;
      const factor = meanFactor(state, matrix, row, horizon);
      meanOf(forecast, index)[step] = factor * outerValue(state, matrix, row, scaled[row]! + state.shift);
      pointOf(forecast, index)[step] = outerValue(state, matrix, row, scaled[row]!);
      quantiles.forEach((values, level) => {
        quantileOf(forecast, index, level)[step] = outerValue(state, matrix, row, values[row]!);
      });
    }
  }
  return applyBounds(forecast, context.bounds);
}

/** Features and scaled forecasts of the window of some series. */
export async function windowRows(
  state: State,
  panel: Panel,
  series: readonly number[],
  context: Pick<PredictContext, "horizon" | "gap" | "signal">,
): Promise<WindowRows> {
  const inner = innerPanel(panel, state.transform);
  if (state.recursive) return recursiveRows(state, inner, series, context);
  const rows = forecastRows(inner, series, context.gap, context.horizon);
  const matrix = await featureMatrix(inner, state.plan, rows, { training: false, signal: context.signal });
  return { matrix, scaled: stagePredictions(state.stages, matrix, context.horizon) };
}

/** One step after the other: each forecast becomes history for the next. `panel` is the inner one. */
async function recursiveRows(
  state: State,
  panel: Panel,
  series: readonly number[],
  { horizon, gap, signal }: Pick<PredictContext, "horizon" | "gap" | "signal">,
): Promise<WindowRows> {
  const { booster } = state.stages[0]!;
  const count = series.length * horizon;
  const matrix: FeatureMatrix = {
    rows: count,
    columns: state.plan.features.map(() => new Float32Array(count)),
    categorical: [],
    centre: new Float64Array(count),
    scale: new Float64Array(count),
    target: new Float64Array(count).fill(Number.NaN),
  };
  const scaled = new Float64Array(count);
  const target = panel.target.slice();
  for (let ahead = 0; ahead < gap + horizon; ahead++) {
    const history = panel.history.map((past) => past + ahead);
    const grown: Panel = { ...panel, target, history, futureSteps: panel.futureSteps - ahead };
    const step = await featureMatrix(grown, state.plan, forecastRows(grown, series, 0, 1), { training: false, signal });
    const predicted = predictTable(booster, step);
    series.forEach((index, position) => {
      const value = innerValue(step, position, predicted[position]!);
      const floored = state.transform === "none" ? Math.max(state.floor ?? Number.NEGATIVE_INFINITY, value) : value;
      target[rowsOf(grown, index).pastEnd] = floored;
      if (ahead < gap) return;
      const row = position * horizon + ahead - gap;
      copyRow(step, position, matrix, row);
      scaled[row] = predicted[position]!;
    });
    matrix.categorical.splice(0, matrix.categorical.length, ...step.categorical);
  }
  return { matrix, scaled };
}

function copyRow(from: FeatureMatrix, source: number, to: FeatureMatrix, row: number): void {
  from.columns.forEach((column, feature) => {
    to.columns[feature]![row] = column[source]!;
  });
  to.centre[row] = from.centre[source]!;
  to.scale[row] = from.scale[source]!;
}
