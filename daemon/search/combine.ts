import { emptyForecast, type Forecast } from "../models/forecast.ts";
import { type TiltedWeight, weightAt } from "./tilt.ts";

/** A forecast and its share in a combination. */
export interface Weighted extends TiltedWeight {
  readonly forecast: Forecast;
}

/**
 * Weighted average of means and of quantiles level by level (Vincentisation), renormalised at values that a member could
 * not forecast (NaN). Members have the same shape. `series` gives the index of each row's series, by which weights may differ; rows
 * are all series in order where it is left out.
 */
export function combine(members: readonly Weighted[], series?: Int32Array): Forecast {
  const { series: rows, horizon, levels } = members[0]!.forecast;
  const combined = emptyForecast(rows, horizon, levels);
  const weights = members.map(weightAt);
  const own = new Float64Array(members.length);
  for (let row = 0; row < rows; row++) {
    for (let step = 0; step < horizon; step++) {
      weights.forEach((weight, member) => {
        own[member] = weight(series?.[row] ?? row, step);
      });
      const mean = row * horizon + step;
      combined.mean[mean] = average(members, own, ({ mean: values }) => values[mean]!);
      for (let level = 0; level < levels.length; level++) {
        const at = (row * levels.length + level) * horizon + step;
        combined.quantiles[at] = average(members, own, ({ quantiles }) => quantiles[at]!);
      }
    }
  }
  return combined;
}

function average(members: readonly Weighted[], weights: Float64Array, pick: (forecast: Forecast) => number): number {
  let sum = 0;
  let total = 0;
  for (let member = 0; member < members.length; member++) {
    const value = pick(members[member]!.forecast);
    if (Number.isNaN(value)) continue;
    sum += weights[member]! * value;
    total += weights[member]!;
  }
  return total > 0 ? sum / total : Number.NaN;
}
