import { emptyForecast, type Forecast } from "../models/forecast.ts";

/** A forecast and its share in a combination. */
export interface Weighted {
  readonly forecast: Forecast;
  readonly weight: number;
}

/**
 * Weighted average of means and of quantiles level by level (Vincentisation), renormalised at values that a member could
 * not forecast (NaN). Members have the same shape.
 */
export function combine(members: readonly Weighted[]): Forecast {
  const first = members[0]!.forecast;
  const combined = emptyForecast(first.series, first.horizon, first.levels);
  average(combined.mean, members, (forecast) => forecast.mean);
  average(combined.quantiles, members, (forecast) => forecast.quantiles);
  return combined;
}

function average(out: Float64Array, members: readonly Weighted[], values: (forecast: Forecast) => Float64Array): void {
  const weights = new Float64Array(out.length);
  out.fill(0);
  for (const { forecast, weight } of members) {
    values(forecast).forEach((value, index) => {
      if (Number.isNaN(value)) return;
      out[index]! += weight * value;
      weights[index]! += weight;
    });
  }
  for (let index = 0; index < out.length; index++) {
    out[index] = weights[index]! > 0 ? out[index]! / weights[index]! : Number.NaN;
  }
}
