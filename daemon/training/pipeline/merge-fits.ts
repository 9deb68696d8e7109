import { emptyForecast, type Forecast, placeForecast } from "../../forecasting/models/forecast.ts";
import type { FitResult } from "../workers/task.ts";

/** The results of a model's chunks of series, in their order, as one result. */
export function mergeFits(results: readonly FitResult[]): FitResult {
  const first = results[0]!;
  if (results.length === 1) return first;
  const total = (pick: (result: FitResult) => number): number => results.reduce((sum, result) => sum + pick(result), 0);
  return {
    forecast: stack(results.map(({ forecast }) => forecast)),
    later: first.later.map((_, i) => stack(results.map(({ later }) => later[i]!))),
    fitSeconds: total((result) => result.fitSeconds),
    predictSeconds: total((result) => result.predictSeconds),
    notes: [...new Set(results.flatMap(({ notes }) => notes))].slice(0, 20),
    warnings: [...new Set(results.flatMap(({ warnings }) => warnings))],
    device: first.device,
  };
}

/** Forecasts one below the other. */
function stack(parts: readonly Forecast[]): Forecast {
  const { horizon, levels } = parts[0]!;
  const forecast = emptyForecast(
    parts.reduce((sum, { series }) => sum + series, 0),
    horizon,
    levels,
  );
  let row = 0;
  for (const part of parts) {
    placeForecast(part, forecast, row);
    row += part.series;
  }
  return forecast;
}
