import { strongestSeason } from "../seasonality.ts";
import { usablePeriods } from "./adjust.ts";

/** Longest season that a model carries itself (as in R's `ets`); longer ones are taken out by MSTL beforehand. */
const longestNative = 24;

/** Whether a season is too long for a model to carry it. */
export function hasLongSeason(periods: readonly number[]): boolean {
  return periods.some((period) => period > longestNative);
}

/** How a model for one short season treats a series: periods to take out by MSTL, or else the one it carries itself. */
export interface SeasonArrangement {
  readonly periods: readonly number[];
  readonly period: number;
}

/** Arranges the `wanted` season, or the candidate `seasons`: any that is long sends all of them to MSTL. */
export function arrangeSeasons(
  past: Float64Array,
  wanted: number | undefined,
  seasons: readonly number[],
  horizon: number,
): SeasonArrangement {
  const usable = usablePeriods(wanted === undefined ? seasons : [wanted], past.length);
  if (hasLongSeason(usable)) return { periods: usable, period: 1 };
  return { periods: [], period: strongestSeason(past, usable, horizon) };
}
