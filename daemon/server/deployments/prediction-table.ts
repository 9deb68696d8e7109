import { timeTexts } from "../../training/data/time-text.ts";
import { valuesAt } from "../../training/outputs/forecast-csv.ts";
import type { PredictionOutput } from "./prediction-messages.ts";

/** A prediction as a table: series columns, the time column, `mean`, then the quantiles, as in forecast.csv. */
export function predictionTable({ keyColumns, timeColumn, frequency, keys, times, forecast }: PredictionOutput): {
  columns: string[];
  rows: (string | number)[][];
} {
  const textOf = timeTexts(frequency);
  const columns = [...keyColumns, timeColumn, "mean", ...forecast.levels.map((level) => `q${level}`)];
  const rows = Array.from(times, (time, index) => {
    const series = Math.floor(index / forecast.horizon);
    return [...(keys[series] ?? []), textOf(time), ...valuesAt(forecast, series, index % forecast.horizon)];
  });
  return { columns, rows };
}
