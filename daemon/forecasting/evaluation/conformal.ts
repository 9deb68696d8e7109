import type { Forecast } from "../models/forecast.ts";
import { quantileOfSorted } from "../numerics/quantile.ts";
import type { FoldForecast } from "./backtest.ts";

/** Factors by which the distance of each quantile from the median is stretched, one a level; 1 at the median. */
export interface Calibration {
  readonly levels: readonly number[];
  readonly factors: readonly number[];
}

/** Share of actuals below a quantile forecast, beside the level it was asked for; those on it count from the median on. */
export interface Coverage {
  readonly level: number;
  readonly observed: number;
}

/** Backtest values that count as much as the model's own intervals when factors are shrunk towards 1. */
const prior = 20;

/** Bounds of a factor: beyond them the residuals say that the model is wrong, not its intervals. */
const [least, most] = [0.2, 10];

/**
 * Normalised split-conformal calibration (Romano, Patterson and Candès 2019, with the model's own spread as the scale):
 * each quantile's distance from the median is multiplied by the factor that would have covered the backtest.
 */
export function calibrate(parts: readonly FoldForecast[]): Calibration {
  const levels = parts[0]?.forecast.levels ?? [];
  return { levels, factors: levels.map((level, index) => factorOf(parts, level, index)) };
}

function factorOf(parts: readonly FoldForecast[], level: number, index: number): number {
  if (Math.abs(level - 0.5) < 1e-9) return 1;
  const ratios: number[] = [];
  for (const part of parts) collectRatios(part, level, index, ratios);
  if (ratios.length === 0) return 1;
  const wanted = level < 0.5 ? 1 - level : level;
  const factor = quantileOfSorted(Float64Array.from(ratios).sort(), wanted, "conformal");
  const share = ratios.length / (ratios.length + prior);
  return Math.min(most, Math.max(least, share * factor + (1 - share)));
}

/** Distance of each actual from the median in units of the quantile's own distance, signed towards the quantile. */
function collectRatios({ fold, forecast }: FoldForecast, level: number, index: number, ratios: number[]): void {
  const { horizon, levels } = forecast;
  for (let row = 0; row < forecast.series; row++) {
    for (let step = 0; step < horizon; step++) {
      const center = centerOf(forecast, row, step);
      const quantile = forecast.quantiles[(row * levels.length + index) * horizon + step]!;
      const width = level < 0.5 ? center - quantile : quantile - center;
      const error = fold.actual[row * horizon + step]! - center;
      const ratio = (level < 0.5 ? -error : error) / width;
      if (width > 0 && Number.isFinite(ratio)) ratios.push(ratio);
    }
  }
}

/** The median where it was forecast, else the mean. */
function centerOf(forecast: Forecast, row: number, step: number): number {
  const { horizon, levels } = forecast;
  const middle = levels.findIndex((level) => Math.abs(level - 0.5) < 1e-9);
  return middle < 0
    ? forecast.mean[row * horizon + step]!
    : forecast.quantiles[(row * levels.length + middle) * horizon + step]!;
}

/** Stretches the quantiles of a forecast; they stay in order. */
export function applyCalibration(forecast: Forecast, { factors }: Calibration): Forecast {
  const { horizon, levels } = forecast;
  const quantiles = forecast.quantiles.slice();
  for (let row = 0; row < forecast.series; row++) {
    for (let step = 0; step < horizon; step++) {
      const center = centerOf(forecast, row, step);
      let floor = Number.NEGATIVE_INFINITY;
      for (let level = 0; level < levels.length; level++) {
        const at = (row * levels.length + level) * horizon + step;
        floor = Math.max(floor, center + (forecast.quantiles[at]! - center) * factors[level]!);
        quantiles[at] = floor;
      }
    }
  }
  return { ...forecast, quantiles };
}

/**
 * Share of actuals below each quantile. An actual on the quantile counts as below it from the median on, and not under it: so the difference of
 * two levels is the share inside the interval with its ends, which matters where many values are zero.
 */
export function coverage(parts: readonly FoldForecast[]): Coverage[] {
  const levels = parts[0]?.forecast.levels ?? [];
  return levels.map((level, index) => {
    let below = 0;
    let count = 0;
    for (const { fold, forecast } of parts) {
      fold.actual.forEach((actual, at) => {
        const row = Math.floor(at / forecast.horizon);
        const step = at - row * forecast.horizon;
        const quantile = forecast.quantiles[(row * levels.length + index) * forecast.horizon + step]!;
        if (Number.isNaN(actual) || Number.isNaN(quantile)) return;
        count++;
        if (actual < quantile || (actual === quantile && level >= 0.5)) below++;
      });
    }
    return { level, observed: count === 0 ? Number.NaN : below / count };
  });
}

/**
 * Coverage that calibrated intervals reach on origins they were not calibrated on: each origin is calibrated by the others.
 * With a single origin the coverage is that of the model's own intervals.
 */
export function crossCoverage(parts: readonly FoldForecast[]): Coverage[] {
  if (parts.length < 2) return coverage(parts);
  const held = parts.map((part) => {
    const others = parts.filter((other) => other !== part);
    return { fold: part.fold, forecast: applyCalibration(part.forecast, calibrate(others)) };
  });
  return coverage(held);
}
