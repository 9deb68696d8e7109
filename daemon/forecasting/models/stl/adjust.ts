import { mstl } from "./mstl.ts";

/** A series without its seasons, in its own units, and the seasons to come. */
export interface SeasonalAdjustment {
  readonly adjusted: Float64Array;
  /** Whether the seasons multiply the adjusted series; otherwise they add to it. */
  readonly multiplicative: boolean;
  /** The next `steps` values of every period's season: terms, or factors. */
  readonly future: (steps: number) => Float64Array[];
}

export interface AdjustmentOptions {
  readonly robust: boolean;
  /** Shrinks each season by the square root of its strength, so that a season that is mostly noise has no part. */
  readonly shrink: boolean;
  /** Seasons as factors, by the decomposition of the logarithms; only for positive series. */
  readonly multiplicative: boolean;
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
  options: AdjustmentOptions,
): SeasonalAdjustment {
  const multiplicative = options.multiplicative && isPositive(past);
  const values = multiplicative ? past.map(Math.log) : past;
  const { seasons, remainder } = decompose(values, periods, options);
  const shares = seasons.map((season, i) =>
    options.shrink ? Math.sqrt(seasonalStrength(season, remainder, past.length / periods[i]!)) : 1,
  );
  const rest = values.map((value, i) => seasons.reduce((sum, season, k) => sum - shares[k]! * season[i]!, value));
  return {
    adjusted: multiplicative ? rest.map(Math.exp) : rest,
    multiplicative,
    future: (steps) =>
      seasons.map((season, k) =>
        Float64Array.from({ length: steps }, (_, step) => {
          const value = shares[k]! * season[past.length - periods[k]! + (step % periods[k]!)]!;
          return multiplicative ? Math.exp(value) : value;
        }),
      ),
  };
}

/**
 * Whether the decomposition of the logarithms leaves the likelier remainder: normal errors of constant size in logarithms
 * against such errors in the series itself (the profile likelihood of Box & Cox 1964 at λ = 0 and 1).
 */
export function prefersFactors(
  past: Float64Array,
  periods: readonly number[],
  options: Omit<AdjustmentOptions, "multiplicative">,
): boolean {
  if (periods.length === 0 || !isPositive(past)) return false;
  const logs = past.map(Math.log);
  const factors = variance(decompose(logs, periods, options).remainder);
  const terms = variance(decompose(past, periods, options).remainder);
  let jacobian = 0;
  for (const value of logs) jacobian += (2 * value) / logs.length;
  return Math.log(factors + Number.MIN_VALUE) + jacobian < Math.log(terms + Number.MIN_VALUE);
}

function decompose(
  values: Float64Array,
  periods: readonly number[],
  { robust, windows }: Omit<AdjustmentOptions, "multiplicative">,
) {
  const { seasons, trend } = mstl(values, periods, windows === undefined ? { robust } : { robust, windows });
  const remainder = values.map((value, i) => seasons.reduce((rest, season) => rest - season[i]!, value - trend[i]!));
  return { seasons, remainder };
}

function isPositive(values: Float64Array): boolean {
  return values.every((value) => value > 0);
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
