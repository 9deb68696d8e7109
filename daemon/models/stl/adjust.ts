import { mstl } from "./mstl.ts";

/** A series without its seasons, and the seasons to come. */
export interface SeasonalAdjustment {
  readonly adjusted: Float64Array;
  /** The next `steps` values of every period's season. */
  readonly future: (steps: number) => Float64Array[];
}

export interface AdjustmentOptions {
  readonly robust: boolean;
  /** Shrinks each season by the square root of its strength, so that a season that is mostly noise has no part. */
  readonly shrink: boolean;
  readonly windows?: readonly number[] | undefined;
}

/** Periods that fit into `length` values often enough for a decomposition, shortest first. */
export function usablePeriods(periods: readonly number[], length: number): number[] {
  return [...new Set(periods)].filter((period) => period > 1 && 2 * period <= length).sort((a, b) => a - b);
}

/** Takes the seasons of `periods` (see `usablePeriods`) out of `past` by MSTL; the last cycle of each is repeated. */
export function adjustSeasons(
  past: Float64Array,
  periods: readonly number[],
  { robust, shrink, windows }: AdjustmentOptions,
): SeasonalAdjustment {
  const { seasons, trend } = mstl(past, periods, windows === undefined ? { robust } : { robust, windows });
  const remainder = past.map((value, i) => seasons.reduce((rest, season) => rest - season[i]!, value - trend[i]!));
  const shares = seasons.map((season, i) =>
    shrink ? Math.sqrt(seasonalStrength(season, remainder, past.length / periods[i]!)) : 1,
  );
  const adjusted = past.map((value, i) => seasons.reduce((rest, season, k) => rest - shares[k]! * season[i]!, value));
  const n = past.length;
  return {
    adjusted,
    future: (steps) =>
      seasons.map((season, k) =>
        Float64Array.from({ length: steps }, (_, step) => shares[k]! * season[n - periods[k]! + (step % periods[k]!)]!),
      ),
  };
}

/**
 * Strength of a season between 0 and 1: the share of season and remainder's variance that is not the remainder's (Wang, Smith
 * & Hyndman 2006), with the remainder's corrected for the cycles from which the season was estimated: pure noise has 0.
 */
export function seasonalStrength(season: Float64Array, remainder: Float64Array, cycles: number): number {
  const noise = (variance(remainder) * cycles) / Math.max(0.5, cycles - 1);
  const total = variance(season.map((value, i) => value + remainder[i]!));
  return total > 0 ? Math.max(0, 1 - noise / total) : 0;
}

function variance(values: Float64Array): number {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  let sum = 0;
  for (const value of values) sum += (value - mean) ** 2;
  return sum / values.length;
}
