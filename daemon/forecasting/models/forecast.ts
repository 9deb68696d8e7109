/** Forecasts of several series: series × horizon means and points, and series × quantile × horizon quantiles. */
export interface Forecast {
  readonly series: number;
  readonly horizon: number;
  /** Quantile levels in ascending order. */
  readonly levels: readonly number[];
  /** Expected values: those of several steps or series add up to the expected total. series × horizon, row-major. */
  readonly mean: Float64Array;
  /**
   * One value a step to be judged by. A model gives what its loss leads to (networks give their mean); a published
   * forecast has what the metric asks for, such as the median. series × horizon, row-major.
   */
  readonly point: Float64Array;
  /** series × levels × horizon, row-major. */
  readonly quantiles: Float64Array;
}

/** An empty forecast of the given shape, NaN throughout. */
export function emptyForecast(series: number, horizon: number, levels: readonly number[]): Forecast {
  return {
    series,
    horizon,
    levels,
    mean: new Float64Array(series * horizon).fill(Number.NaN),
    point: new Float64Array(series * horizon).fill(Number.NaN),
    quantiles: new Float64Array(series * levels.length * horizon).fill(Number.NaN),
  };
}

/** Means of one series (a view of `horizon` values). */
export function meanOf(forecast: Forecast, series: number): Float64Array {
  return forecast.mean.subarray(series * forecast.horizon, (series + 1) * forecast.horizon);
}

/** Points of one series (a view of `horizon` values). */
export function pointOf(forecast: Forecast, series: number): Float64Array {
  return forecast.point.subarray(series * forecast.horizon, (series + 1) * forecast.horizon);
}

/** Values of one quantile level of one series (a view of `horizon` values). */
export function quantileOf(forecast: Forecast, series: number, level: number): Float64Array {
  const start = (series * forecast.levels.length + level) * forecast.horizon;
  return forecast.quantiles.subarray(start, start + forecast.horizon);
}

/** Sum of the means over all series and steps. */
export function totalOf({ mean }: Forecast): number {
  return mean.reduce((sum, value) => sum + value, 0);
}

/** The forecasts of `count` series from `from` on (a view). */
export function forecastPart(forecast: Forecast, from: number, count: number): Forecast {
  const { horizon, levels } = forecast;
  const width = levels.length * horizon;
  return {
    series: count,
    horizon,
    levels,
    mean: forecast.mean.subarray(from * horizon, (from + count) * horizon),
    point: forecast.point.subarray(from * horizon, (from + count) * horizon),
    quantiles: forecast.quantiles.subarray(from * width, (from + count) * width),
  };
}

/** Writes all series of a forecast over those of another one of the same horizon and levels, from series `at` on. */
export function placeForecast(from: Forecast, to: Forecast, at: number): void {
  to.mean.set(from.mean, at * to.horizon);
  to.point.set(from.point, at * to.horizon);
  to.quantiles.set(from.quantiles, at * to.horizon * to.levels.length);
}
