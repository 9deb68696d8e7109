import { stl, stlPlan } from "../stl/stl.ts";

/** Cycles the seasonal smoothing looks at, as in R's `forecast::mstl`. */
const seasonalWindow = 11;

/**
 * Strength of a season between 0 and 1: the share of the detrended series' variance that is seasonal (Wang, Smith & Hyndman
 * 2006, Data Mining and Knowledge Discovery 13, 335–364). Needs two seasons.
 */
function seasonalStrength(values: Float64Array, season: number): number {
  const parts = stl(values, stlPlan(season, seasonalWindow));
  const detrended = values.map((value, i) => value - parts.trend[i]!);
  const remainder = detrended.map((value, i) => value - parts.season[i]!);
  const whole = variance(detrended);
  return whole > 0 ? Math.min(1, Math.max(0, 1 - variance(remainder) / whole)) : 0;
}

/** Whether the strength of a season exceeds `limit`; false where there are not two cycles. */
export function isStrong(values: Float64Array, season: number, limit: number): boolean {
  return values.length >= 2 * season && seasonalStrength(values, season) > limit;
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
}
