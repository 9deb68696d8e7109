import { type Panel, pastOf } from "../../data/panel.ts";
import { type FeatureMatrix, featureMatrix } from "../../features/matrix.ts";
import type { FeaturePlan } from "../../features/plan.ts";
import { forecastRows } from "../../features/rows.ts";
import { factorOf } from "../../features/spec.ts";
import type { Attribution, AttributionRequest } from "../forecaster.ts";
import { binTable } from "./binning.ts";
import type { Booster } from "./booster.ts";
import { objectiveOf } from "./objective.ts";
import { treeShap } from "./tree-shap.ts";

/** Factor of what a series' own past contributes, its local level included. */
const history = "history";
/** Factor of what clipping to the bounds of the target changes; present only where it does. */
const bounds = "bounds";

/**
 * Exact contributions to the point forecasts by path-dependent TreeSHAP, features grouped by what they come from. The baseline
 * of a series is the mean of its past: what the local level adds to it belongs to its history.
 *
 * @param predictions final forecasts of the requested series, series × horizon
 */
export async function attributeForecast(
  panel: Panel,
  plan: FeaturePlan,
  booster: Booster,
  predictions: Float64Array,
  request: AttributionRequest,
): Promise<Attribution> {
  const { series, horizon } = request;
  const rows = forecastRows(panel, series, request.gap, horizon);
  const matrix = await featureMatrix(panel, plan, rows, { training: false, signal: request.signal });
  const names = plan.features.map(factorOf);
  const factors = [...new Set([history, ...names])];
  const shap = treeShap(
    booster.trees,
    booster.base,
    { matrix: binTable(matrix, booster.bins), rows: matrix.rows },
    { groups: Int32Array.from(names, (name) => factors.indexOf(name)), groupCount: factors.length },
  );
  const baseline = Float64Array.from({ length: matrix.rows }, (_, row) => {
    return pastMean(panel, series[Math.floor(row / horizon)]!, matrix.centre[row]!);
  });
  const { values, clipped } = onTargetScale(booster, matrix, shap, baseline, predictions);
  const explained = { series, horizon, baseline, exact: true } as const;
  if (clipped.every((value) => Math.abs(value) < 1e-12)) return { ...explained, factors, contributions: values };
  return { ...explained, factors: [...factors, bounds], contributions: withColumn(values, factors.length, clipped) };
}

function pastMean(panel: Panel, series: number, fallback: number): number {
  const values = pastOf(panel, panel.target, series).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? fallback : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Contributions in units of the target, and what is left to the final forecast. Factor 0 is the history. */
function onTargetScale(
  booster: Booster,
  matrix: FeatureMatrix,
  shap: { baseline: number; values: Float64Array },
  baseline: Float64Array,
  predictions: Float64Array,
): { values: Float64Array; clipped: Float64Array } {
  const { predict } = objectiveOf(booster.objective);
  const width = shap.values.length / matrix.rows;
  const values = new Float64Array(shap.values.length);
  const start = predict(shap.baseline);
  const clipped = baseline.map((base, row) => {
    const own = shap.values.subarray(row * width, (row + 1) * width);
    const moved = own.reduce((sum, value) => sum + value, 0);
    // A loss with a logarithmic link is additive in the logarithm: its parts share the change in proportion.
    const stretch = moved === 0 ? 0 : (predict(shap.baseline + moved) - start) / moved;
    const scale = matrix.scale[row]!;
    own.forEach((value, factor) => {
      values[row * width + factor] = value * stretch * scale;
    });
    values[row * width]! += matrix.centre[row]! + scale * start - base;
    const natural = matrix.centre[row]! + scale * predict(shap.baseline + moved);
    return predictions[row]! - natural;
  });
  return { values, clipped };
}

function withColumn(values: Float64Array, width: number, last: Float64Array): Float64Array {
  const wider = new Float64Array(last.length * (width + 1));
  last.forEach((value, row) => {
    wider.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
    wider[row * (width + 1) + width] = value;
  });
  return wider;
}
