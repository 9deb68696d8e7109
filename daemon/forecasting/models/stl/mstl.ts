import { type StlOptions, stl, stlPlan } from "./stl.ts";

/** Passes over all periods, as in R's `mstl`. */
const rounds = 2;

/** Additive parts of a series with several seasons; value = Σ seasons + trend + remainder. */
export interface MultipleDecomposition {
  readonly periods: readonly number[];
  /** One array a period. */
  readonly seasons: readonly Float64Array[];
  readonly trend: Float64Array;
}

/** Windows (in seasons) of the seasonal smoothing by position of the period, R's `7 + 4 × (1, 2, …)`. */
export function defaultWindow(position: number): number {
  return 11 + 4 * position;
}

/**
 * Removes one season after the other by STL, shortest first, and repeats so that each is estimated free of the others.
 * Bandara, Hyndman & Bergmeir (2021), MSTL: A seasonal-trend decomposition algorithm for time series with multiple seasonal
 * patterns. Periods must be shorter than half the series.
 */
export function mstl(
  values: Float64Array,
  periods: readonly number[],
  options: StlOptions & { readonly windows?: readonly number[] } = {},
): MultipleDecomposition {
  const seasons = periods.map(() => new Float64Array(values.length));
  const rest = values.slice();
  let trend = new Float64Array(values.length);
  for (let round = 0; round < (periods.length > 1 ? rounds : 1); round++) {
    periods.forEach((period, position) => {
      const season = seasons[position]!;
      for (let i = 0; i < rest.length; i++) rest[i]! += season[i]!;
      const found = stl(rest, stlPlan(period, options.windows?.[position] ?? defaultWindow(position), options));
      season.set(found.season);
      for (let i = 0; i < rest.length; i++) rest[i]! -= season[i]!;
      trend = new Float64Array(found.trend);
    });
  }
  return { periods, seasons, trend };
}
