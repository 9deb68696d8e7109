import { emptyForecast, type Forecast, pointOf, quantileOf } from "./forecast.ts";

/** Index of the median among quantile levels, −1 where it is not one of them. */
export function medianIndex(levels: readonly number[]): number {
  return levels.findIndex((level) => Math.abs(level - 0.5) < 1e-9);
}

/** The levels a run works with: those asked for and the median, which calibration and point forecasts need. */
export function workingLevels(levels: readonly number[]): number[] {
  return medianIndex(levels) >= 0 ? [...levels] : [...levels, 0.5].sort((a, b) => a - b);
}

/** The same forecast with only some of its levels. Throws where a level was not forecast. */
export function keepLevels(forecast: Forecast, levels: readonly number[]): Forecast {
  if (levels.length === forecast.levels.length) return forecast;
  const { series, horizon, mean, point } = forecast;
  const kept = { ...emptyForecast(series, horizon, levels), mean, point };
  levels.forEach((level, index) => {
    const from = forecast.levels.findIndex((candidate) => Math.abs(candidate - level) < 1e-9);
    if (from < 0) throw new RangeError(`Quantile ${level} was not forecast.`);
    for (let row = 0; row < forecast.series; row++) quantileOf(kept, row, index).set(quantileOf(forecast, row, from));
  });
  return kept;
}

/** The forecast with its median as the point: the better one under absolute errors where demand is skewed. */
export function withMedianAsPoint(forecast: Forecast): Forecast {
  const median = medianIndex(forecast.levels);
  const pointed = { ...forecast, point: forecast.point.slice() };
  for (let row = 0; row < forecast.series; row++) pointOf(pointed, row).set(quantileOf(forecast, row, median));
  return pointed;
}
