import type { Panel } from "../../data/panel.ts";
import { pickRows } from "../../features/dataset.ts";
import type { FeatureMatrix } from "../../features/matrix.ts";
import { factorsOf } from "../../features/spec.ts";
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
import { byStage, errorSizes, predict, windowRows } from "./predict.ts";
import type { Stage, State } from "./state.ts";

/** Exact contributions of every factor to the forecasts of a window, or to one of their quantiles. */
export async function attributeWindow(state: State, panel: Panel, request: AttributionRequest): Promise<Attribution> {
  const forecast = await predict(state, panel, request);
  const { matrix } = await windowRows(state, panel, request.series, request);
  const names = factorsOf(state.plan.features, request.lags);
  const mean = windowContributions(state, matrix, request.horizon, names);
  const contributions =
    request.level === undefined
      ? mean
      : withSpread(
          mean,
          gridQuantile(state.error.quantiles, request.level),
          spread(state, matrix, request.horizon, names),
        );
  return scaledAttribution(panel, matrix, contributions, explainedValues(forecast, request), request);
}

/** Contributions to the scaled forecasts of a window, stage by stage. */
function windowContributions(
  state: State,
  matrix: FeatureMatrix,
  horizon: number,
  names: readonly string[],
): ScaledContributions {
  const parts = stagesOf(state, matrix, horizon).map((stage) => ({
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
function spread(state: State, matrix: FeatureMatrix, horizon: number, names: readonly string[]) {
  const { size } = state.error;
  return size === undefined
    ? { start: errorSizes(state.error, matrix, horizon) }
    : boosterContributions(size, matrix, names);
}

function stagesOf(state: State, matrix: FeatureMatrix, horizon: number): (Stage & { rows: Int32Array })[] {
  return byStage(state.recursive ? state.stages.slice(0, 1) : state.stages, matrix.rows, horizon);
}

/** Mean size of the interaction of every pair of factors in the forecasts of a window, in units of the target. */
export async function windowInteractions(
  state: State,
  panel: Panel,
  request: AttributionRequest,
): Promise<Interactions> {
  const { matrix } = await windowRows(state, panel, request.series, request);
  const names = factorsOf(state.plan.features, request.lags);
  const factors = [...new Set([historyFactor, ...names])];
  const meanAbs = new Float64Array(factors.length ** 2);
  for (const { booster, rows } of stagesOf(state, matrix, request.horizon)) {
    const values = boosterInteractions(booster, pickRows(matrix, rows), names);
    values.forEach((value, at) => {
      const row = rows[Math.floor(at / meanAbs.length)]!;
      // Both orders of a pair are one interaction of twice the size.
      meanAbs[at % meanAbs.length]! += (2 * Math.abs(value) * matrix.scale[row]!) / matrix.rows;
    });
  }
  for (let factor = 0; factor < factors.length; factor++) meanAbs[factor * (factors.length + 1)] = 0;
  return { factors, meanAbs };
}
