import { timeTexts } from "../../training/data/time-text.ts";
import { valuesAt } from "../../training/outputs/forecast-csv.ts";
import type { PredictionOutput } from "./prediction-messages.ts";

/** A prediction as a table: series columns, the time column, `mean`, `point`, then the quantiles, as in forecast.csv. */
export function predictionTable(output: PredictionOutput): {
  columns: string[];
  rows: (string | number)[][];
} {
  const { keyColumns, timeColumn, keys, times, forecast } = output;
  const textOf = timeTexts(output.frequency, output.zone);
  const columns = [...keyColumns, timeColumn, "mean", "point", ...forecast.levels.map((level) => `q${level}`)];
  const rows = Array.from(times, (time, index) => {
    const series = Math.floor(index / forecast.horizon);
    return [...(keys[series] ?? []), textOf(time), ...valuesAt(forecast, series, index % forecast.horizon)];
  });
  return { columns, rows };
}
