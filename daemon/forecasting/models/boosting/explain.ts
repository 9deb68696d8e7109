import { pickRows } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import { factorsOf } from "../../features/spec.ts";
import type { Panel } from "../../panel/panel.ts";
import type { Attribution, AttributionRequest, Interactions } from "../forecaster.ts";
import { gridQuantile } from "../intervals.ts";
import {
  explainedValues,
  historyFactor,
  type ScaledContributions,
  scaledAttribution,
  withSpread,
} from "../scaled-attribution.ts";
import { boosterContributions, boosterInteractions } from "./attribute.ts";
import { predict, windowRows } from "./predict.ts";
import { byStage, errorSizes, levelTrees, neighbours, orderedLevels } from "./spread.ts";
import type { ErrorModel, Stage, State } from "./state.ts";
import { meanFactor, outerContributions, outerSlopes } from "./target-scale.ts";

/** Exact contributions of every factor to the forecasts of a window, or to one of their quantiles. */
export async function attributeWindow(state: State, panel: Panel, request: AttributionRequest): Promise<Attribution> {
  const forecast = await predict(state, panel, request);
  const { matrix } = await windowRows(state, panel, request.series, request);
  const names = factorsOf(state.plan.features, request.lags);
  const { horizon, level } = request;
  const contributions =
    level === undefined
      ? windowContributions(stagesOf(state), matrix, horizon, names)
      : quantileContributions(state, matrix, horizon, names, level);
  const factors = Float64Array.from({ length: matrix.rows }, (_, row) =>
    level === undefined ? meanFactor(state, matrix, row, horizon) : 1,
  );
  const shift = level === undefined ? state.shift : 0;
  const start = contributions.start.map((value) => value + shift);
  const outer = outerContributions(state, matrix, { ...contributions, start }, factors);
  return scaledAttribution(panel, outer.matrix, outer.contributions, explainedValues(forecast, request), request);
}

/** Contributions to the scaled quantiles of a window: by the trees of that level, or by those of the mean and of the error's size. */
function quantileContributions(
  state: State,
  matrix: FeatureMatrix,
  horizon: number,
  names: readonly string[],
  level: number,
): ScaledContributions {
  const { error } = state;
  if (error !== undefined) {
    const mean = windowContributions(stagesOf(state), matrix, horizon, names);
    return withSpread(mean, gridQuantile(error.quantiles, level), spread(error, matrix, horizon, names));
  }
  const trees = levelTrees(state);
  const { order } = orderedLevels(trees, matrix, horizon);
  const parts = neighbours(trees, level);
  const shares = trees.map((_, index) =>
    Float64Array.from({ length: matrix.rows }, (_, row) =>
      parts.reduce((sum, { rank, share }) => sum + (order[row * trees.length + rank] === index ? share : 0), 0),
    ),
  );
  const used = trees.flatMap(({ stages }, index) =>
    shares[index]!.some((share) => share > 0)
      ? [{ share: shares[index]!, ...windowContributions(stages, matrix, horizon, names) }]
      : [],
  );
  const { factors } = used[0]!;
  const values = new Float64Array(matrix.rows * factors.length);
  const start = new Float64Array(matrix.rows);
  for (const { share, ...each } of used) {
    each.values.forEach((value, at) => {
      values[at]! += share[Math.floor(at / factors.length)]! * value;
    });
    each.start.forEach((value, row) => {
      start[row]! += share[row]! * value;
    });
  }
  return { factors, values, start };
}

/** Contributions to the scaled forecasts of a window, stage by stage. */
function windowContributions(
  stages: readonly Stage[],
  matrix: FeatureMatrix,
  horizon: number,
  names: readonly string[],
): ScaledContributions {
  const parts = byStage(stages, matrix.rows, horizon).map((stage) => ({
    rows: stage.rows,
    ...boosterContributions(stage.booster, pickRows(matrix, stage.rows), names),
  }));
  const { factors } = parts[0]!;
  const values = new Float64Array(matrix.rows * factors.length);
  const start = new Float64Array(matrix.rows);
  for (const part of parts) {
    part.rows.forEach((row, i) => {
      values.set(part.values.subarray(i * factors.length, (i + 1) * factors.length), row * factors.length);
      start[row] = part.start[i]!;
    });
  }
  return { factors, values, start };
}

/** Contributions to the expected size of the error, where trees predict it. */
function spread(error: ErrorModel, matrix: FeatureMatrix, horizon: number, names: readonly string[]) {
  const { size } = error;
  return size === undefined ? { start: errorSizes(error, matrix, horizon) } : boosterContributions(size, matrix, names);
}

function stagesOf(state: State): readonly Stage[] {
  return state.recursive ? state.stages.slice(0, 1) : state.stages;
}

/** Mean size of the interaction of every pair of factors in the forecasts of a window, in units of the target. */
export async function windowInteractions(
  state: State,
  panel: Panel,
  request: AttributionRequest,
): Promise<Interactions> {
  const { matrix, scaled } = await windowRows(state, panel, request.series, request);
  const slopes = outerSlopes(state, matrix, scaled);
  const names = factorsOf(state.plan.features, request.lags);
  const factors = [...new Set([historyFactor, ...names])];
  const meanAbs = new Float64Array(factors.length ** 2);
  for (const { booster, rows } of byStage(stagesOf(state), matrix.rows, request.horizon)) {
    const values = boosterInteractions(booster, pickRows(matrix, rows), names);
    values.forEach((value, at) => {
      const row = rows[Math.floor(at / meanAbs.length)]!;
      // Both orders of a pair are one interaction of twice the size.
      meanAbs[at % meanAbs.length]! += (2 * Math.abs(value) * slopes[row]!) / matrix.rows;
    });
  }
  for (let factor = 0; factor < factors.length; factor++) meanAbs[factor * (factors.length + 1)] = 0;
  return { factors, meanAbs };
}
