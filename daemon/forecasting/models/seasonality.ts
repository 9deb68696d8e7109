import { z } from "zod";

/** Option of every model that uses a single season. */
export const seasonOption = z
  .int()
  .min(1)
  .max(100_000)
  .optional()
  .describe("Season length in steps; chosen from the natural seasons of the frequency when left out. 1 means none.");

/**
 * The season whose seasonal naive forecast over `horizon` steps has the smallest mean absolute error in sample, over the
 * steps that every candidate covers; 1 where there is no candidate. A short season repeats older and older values the
 * further it reaches, so each lag counts for the steps that use it.
 */
export function strongestSeason(values: Float64Array, seasons: readonly number[], horizon: number): number {
  const usable = seasons.filter((season) => season > 1 && values.length > season);
  if (usable.length <= 1) return usable[0] ?? 1;
  const reach = Math.min(horizon, Math.max(...usable));
  const longest = Math.max(...usable.map((season) => season * Math.ceil(reach / season)));
  const from = Math.min(longest, Math.floor(values.length / 2));
  let best = 1;
  let smallest = Number.POSITIVE_INFINITY;
  for (const season of usable) {
    const error = repeatError(values, season, reach, from);
    if (error >= smallest) continue;
    smallest = error;
    best = season;
  }
  return best;
}

/** Mean absolute error of repeating a season for `reach` steps, over the values from index `from` on. */
function repeatError(values: Float64Array, season: number, reach: number, from: number): number {
  let sum = 0;
  for (let first = 1; first <= reach; first += season) {
    const lag = Math.min(season + first - 1, from);
    const steps = Math.min(season, reach - first + 1);
    let error = 0;
    for (let i = from; i < values.length; i++) error += Math.abs(values[i]! - values[i - lag]!);
    sum += error * steps;
  }
  return sum;
}

/** Square root of the mean squared difference over `lag` steps; 0 where the series is too short. */
export function lagDeviation(values: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = lag; i < values.length; i++) sum += (values[i]! - values[i - lag]!) ** 2;
  return values.length > lag ? Math.sqrt(sum / (values.length - lag)) : 0;
}
