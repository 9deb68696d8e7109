import type { Forecast } from "./forecast.ts";
import type { FitContext } from "./forecaster.ts";

/** Clips means and quantiles to the bounds of the target and rounds them where it counts things. */
export function applyBounds(forecast: Forecast, bounds: FitContext["bounds"]): Forecast {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, integer = false } = bounds;
  if (minimum === Number.NEGATIVE_INFINITY && maximum === Number.POSITIVE_INFINITY && !integer) return forecast;
  const bound = (value: number): number => {
    const clipped = Math.min(maximum, Math.max(minimum, value));
    return integer ? Math.round(clipped) : clipped;
  };
  return { ...forecast, mean: forecast.mean.map(bound), quantiles: forecast.quantiles.map(bound) };
}
