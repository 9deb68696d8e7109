import type { Forecast } from "../../forecasting/models/forecast.ts";
import { type Panel, seriesCount } from "../../forecasting/panel/panel.ts";
import { timeText } from "../data/time-text.ts";
import { csvLine } from "./csv.ts";

/** Lines of `forecast.csv`: key columns, time, mean, point and one column a quantile; `horizon` rows a series. */
export function* forecastCsv(panel: Panel, forecast: Forecast, timeColumn: string, gap: number): Generator<string> {
  yield csvLine([...panel.keyColumns, timeColumn, "mean", "point", ...forecast.levels.map((level) => `q${level}`)]);
  for (let series = 0; series < seriesCount(panel); series++) {
    const first = panel.offsets[series]! + panel.history[series]! + gap;
    for (let step = 0; step < forecast.horizon; step++) {
      yield csvLine([
        ...panel.keys[series]!,
        timeText(panel.time[first + step]!, panel.frequency, panel.zone),
        ...valuesAt(forecast, series, step),
      ]);
    }
  }
}

/** Mean, point and quantiles of one row and step. */
export function valuesAt(forecast: Forecast, row: number, step: number): number[] {
  const { horizon, levels } = forecast;
  const quantiles = levels.map((_, level) => forecast.quantiles[(row * levels.length + level) * horizon + step]!);
  const cell = row * horizon + step;
  return [forecast.mean[cell]!, forecast.point[cell]!, ...quantiles];
}
