import { z } from "zod";
import { minimise } from "../../numerics/golden-section.ts";

/** A smoothing factor: fixed, or chosen by the squared error of one-step forecasts. */
export const smoothingSchema = z.union([z.number().gt(0).lte(1), z.literal("optimised")]);

export type Smoothing = z.infer<typeof smoothingSchema>;

/** Range of an optimised factor: demand is too sparse for faster ones to be more than noise. */
const range = { from: 0.05, to: 0.3 } as const;

/** Level after the last value of simple exponential smoothing that starts at the first value; 0 for no values. */
export function smoothedLevel(values: ArrayLike<number>, factor: number): number {
  let level = values[0] ?? 0;
  for (let i = 1; i < values.length; i++) level += factor * (values[i]! - level);
  return level;
}

/** The factor to smooth `values` with: as given, or the one with the least sum of squared one-step errors. */
export function smoothingFactor(values: ArrayLike<number>, smoothing: Smoothing): number {
  if (smoothing !== "optimised") return smoothing;
  return minimise((factor) => squaredErrors(values, factor), range.from, range.to);
}

function squaredErrors(values: ArrayLike<number>, factor: number): number {
  let level = values[0] ?? 0;
  let sum = 0;
  for (let i = 1; i < values.length; i++) {
    const error = values[i]! - level;
    sum += error * error;
    level += factor * error;
  }
  return sum;
}

/** Weights of each value in `smoothedLevel`, so that their weighted mean is that level; they sum to 1. */
export function smoothingWeights(count: number, factor: number): Float64Array {
  const weights = new Float64Array(count);
  let rest = 1;
  for (let i = count - 1; i > 0; i--) {
    weights[i] = rest * factor;
    rest *= 1 - factor;
  }
  if (count > 0) weights[0] = rest;
  return weights;
}
