import { borrowForecasts } from "../models/cold-start.ts";
import { type Forecast, meanOf, pointOf } from "../models/forecast.ts";
import { type Panel, pastOf } from "../panel/panel.ts";

/**
 * Fills forecasts that no model could make: those of series without any history with a typical one of the others, the rest with
 * the series' mean, or zero. Returns of how many series with a history.
 */
export function fillMissingForecasts(panel: Panel, forecast: Forecast): number {
  let filled = 0;
  for (let series = 0; series < forecast.series; series++) {
    const mean = meanOf(forecast, series);
    if (!mean.some(Number.isNaN)) continue;
    const past = pastOf(panel, panel.target, series);
    if (past.length > 0) filled++;
    const known = past.filter((value) => !Number.isNaN(value));
    const value = known.length === 0 ? 0 : known.reduce((sum, next) => sum + next, 0) / known.length;
    const width = forecast.levels.length * forecast.horizon;
    const quantiles = forecast.quantiles.subarray(series * width, (series + 1) * width);
    for (const values of [mean, pointOf(forecast, series), quantiles]) fillMissing(values, value);
  }
  borrowForecasts(panel, forecast);
  return filled;
}

function fillMissing(values: Float64Array, value: number): void {
  values.forEach((old, index) => {
    if (Number.isNaN(old)) values[index] = value;
  });
}
