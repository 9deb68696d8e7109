import { z } from "zod";

/** Option of every model that uses a single season. */
export const seasonOption = z
  .int()
  .min(1)
  .max(100_000)
  .optional()
  .describe("Season length in steps; chosen from the natural seasons of the frequency when left out. 1 means none.");

/**
 * The season whose seasonal naive forecast has the smallest mean absolute error in sample, over the steps that every
 * candidate covers; 1 where there is no candidate.
 */
export function strongestSeason(values: Float64Array, seasons: readonly number[]): number {
  const usable = seasons.filter((season) => season > 1 && values.length > season);
  const from = Math.max(0, ...usable);
  let best = 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const season of usable) {
    let error = 0;
    for (let i = from; i < values.length; i++) error += Math.abs(values[i]! - values[i - season]!);
    if (error < smallest) {
      smallest = error;
      best = season;
    }
  }
  return best;
}

/** Square root of the mean squared difference over `lag` steps; 0 where the series is too short. */
export function lagDeviation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += (values[i]! - values[i - lag]!) ** 2;
  return values.length > lag ? Math.sqrt(sum / (values.length - lag)) : 0;
}
