import type { FeatureMatrix } from "../features/matrix.ts";
import { type Panel, pastOf } from "../panel/panel.ts";
import { type Forecast, meanOf, quantileOf } from "./forecast.ts";
import type { Attribution, AttributionRequest } from "./forecaster.ts";

/** Factor of what a series' own past contributes, its local level included. */
export const historyFactor = "history";
/** Factor of how far an explained quantile lies from the mean, as far as no other factor moves that distance. */
export const intervalFactor = "interval";
/** Factor of what clipping to the bounds of the target changes; present only where it does. */
const boundsFactor = "bounds";

/** The values that are explained: means, or those of the asked quantile; requested series × horizon. */
export function explainedValues(forecast: Forecast, { series, level }: AttributionRequest): Float64Array {
  const index = level === undefined ? -1 : forecast.levels.findIndex((known) => Math.abs(known - level) < 1e-9);
  return Float64Array.from(
    series.flatMap((row) => [...(index < 0 ? meanOf(forecast, row) : quantileOf(forecast, row, index))]),
  );
}

/** Contributions to forecasts of scaled targets. */
export interface ScaledContributions {
  /** The first one is the history. */
  readonly factors: readonly string[];
  /** rows × factors, in units of the scaled target. */
  readonly values: Float64Array;
  /** Scaled forecast of each row without any factor. */
  readonly start: Float64Array;
}

/**
 * Contributions to a quantile: those to the mean, and `offset` times those to the expected size of the error. What the size is
 * without any factor becomes the factor `interval`.
 */
export function withSpread(
  mean: ScaledContributions,
  offset: number,
  size: { readonly start: Float64Array; readonly values?: Float64Array },
): ScaledContributions {
  const width = mean.factors.length;
  const wide = withColumn(
    mean.values,
    width,
    size.start.map((value) => offset * value),
  );
  size.values?.forEach((value, at) => {
    wide[Math.floor(at / width) * (width + 1) + (at % width)]! += offset * value;
  });
  return { factors: [...mean.factors, intervalFactor], values: wide, start: mean.start };
}

/**
 * Brings contributions to the scale of the target. The baseline of a series is the mean of its past; what its local level adds
 * to that belongs to its history, and what clipping takes away to a factor of its own.
 *
 * @param matrix rows of the forecast window, requested series × horizon
 * @param predictions final forecasts of the same rows
 */
export function scaledAttribution(
  panel: Panel,
  matrix: FeatureMatrix,
  scaled: ScaledContributions,
  predictions: Float64Array,
  { series, horizon }: AttributionRequest,
): Attribution {
  const width = scaled.factors.length;
  const values = new Float64Array(scaled.values.length);
  const means = series.map((index) => pastMean(panel, index));
  const baseline = new Float64Array(matrix.rows);
  const clipped = new Float64Array(matrix.rows);
  for (let row = 0; row < matrix.rows; row++) {
    const centre = matrix.centre[row]!;
    const scale = matrix.scale[row]!;
    const base = means[Math.floor(row / horizon)] ?? centre;
    let natural = centre + scale * scaled.start[row]!;
    for (let factor = 0; factor < width; factor++) {
      const value = scaled.values[row * width + factor]! * scale;
      values[row * width + factor] = value;
      natural += value;
    }
    values[row * width]! += centre + scale * scaled.start[row]! - base;
    baseline[row] = base;
    clipped[row] = predictions[row]! - natural;
  }
  const explained = { series, horizon, baseline, exact: true } as const;
  const rounding = clipped.every((value, row) => Math.abs(value) <= 1e-9 * (1 + Math.abs(predictions[row]!)));
  if (rounding) return { ...explained, factors: scaled.factors, contributions: values };
  return {
    ...explained,
    factors: [...scaled.factors, boundsFactor],
    contributions: withColumn(values, width, clipped),
  };
}

function pastMean(panel: Panel, series: number): number | undefined {
  const values = pastOf(panel, panel.target, series).filter((value) => !Number.isNaN(value));
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A table with one more column at its end. */
function withColumn(values: Float64Array, width: number, last: Float64Array): Float64Array {
  const wider = new Float64Array(last.length * (width + 1));
  last.forEach((value, row) => {
    wider.set(values.subarray(row * width, (row + 1) * width), row * (width + 1));
    wider[row * (width + 1) + width] = value;
  });
  return wider;
}
