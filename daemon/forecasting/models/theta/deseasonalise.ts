import { autocorrelations } from "../../numerics/autocorrelation.ts";
import { seasonalFigure } from "../decompose.ts";

/** A seasonal figure; index 0 belongs to the first value of the history. */
export interface SeasonalFigure {
  readonly multiplicative: boolean;
  readonly values: readonly number[];
}

/**
 * Whether the autocorrelation at one season is significant at 90 % against that of the lags before it
 * (Assimakopoulos & Nikolopoulos 2000; as R's `thetaf`). Needs more than two seasons and a series that varies.
 */
export function isSeasonal(values: Float64Array, period: number): boolean {
  if (period < 2 || values.length <= 2 * period) return false;
  const lags = Array.from({ length: period }, (_, index) => index + 1);
  const correlations = autocorrelations(values, lags);
  let squares = 0;
  for (let index = 0; index < period - 1; index++) squares += correlations[index]! ** 2;
  const limit = 1.6448536269514722 * Math.sqrt((1 + 2 * squares) / values.length);
  return Math.abs(correlations[period - 1]!) > limit;
}

/** Figure of a seasonal series: multiplicative on positive data where no index comes near zero, additive otherwise. */
export function figureOf(values: Float64Array, period: number): SeasonalFigure {
  if (values.every((value) => value > 0)) {
    const ratios = seasonalFigure(values, period, true);
    if (ratios.every((ratio) => ratio > 0.01)) return { multiplicative: true, values: [...ratios] };
  }
  return { multiplicative: false, values: [...seasonalFigure(values, period, false)] };
}

/** The series without the figure. */
export function withoutFigure(values: Float64Array, { multiplicative, values: figure }: SeasonalFigure): Float64Array {
  return values.map((value, i) => {
    const season = figure[i % figure.length]!;
    return multiplicative ? value / season : value - season;
  });
}
