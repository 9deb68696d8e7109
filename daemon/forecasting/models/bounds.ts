import type { Forecast } from "./forecast.ts";
import type { FitContext } from "./forecaster.ts";

/** Clips means, points and quantiles to the bounds of the target. */
export function applyBounds(forecast: Forecast, bounds: FitContext["bounds"]): Forecast {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = bounds;
  if (minimum === Number.NEGATIVE_INFINITY && maximum === Number.POSITIVE_INFINITY) return forecast;
  const bound = (value: number): number => Math.min(maximum, Math.max(minimum, value));
  const { mean, point, quantiles } = forecast;
  return { ...forecast, mean: mean.map(bound), point: point.map(bound), quantiles: quantiles.map(bound) };
}
