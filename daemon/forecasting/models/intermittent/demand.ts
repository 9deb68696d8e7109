import { weightedQuantile } from "../../numerics/quantile.ts";
import type { LocalForecast } from "../local.ts";
import { smoothedLevel, smoothingWeights } from "./smoothing.ts";

/** A series of intermittent demand as sizes and the intervals that led up to them (Croston 1972). */
export interface Demand {
  /** Values other than zero, oldest first. */
  readonly sizes: Float64Array;
  /** Steps since the demand before, the first one counted from the start of the series. */
  readonly intervals: Float64Array;
}

/** Splits a series into demand sizes and intervals. */
export function demandOf(past: Float64Array): Demand {
  const times: number[] = [];
  past.forEach((value, time) => {
    if (value !== 0) times.push(time);
  });
  return {
    sizes: Float64Array.from(times, (time) => past[time]!),
    intervals: Float64Array.from(times, (time, i) => time - (i === 0 ? -1 : times[i - 1]!)),
  };
}

/** Smoothing factor of the demand distribution where a model has none of its own. */
export const defaultFactor = 0.1;

/**
 * A flat forecast of `mean` whose quantiles are those of one step's demand: zero with probability 1 − `probability`,
 * else one of the observed sizes, weighted by recency as exponential smoothing with `factor` weighs them. The distribution
 * has mean `mean`: `probability` is set to mean ÷ mean size, and where that exceeds 1 the sizes are scaled instead.
 * Demand is thus never negative nor between zero and the smallest size, unlike with a normal approximation.
 */
export function flatDemand(
  sizes: Float64Array,
  mean: number,
  factor: number,
  steps: number,
  levels: readonly number[],
): LocalForecast {
  const quantiles = new Float64Array(levels.length * steps);
  const quantile = demandQuantiles(sizes, mean, factor);
  levels.forEach((level, row) => {
    quantiles.fill(quantile(level), row * steps, (row + 1) * steps);
  });
  return { mean: new Float64Array(steps).fill(mean), quantiles };
}

function demandQuantiles(sizes: Float64Array, mean: number, factor: number): (level: number) => number {
  const size = smoothedLevel(sizes, factor);
  if (sizes.length === 0 || size === 0) return () => mean;
  const share = mean / size;
  const probability = Math.min(1, Math.max(0, share));
  const scale = Math.max(share, 1);
  const weights = smoothingWeights(sizes.length, factor);
  const atoms = Array.from(sizes, (value, i) => ({ value: value * scale, weight: weights[i]! * probability }));
  atoms.push({ value: 0, weight: 1 - probability });
  atoms.sort((a, b) => a.value - b.value);
  return (level) => weightedQuantile(atoms, level - 1e-12);
}
